# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Which weights: a name in ``models/manifest.yaml`` or the path of a checkpoint.

Imports torch only when tensors are asked for, so that a cached engine starts without it.
"""

from dataclasses import dataclass
import hashlib
import os
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Tuple

import yaml

from depthanyevent_ros.errors import ConfigError, WeightsError
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.remembered import remembered
from depthanyevent_ros.paths import share_dir

OUTPUT_KINDS = ('relative', 'metric')
DEFAULT = 'default'


@dataclass(frozen=True)
class Weights:
    """One set of weights and what is known about it."""

    name: str
    config: ModelConfig
    sha256: str                         # of the file, or of the tensors of a seeded initialisation
    licence: str
    source: str
    output_kind: str                    # relative (up to scale and shift) or metric (metres)
    trained: bool
    path: Optional[Path] = None         # None for a seeded initialisation
    seed: Optional[int] = None
    notes: Tuple[str, ...] = ()         # sentences for the log

    def state_dict(self) -> Dict[str, Any]:
        """
        Return the tensors, float32.

        :raises WeightsError: if they are not those that ``sha256`` stands for.
        """
        if self.path is None:
            from depthanyevent_ros.network.seeded import seeded_state_dict, state_dict_sha256
            tensors = seeded_state_dict(self.config, self.seed)
            check_sha256(state_dict_sha256(tensors), self.sha256, self.name)
            return tensors
        from depthanyevent_ros.network.checkpoint import load_checkpoint
        check_sha256(file_sha256(self.path), self.sha256, self.path.name)
        return load_checkpoint(self.path, self.config)[0]

    def network(self):
        """Return the network with these weights, ready to infer."""
        from depthanyevent_ros.network.depth_anyevent import build_network
        network = build_network(self.config).eval().requires_grad_(False)
        network.load_state_dict(self.state_dict(), strict=True)
        return network


def find_weights(name_or_path: str = DEFAULT, models: Optional[Path] = None) -> Weights:
    """
    Return the weights of a name in the manifest or of a checkpoint file.

    :param name_or_path: ``default``, a name, or a path (it has a separator or a suffix).
    :param models: the folder of the manifest; None looks where this package is installed.
    :raises WeightsError: if there are none, or the file is not what the manifest promises.
    """
    if is_path(name_or_path):
        return weights_of_file(Path(name_or_path).expanduser())
    models = models or models_folder()
    manifest = read_manifest(models / 'manifest.yaml')
    name = manifest['default'] if name_or_path == DEFAULT else name_or_path
    if name not in manifest['weights']:
        raise WeightsError(f'no weights are called {name!r}; the manifest has '
                           f'{", ".join(manifest["weights"])}, and a path may be given instead')
    return weights_of_entry(name, manifest['weights'][name], models)


def check_name(name_or_path: str) -> None:
    """
    Refuse at once, without reading tensors, what cannot be weights.

    :raises WeightsError: if there is no such file, or no such name in the manifest.
    """
    if is_path(name_or_path):
        if not Path(name_or_path).expanduser().is_file():
            raise WeightsError(f'there is no weight file {name_or_path}')
    elif name_or_path != DEFAULT:
        names = read_manifest(models_folder() / 'manifest.yaml')['weights']
        if name_or_path not in names:
            raise WeightsError(f'no weights are called {name_or_path!r}; the manifest has '
                               f'{", ".join(names)}, and a path may be given instead')


def is_path(name_or_path: str) -> bool:
    """Tell whether this is the path of a checkpoint rather than a name in the manifest."""
    suffix = Path(name_or_path).suffix
    return suffix in ('.pth', '.pt', '.safetensors') or os.sep in str(name_or_path)


def weights_of_file(path: Path) -> Weights:
    """Return the weights of a checkpoint; its configuration may give licence, source, kind."""
    if not path.is_file():
        raise WeightsError(f'there is no weight file {path}')
    sha256 = file_sha256(path)
    beside = path.with_name('config.json')      # part of what the file says of itself
    both = sha256 + file_sha256(beside) if beside.is_file() else sha256
    facts = remembered(hashlib.sha256(both.encode()).hexdigest(), lambda: facts_of_file(path))
    return Weights(
        name=path.stem, config=ModelConfig.from_dict(facts['model']), sha256=sha256,
        path=path.resolve(), licence=facts['licence'], source=facts['source'],
        output_kind=facts['output_kind'], trained=facts['trained'], notes=tuple(facts['notes']))


def facts_of_file(path: Path) -> Dict[str, Any]:
    """Read a checkpoint and return what it says of itself, as plain values."""
    from depthanyevent_ros.network.checkpoint import load_checkpoint
    _, config, info = load_checkpoint(path)
    kind = info.settings.get('output_kind', 'relative')
    if kind not in OUTPUT_KINDS:
        raise WeightsError(f'{path.name}: output_kind is {kind!r}, not relative or metric')
    return {'model': config.as_dict(), 'output_kind': kind,
            'licence': str(info.settings.get('licence', 'not stated')),
            'source': str(info.settings.get('source', 'not stated')),
            'trained': not info.stock and info.settings.get('trained', True) is True,
            'notes': list(info.notes)}


def weights_of_entry(name: str, entry: Mapping[str, Any], models: Path) -> Weights:
    """Return the weights of one entry of the manifest."""
    try:
        config = ModelConfig.from_dict(entry['model'])
        common = dict(name=name, config=config, sha256=entry['sha256'], licence=entry['licence'],
                      source=entry['source'], output_kind=entry['output_kind'],
                      trained=entry['trained'])
        if common['output_kind'] not in OUTPUT_KINDS:
            raise WeightsError(f'the manifest says output_kind {common["output_kind"]!r} for '
                               f'{name}, not relative or metric')
        if 'seed' in entry:
            return Weights(**common, seed=entry['seed'], notes=(
                f'{name} is a seeded initialisation: untrained, its depth means nothing',))
        path = models / entry['file']
    except (KeyError, TypeError) as error:
        raise WeightsError(f'the manifest entry {name} is not complete: {error}') from error
    except ConfigError as error:
        raise WeightsError(f'the manifest entry {name}: {error}') from error
    if not path.is_file():
        raise WeightsError(f'the file of {name} is not there: get it from {entry["source"]} and '
                           f'put it at {path}')
    check_sha256(file_sha256(path), common['sha256'], path.name)
    return Weights(**common, path=path)


def read_manifest(path: Path) -> Mapping[str, Any]:
    """Return the manifest: ``default``, a name, and ``weights``, the entries by name."""
    try:
        manifest = yaml.safe_load(path.read_text())
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise WeightsError(f'the manifest {path} cannot be read: {error}') from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get('weights'), dict) \
            or manifest.get('default') not in manifest['weights']:
        raise WeightsError(f'the manifest {path} needs weights and a default among them')
    return manifest


def models_folder() -> Path:
    """Return the folder of the manifest."""
    return share_dir() / 'models'


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file, read in pieces."""
    digest = hashlib.sha256()
    try:
        with open(path, 'rb') as handle:
            for piece in iter(lambda: handle.read(1 << 20), b''):
                digest.update(piece)
    except OSError as error:
        raise WeightsError(f'the weight file {path} cannot be read: {error}') from error
    return digest.hexdigest()


def check_sha256(found: str, expected: str, name: str) -> None:
    """Refuse weights whose sha256 differs."""
    if found != expected:
        raise WeightsError(f'{name} has sha256 {found[:16]}..., not {str(expected)[:16]}... as '
                           'it should: it is damaged or another file')
