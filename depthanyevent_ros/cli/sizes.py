# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Sizes of pictures on the command line."""

from typing import Tuple

from depthanyevent_ros.errors import ConfigError

#: Of an option for the network's input: that at which the weights were trained.
AS_TRAINED = '0x0'


def size_of(text: str) -> Tuple[int, int]:
    """Return height and width of a text like 320x640; ValueError, for argparse, if it is none."""
    height, _, width = text.partition('x')
    if int(height) < 1 or int(width) < 1:
        raise ValueError(text)
    return int(height), int(width)


def pixels(option: str, text: str) -> Tuple[int, int]:
    """Return height and width of an option's value, which may be 0; ConfigError naming it."""
    height, _, width = text.partition('x')
    if not (height.isdigit() and width.isdigit()):
        raise ConfigError(f'{option} is {text!r}: it must be HEIGHTxWIDTH, like 154x210')
    return int(height), int(width)
