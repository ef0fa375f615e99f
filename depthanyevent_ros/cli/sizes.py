# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Sizes of pictures on the command line."""

from typing import Tuple


def size_of(text: str) -> Tuple[int, int]:
    """Return height and width of a text like 320x640; ValueError, for argparse, if it is none."""
    height, _, width = text.partition('x')
    if int(height) < 1 or int(width) < 1:
        raise ValueError(text)
    return int(height), int(width)
