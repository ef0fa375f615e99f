# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Depth Anything V2 (Yang et al., arXiv 2406.09414) from the files that its authors publish.

They hold tensors alone: the encoder is read off their shapes, and whether it is one of the metric
models off the name of the file, since nothing in it says so. Relative models give inverse depth
up to scale and shift.
"""

import hashlib
from pathlib import Path
from typing import Any, Dict, Optional, Tuple

from depthanyevent_ros.errors import WeightsError
from depthanyevent_ros.network.config import ENCODERS, ModelConfig
from depthanyevent_ros.network.remembered import remembered
from depthanyevent_ros.network.weights import file_sha256, Weights

SOURCE = 'https://github.com/DepthAnything/Depth-Anything-V2'
LICENCES = {'vits': 'Apache-2.0', 'vitb': 'CC-BY-NC-4.0', 'vitl': 'CC-BY-NC-4.0'}
#: Metres that the metric models' 1 stands for, by a part of the file's name.
FARTHEST_M = {'hypersim': 20.0, 'vkitti': 80.0}
#: Pixels on the shorter side that its authors use; less is faster and coarser.
LEAST_SIDE = 518

TOKEN = 'pretrained.cls_token'


def depth_anything_weights(path: Path) -> Optional[Weights]:
    """
    Return the weights in a file of Depth Anything V2, None if it has a configuration.

    A file with one, inside or as ``config.json`` beside it, is what that says.

    :raises WeightsError: if the file cannot be read, or has neither a configuration nor the
        tensors of Depth Anything V2.
    """
    if not path.is_file():
        raise WeightsError(f'there is no weight file {path}')
    if path.with_name('config.json').is_file():
        return None
    sha256 = file_sha256(path)
    key = hashlib.sha256(f'depth anything {sha256}'.encode()).hexdigest()
    facts = remembered(key, lambda: facts_of_file(path))
    if facts['has_config']:
        return None
    encoder = facts['encoder']
    config, output_kind = config_of(encoder, path.stem)
    return Weights(
        name=path.stem, config=config, sha256=sha256, licence=LICENCES[encoder], source=SOURCE,
        output_kind=output_kind, trained=True, path=path.resolve(), notes=notes_of(path, encoder))


def facts_of_file(path: Path) -> Dict[str, Any]:
    """Return whether a file has a configuration, and the encoder that its tensors belong to."""
    from depthanyevent_ros.network.checkpoint import (
        read_pickle, read_safetensors, without_prefix)
    tensors, inside = (read_safetensors if path.suffix == '.safetensors' else read_pickle)(path)
    if inside is not None:
        return {'has_config': True}
    token = without_prefix(tensors)[0].get(TOKEN)
    dim = 0 if token is None or not token.ndim else token.shape[-1]
    encoder = next((name for name in LICENCES if ENCODERS[name].dim == dim), None)
    if encoder is None:
        raise WeightsError(f'{path.name} has no config inside or beside it and is not Depth '
                           f'Anything V2 of the sizes {", ".join(LICENCES)} either: the network '
                           'is not known')
    return {'has_config': False, 'encoder': encoder}


def config_of(encoder: str, name: str) -> Tuple[ModelConfig, str]:
    """Return the configuration and the output kind of a file of this name."""
    metric, scale = 'metric' in name.lower(), 1.0
    if metric:
        scale = next((m for part, m in FARTHEST_M.items() if part in name.lower()), 1.0)
    config = ModelConfig(
        model_type='StockDAv2', encoder=encoder, activation='sigmoid' if metric else 'relu',
        inv_prediction=False, scale_factor=scale, input_size_width=LEAST_SIDE,
        input_size_height=LEAST_SIDE, input_type='rgb')
    return config, 'metric' if metric else 'relative'


def notes_of(path: Path, encoder: str) -> Tuple[str, ...]:
    """Return what the log should say of the licence."""
    if LICENCES[encoder] == 'Apache-2.0':
        return ()
    return (f'{path.name} ({encoder}) is under {LICENCES[encoder]}: not for commercial use, and '
            'what is learned from it may not be either',)
