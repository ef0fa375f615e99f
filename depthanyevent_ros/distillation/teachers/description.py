# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What has to be known of an ONNX depth model to use it as a teacher: a small YAML file.

======== ==================================================================== ===========
key      meaning                                                              if missing
======== ==================================================================== ===========
model    the .onnx file, absolute or relative to the description              (needed)
kind     metric (depth up to a scale) or inverse_relative (inverse depth up   (needed)
         to scale and shift)
licence  of the weights                                                       (needed)
source   where the weights come from                                          (needed)
size     [height, width] of the model's input, pixels                         (or multiple)
multiple its sides are multiples of this; the frame's aspect ratio is kept    (or size)
least    pixels that each side has at least, with ``multiple``                224
input    name of the model's input                                            its only one
output   name of the model's output                                           its only one
layout   NCHW or NHWC                                                         NCHW
colour   rgb, bgr or grey (one channel)                                       rgb
range    [black, white] before mean and std                                   [0, 1]
mean     subtracted, one number per channel, always R, G, B                   0
std      divided by, one number per channel, always R, G, B                   1
======== ==================================================================== ===========

Frames are grey: the channels differ by ``mean`` and ``std`` alone.
"""

from dataclasses import dataclass, fields, MISSING
from pathlib import Path
from typing import Any, Mapping, Optional, Tuple

import numpy as np
import yaml

from depthanyevent_ros.distillation.protocol import KINDS
from depthanyevent_ros.errors import ConfigError, WeightsError
from depthanyevent_ros.network.input_size import network_size

CHOICES = {'kind': KINDS, 'layout': ('NCHW', 'NHWC'), 'colour': ('rgb', 'bgr', 'grey')}
TEXTS = ('model', 'licence', 'source', 'input', 'output')
#: Pixels on a side of a model's input.
MOST = 4096


@dataclass(frozen=True)
class Description:
    """One description, checked; see the module for the keys."""

    name: str                           # of the file, without its ending
    model: Path
    kind: str
    licence: str
    source: str
    size: Optional[Tuple[int, int]] = None
    multiple: Optional[int] = None
    least: int = 224
    input: str = ''
    output: str = ''
    layout: str = 'NCHW'
    colour: str = 'rgb'
    range: Tuple[float, float] = (0.0, 1.0)
    mean: Tuple[float, ...] = (0.0,)
    std: Tuple[float, ...] = (1.0,)

    @property
    def channels(self) -> int:
        """Return the channels of the model's input."""
        return 1 if self.colour == 'grey' else 3

    def input_size(self, height: int, width: int) -> Tuple[int, int]:
        """Return height and width of the model's input for frames of this size."""
        return self.size or network_size(height, width, self.least, self.least, self.multiple)

    def line(self) -> Tuple[np.ndarray, np.ndarray]:
        """
        Return a and b, float32 [channels]: a channel is a x + b for a frame's 0..255 in x.

        In the order of the model's channels.
        """
        black, white = self.range
        order = -1 if self.colour == 'bgr' else 1
        mean, std = (np.broadcast_to(np.float64(each), self.channels)[::order]
                     for each in (self.mean, self.std))
        return (((white - black) / 255 / std).astype(np.float32),
                ((black - mean) / std).astype(np.float32))


def read_description(path: Path) -> Description:
    """
    Read a description and hold it to its keys.

    :raises ConfigError: in one sentence that names the file and the key.
    :raises WeightsError: if the model's file is not there.
    """
    try:
        tree = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = ' '.join(str(error).split())
        raise ConfigError(f'the description of a teacher {path} cannot be read: {reason}') \
            from error
    if not isinstance(tree, Mapping):
        raise ConfigError(f'{path.name} is not a table of keys that describe a teacher')
    try:
        description = description_of(tree, path)
    except ConfigError as error:
        raise ConfigError(f'{path.name}: {error}') from error.__cause__
    if not description.model.is_file():
        raise WeightsError(f'{path.name}: there is no model {description.model}: get it from '
                           f'{description.source}, or change the key model')
    return description


def description_of(tree: Mapping[str, Any], path: Path) -> Description:
    """Return the description in a table; ``path`` gives its name and the folder of its model."""
    known = {each.name: each.default for each in fields(Description) if each.name != 'name'}
    for key in tree:
        if key not in known:
            raise ConfigError(f'the key {key!r} is not known; there are {", ".join(known)}')
    for key, default in known.items():
        if default is MISSING and key not in tree:
            raise ConfigError(f'the key {key} is missing')
    values = {key: checked(key, value) for key, value in tree.items()}
    if ('size' in values) == ('multiple' in values):
        raise ConfigError('it must have one of the keys size and multiple, and only one')
    channels = 1 if values.get('colour') == 'grey' else 3
    for key in ('mean', 'std'):
        if len(values.get(key, (0,))) not in (1, channels):
            raise ConfigError(f'{key} has {len(values[key])} numbers; it must have {channels}')
    values['model'] = path.parent / Path(values['model']).expanduser()
    return Description(path.stem, **values)


def checked(key: str, value: Any) -> Any:
    """Return the value of a key as the type of its field, or refuse it."""
    if key in CHOICES and value not in CHOICES[key]:
        raise ConfigError(f'{key} is {value!r}, not one of {", ".join(CHOICES[key])}')
    if key in TEXTS and not (isinstance(value, str) and value):
        raise ConfigError(f'{key} is {value!r}; it must be a text')
    if key in ('multiple', 'least'):
        return whole(key, value)
    if key == 'size':
        if not isinstance(value, list) or len(value) != 2:
            raise ConfigError(f'size is {value!r}; it must be [height, width]')
        return tuple(whole(key, side) for side in value)
    if key in ('range', 'mean', 'std'):
        return numbers(key, value)
    return value


def whole(key: str, value: Any) -> int:
    """Return a whole number of pixels, or refuse it."""
    if type(value) is not int or not 1 <= value <= MOST:
        raise ConfigError(f'{key} is {value!r}; it must be a whole number of pixels from 1 to '
                          f'{MOST}')
    return value


def numbers(key: str, value: Any) -> Tuple[float, ...]:
    """Return a tuple of finite numbers, or refuse it."""
    listed = value if isinstance(value, list) and value else [value]
    if not all(type(each) in (int, float) and np.isfinite(each) for each in listed):
        raise ConfigError(f'{key} is {value!r}; it must be finite numbers')
    if key == 'range' and (len(listed) != 2 or listed[0] == listed[1]):
        raise ConfigError(f'range is {value!r}; it must be two different numbers')
    if key == 'std' and not all(each > 0 for each in listed):
        raise ConfigError(f'std is {value!r}; it must be above 0')
    return tuple(map(float, listed))
