# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Textures with their smaller versions (mip levels), in one array for the ray caster."""

from typing import Sequence

import numpy as np

from depthanyevent_ros.simulation.textures import SIZE

N_LEVELS = SIZE.bit_length()            # 256, 128, ..., 1
#: Where each level begins in a row of the atlas.
OFFSETS = np.concatenate([[0], np.cumsum([(SIZE >> level) ** 2 for level in range(N_LEVELS)])])


def make_atlas(textures: Sequence[np.ndarray]) -> np.ndarray:
    """Return float32 [N, texels of all levels]; a level is the mean of 2x2 of the one before."""
    return np.stack([_with_levels(texture) for texture in textures])


def _with_levels(texture):
    levels = [np.asarray(texture, np.float32)]
    while len(levels[-1]) > 1:
        size = len(levels[-1]) // 2
        levels.append(levels[-1].reshape(size, 2, size, 2).mean((1, 3)))
    return np.concatenate([level.ravel() for level in levels])
