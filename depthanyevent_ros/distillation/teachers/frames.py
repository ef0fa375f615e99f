# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a teacher takes: grey frames, uint8, of the one size it was made for."""

import numpy as np

from depthanyevent_ros.distillation.protocol import Label, METRIC
from depthanyevent_ros.errors import ConfigError, MalformedInput

#: Pixels on a side of what a teacher can be made for.
LEAST, MOST = 16, 8192


def check_size(height: int, width: int) -> None:
    """
    Refuse frames that no teacher can be made for.

    :raises ConfigError: naming the side.
    """
    for name, side in (('height', height), ('width', width)):
        if not LEAST <= side <= MOST:
            raise ConfigError(f'the {name} of the frames is {side}; it must be from {LEAST} to '
                              f'{MOST} pixels')


def check_frame(grey: np.ndarray, height: int, width: int) -> None:
    """
    Refuse anything but uint8 [height, width].

    :raises MalformedInput: saying what was given instead.
    """
    given = f'{getattr(grey, "dtype", type(grey).__name__)} {np.shape(grey)}'
    if getattr(grey, 'dtype', None) != np.uint8:
        raise MalformedInput('frame_type', f'a teacher takes grey frames of uint8, not {given}')
    if grey.shape != (height, width):
        raise MalformedInput('frame_size', f'this teacher takes frames of {height}x{width} '
                             f'pixels, one value each, not {given}')


def label_of(depth: np.ndarray, kind: str) -> Label:
    """
    Return a label that is sure of every pixel for which the network gave a meaningful value.

    :param depth: float32 [H, W]; :param kind: of the label.
    """
    known = is_meant(depth, kind)
    return Label(np.where(known, depth, np.float32(np.nan)), known.astype(np.float32))


def is_meant(depth: np.ndarray, kind: str) -> np.ndarray:
    """Tell which values a label of this kind may have: finite ones, of METRIC those above 0."""
    return np.isfinite(depth) & (depth > 0) if kind == METRIC else np.isfinite(depth)
