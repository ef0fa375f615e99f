# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Marks in a depth picture, by REP-117.

NaN is no evidence, -Inf nearer than the nearest, +Inf beyond the farthest depth that is trusted.
Zero never stands for "invalid", and no depth is ever clipped to a limit.
"""

from typing import Optional

import numba
import numpy as np

from depthanyevent_ros.errors import ConfigError


def check_range(min_m: float, max_m: float) -> None:
    """Raise ConfigError unless 0 <= min_m < max_m (max_m may be infinite: no upper limit)."""
    if not (np.isfinite(min_m) and min_m >= 0):
        raise ConfigError(f'depth.min_m is {min_m}: it must be 0 or more')
    if not max_m > min_m:
        raise ConfigError(f'depth.max_m is {max_m}: it must be above depth.min_m ({min_m})')


def mark_out_of_range(depth_m: np.ndarray, min_m: float, max_m: float,
                      valid_mask: Optional[np.ndarray] = None) -> np.ndarray:
    """
    Mark metric depth: -Inf below min_m, +Inf above max_m, NaN where there is no evidence.

    A depth equal to a limit is inside. A negative depth is nearer than any limit.

    :param depth_m: [H, W]; NaN stays NaN.
    :param valid_mask: bool [H, W], False outside the rectified view; None: all valid.
    :returns: a new float32 [H, W].
    """
    depth_m = np.ascontiguousarray(depth_m, np.float32)
    out = np.empty_like(depth_m)
    _mark(depth_m, min_m, max_m, _mask(valid_mask, depth_m.shape), out)
    return out


def mark_no_evidence(depth: np.ndarray, valid_mask: Optional[np.ndarray] = None) -> np.ndarray:
    """
    Mark relative depth, which has no unit and so no metric limits: only NaN is used.

    What is not finite or not positive is no depth at all and becomes NaN.

    :param depth: [H, W]. :param valid_mask: bool [H, W], False outside the rectified view.
    :returns: a new float32 [H, W].
    """
    depth = np.ascontiguousarray(depth, np.float32)
    out = np.empty_like(depth)
    _mark_positive(depth, _mask(valid_mask, depth.shape), out)
    return out


def _mask(valid_mask, shape):
    return np.broadcast_to(np.True_, shape) if valid_mask is None else valid_mask


@numba.njit(cache=True, nogil=True)
def _mark(depth_m, min_m, max_m, valid, out):
    for row in range(depth_m.shape[0]):
        for column in range(depth_m.shape[1]):
            z = depth_m[row, column]
            if z < min_m:
                z = np.float32(-np.inf)
            elif z > max_m:
                z = np.float32(np.inf)
            out[row, column] = z if valid[row, column] else np.float32(np.nan)


@numba.njit(cache=True, nogil=True)
def _mark_positive(depth, valid, out):
    for row in range(depth.shape[0]):
        for column in range(depth.shape[1]):
            z = depth[row, column]
            usable = valid[row, column] and z > 0 and z < np.inf
            out[row, column] = z if usable else np.float32(np.nan)
