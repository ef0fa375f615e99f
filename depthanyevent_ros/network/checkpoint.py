# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Checkpoint files in, state_dict and configuration out; anything else is refused with a sentence.

A ``.pth`` holds a state_dict, bare or under ``state_dict``, and perhaps ``config``; a
``.safetensors`` holds it with the configuration as JSON in its metadata. A configuration that is
not inside lies beside the file as ``config.json``. Nothing is unpickled but tensors and plain
values (``weights_only=True``), and the tensors must be exactly those of the network.
"""

from dataclasses import dataclass
import json
from pathlib import Path
import pickle
from typing import Any, Dict, Mapping, Optional, Tuple, Union

import torch
from torch import Tensor

from depthanyevent_ros.errors import ConfigError, WeightsError
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import parameter_shapes, seeded_state_dict

RECURRENT = 'depth_head.gru_layer_'
STOCK_SEED = 2509

#: The first bytes that torch.save wrote before it wrote zip files.
OLD_FORMAT = bytes.fromhex('80028a0a6cfc9c46f9206aa850192e')


@dataclass(frozen=True)
class CheckpointInfo:
    """What was found beside the tensors."""

    config_from: str                            # inside, config.json or given
    settings: Mapping[str, Any]                 # the whole configuration
    stock: bool = False                         # the 16 recurrent tensors were missing
    notes: Tuple[str, ...] = ()                 # sentences for the log


def load_checkpoint(path: Union[str, Path], config: Optional[ModelConfig] = None
                    ) -> Tuple[Dict[str, Tensor], ModelConfig, CheckpointInfo]:
    """
    Read a checkpoint and hold it to its network.

    :param path: a .pth, .pt or .safetensors file.
    :param config: used instead of what the file or its neighbour says.
    :returns: every tensor of the network as float32, its configuration, and what was found.
    :raises WeightsError: saying in one sentence why the file cannot be used.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f'there is no weight file {path}')
    safe = path.suffix == '.safetensors'
    tensors, inside = (read_safetensors if safe else read_pickle)(path)
    settings, config_from = find_settings(path, inside, config)
    if config is None:
        try:
            config = ModelConfig.from_dict(settings.get('model', settings))
        except ConfigError as error:
            raise WeightsError(f'{path.name}: {error}') from error
    tensors, notes = without_prefix(tensors)
    tensors, stock = with_recurrent_part(tensors, config, path.name)
    if stock:
        notes += ('its 16 recurrent tensors are missing, as in a stock Depth Anything V2: the '
                  'recurrent blocks are a seeded initialisation, untrained',)
    check_tensors(tensors, parameter_shapes(config), path.name)
    ordered = {name: tensors[name].float() for name in parameter_shapes(config)}
    check_finite(ordered, path.name)
    return ordered, config, CheckpointInfo(config_from, settings, stock, notes)


def read_pickle(path: Path) -> Tuple[Dict[str, Tensor], Any]:
    """Return tensors and configuration (or None) of a file that torch.save wrote."""
    with open(path, 'rb') as handle:
        start = handle.read(len(OLD_FORMAT))
    if start.lstrip().startswith(b'<'):
        raise WeightsError(f'{path.name} is a web page, not a checkpoint: what was downloaded is '
                           'the page before the file')
    if not start.startswith((b'PK\x03\x04', OLD_FORMAT)):
        raise WeightsError(f'{path.name} is not a checkpoint that torch.save wrote')
    try:
        content = torch.load(path, map_location='cpu', weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(f'{path.name} holds objects other than tensors and plain values; '
                           'reading them would run code from the file, so it is refused: save it '
                           'again with state_dict and config alone') from error
    except Exception as error:                  # a damaged file can raise anything
        raise WeightsError(f'{path.name} is damaged or truncated: it starts like a checkpoint '
                           'and cannot be read to its end') from error
    if not isinstance(content, dict):
        raise WeightsError(f'{path.name} holds a {type(content).__name__}, not a state_dict')
    tensors = content.get('state_dict', content)
    if not isinstance(tensors, dict):
        raise WeightsError(f'{path.name}: its state_dict is a {type(tensors).__name__}')
    inside = content.get('config')
    if tensors is content:
        tensors = {name: value for name, value in content.items() if name != 'config'}
    for name, value in tensors.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise WeightsError(f'{path.name} holds {name!r} ({type(value).__name__}) where a '
                               'state_dict has only tensors by name')
        if value.layout != torch.strided or value.is_meta:
            raise WeightsError(f'{path.name}: {name} is sparse or has no values')
    return tensors, inside


def read_safetensors(path: Path) -> Tuple[Dict[str, Tensor], Any]:
    """Return tensors and configuration (or None) of a safetensors file."""
    from safetensors import safe_open, SafetensorError
    try:
        with safe_open(path, framework='pt') as handle:
            inside = (handle.metadata() or {}).get('config')
            tensors = {name: handle.get_tensor(name) for name in handle.keys()}
        return tensors, json.loads(inside) if inside else None
    except SafetensorError as error:
        raise WeightsError(f'{path.name} is not a whole safetensors file: {error}') from error
    except ValueError as error:
        raise WeightsError(f'{path.name}: config in its metadata is not JSON') from error


def find_settings(path: Path, inside: Any, config: Optional[ModelConfig]
                  ) -> Tuple[Mapping[str, Any], str]:
    """Return the whole configuration and where it was found."""
    if config is not None:
        return {'model': config.as_dict()}, 'given'
    if inside is not None:
        settings, origin = inside, 'inside'
    else:
        beside, origin = path.with_name('config.json'), 'config.json'
        if not beside.is_file():
            raise WeightsError(f'{path.name} has no config inside and there is no config.json '
                               'beside it: without one the network is not known')
        try:
            settings = json.loads(beside.read_text())
        except ValueError as error:
            raise WeightsError(f'config.json beside {path.name} is not JSON: {error}') from error
    if not isinstance(settings, Mapping):
        raise WeightsError(f'{path.name}: its configuration ({origin}) is not a table of settings')
    return settings, origin


def without_prefix(tensors: Mapping[str, Tensor]) -> Tuple[Dict[str, Tensor], Tuple[str, ...]]:
    """Take ``module.`` off the names if all have it: DataParallel puts it there."""
    prefix = 'module.'
    if tensors and all(name.startswith(prefix) for name in tensors):
        return ({name[len(prefix):]: value for name, value in tensors.items()},
                ('the prefix module. was taken off its names',))
    return dict(tensors), ()


def with_recurrent_part(tensors: Dict[str, Tensor], config: ModelConfig, name: str
                        ) -> Tuple[Dict[str, Tensor], bool]:
    """Add the recurrent tensors if exactly they are missing; tell whether they were."""
    shapes = parameter_shapes(config)
    recurrent = {key for key in shapes if key.startswith(RECURRENT)}
    if not recurrent or set(shapes) - set(tensors) != recurrent:
        return tensors, False
    seeded = seeded_state_dict(config, STOCK_SEED)
    return {**tensors, **{key: seeded[key] for key in recurrent}}, True


def check_tensors(tensors: Mapping[str, Tensor], shapes: Mapping[str, torch.Size],
                  name: str) -> None:
    """Refuse tensors that are not exactly those of the network."""
    missing = [key for key in shapes if key not in tensors]
    unexpected = [key for key in tensors if key not in shapes]
    if missing or unexpected:
        parts = [f'{len(keys)} {what} (first {keys[0]})'
                 for what, keys in (('missing', missing), ('unexpected', unexpected)) if keys]
        raise WeightsError(f'{name} belongs to another network: {" and ".join(parts)}')
    for key, shape in shapes.items():
        if tensors[key].shape != shape:
            raise WeightsError(f'{name} belongs to another network: {key} is '
                               f'{tuple(tensors[key].shape)}, expected {tuple(shape)}')
        if not tensors[key].is_floating_point():
            raise WeightsError(f'{name}: {key} is {tensors[key].dtype}, not floating point')


def check_finite(tensors: Mapping[str, Tensor], name: str) -> None:
    """Refuse weights with NaN or infinity."""
    for key, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise WeightsError(f'{name}: {key} has values that are not finite')
