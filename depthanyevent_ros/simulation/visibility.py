# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which part of the picture a shape can cover, and how near it can be: bounds, never too small."""

from numba import njit
import numpy as np

NEAR_M = np.float32(0.02)               # nothing is seen nearer than this
_FAR = np.float32(1e9)


@njit(cache=True, nogil=True, error_model='numpy')
def visible_bounds(centre, axes, view, bounds, nearest):
    """
    Bound each shape by its box, cut off in front of the camera.

    :param centre: [S, 3]; :param axes: [S, 3, 3], as in `placing.Placed`.
    :param bounds: float32 [S, 4], out: least and greatest x / z, then y / z; an empty range if
        the shape is behind the camera. :param nearest: float32 [S], out: least depth, m; +inf
        outside the view. :param view: bounds of all rays, float32 [4].
    """
    corner = np.empty((8, 3), np.float32)
    for s in range(len(centre)):
        bounds[s, 0] = bounds[s, 2] = nearest[s] = _FAR
        bounds[s, 1] = bounds[s, 3] = -_FAR
        for c in range(8):
            for i in range(3):
                corner[c, i] = centre[s, i]
                for k in range(3):
                    corner[c, i] += axes[s, i, k] if c >> k & 1 else -axes[s, i, k]
        for c in range(8):
            _extend(bounds[s], nearest, s, corner[c, 0], corner[c, 1], corner[c, 2])
            for k in range(3):
                d = c | 1 << k
                if d != c and (corner[c, 2] < NEAR_M) != (corner[d, 2] < NEAR_M):
                    part = (NEAR_M - corner[c, 2]) / (corner[d, 2] - corner[c, 2])
                    _extend(bounds[s], nearest, s,
                            corner[c, 0] + part * (corner[d, 0] - corner[c, 0]),
                            corner[c, 1] + part * (corner[d, 1] - corner[c, 1]), NEAR_M)
        if not overlaps(bounds, s, view):
            nearest[s] = np.inf


@njit(cache=True, nogil=True, error_model='numpy')
def _extend(bound, nearest, s, x, y, z):
    """Take one point into the bounds, if it is not behind the camera."""
    if z >= NEAR_M:
        bound[0], bound[1] = min(bound[0], x / z), max(bound[1], x / z)
        bound[2], bound[3] = min(bound[2], y / z), max(bound[3], y / z)
        nearest[s] = min(nearest[s], z)


@njit(cache=True, nogil=True, error_model='numpy')
def overlaps(bounds, s, tile):
    """Tell whether the bounds of shape ``s`` meet those of a tile, with a little to spare."""
    spare = np.float32(1e-4)
    return (bounds[s, 0] <= tile[1] + spare and bounds[s, 1] >= tile[0] - spare
            and bounds[s, 2] <= tile[3] + spare and bounds[s, 3] >= tile[2] - spare)
