# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Depth as a coloured picture, for looking at.

Near is always the upper end of the colour map, far the lower. NaN (no evidence) is black;
-Inf and +Inf (REP-117) have the colours of the nearest and the farthest depth of the range.
"""

from typing import Optional, Protocol, Tuple

import cv2
import numba
import numpy as np

from depthanyevent_ros.depth.rep117 import check_range
from depthanyevent_ros.errors import ConfigError

COLOUR_MAPS = {
    'turbo': cv2.COLORMAP_TURBO,
    'inferno': cv2.COLORMAP_INFERNO,
    'viridis': cv2.COLORMAP_VIRIDIS,
    'magma': cv2.COLORMAP_MAGMA,
    'gray': None,
}
INVALID_BGR = (0, 0, 0)
#: Below this depth 1/depth is held, so that it stays finite.
NEAREST = 1e-6


class Colouriser(Protocol):
    """Gives a depth picture its colours."""

    range: Optional[Tuple[float, float]]   # (nearest, farthest) depth of the last picture

    def colour(self, depth: np.ndarray) -> np.ndarray:
        """Return depth, [H, W], as bgr8: a new uint8 [H, W, 3]."""

    def reset(self) -> None:
        """Forget past pictures."""


def make_colouriser(range_kind: str, colour_map: str = 'turbo', scale: str = 'inverse',
                    min_m: float = 0.5, max_m: float = 20.0) -> Colouriser:
    """
    Choose a colouriser.

    :param range_kind: 'fixed' (min_m to max_m; right for metres, flicker shows) or 'robust'
        (percentiles of the pictures, smoothed from picture to picture; for relative depth).
    :param colour_map: turbo, inferno, viridis, magma or gray.
    :param scale: 'inverse' (colour follows 1/depth: detail near by) or 'linear'.
    :raises ConfigError: naming the parameter with an unusable value.
    """
    table = colour_table(colour_map)
    if scale not in ('inverse', 'linear'):
        raise ConfigError(f'colour.scale is {scale!r}: it must be inverse or linear')
    if range_kind == 'fixed':
        return FixedRange(table, scale, min_m, max_m)
    if range_kind == 'robust':
        return RobustRange(table, scale)
    raise ConfigError(f'colour.range is {range_kind!r}: it must be fixed or robust')


def colour_table(name: str) -> np.ndarray:
    """Return a colour map as bgr, uint8 [256, 3]."""
    if name not in COLOUR_MAPS:
        raise ConfigError(f'colour.map is {name!r}: known are {", ".join(COLOUR_MAPS)}')
    ramp = np.arange(256, dtype=np.uint8)[:, None]
    if COLOUR_MAPS[name] is None:
        return np.repeat(ramp, 3, axis=1)
    return cv2.applyColorMap(ramp, COLOUR_MAPS[name])[:, 0]


class FixedRange:
    """The same depth has the same colour in every picture."""

    def __init__(self, table: np.ndarray, scale: str, min_m: float, max_m: float):
        """Take the range in metres; it must be finite, and above 0 for the inverse scale."""
        check_range(min_m, max_m)
        if not np.isfinite(max_m):
            raise ConfigError('depth.max_m must be finite to give colours to a fixed range')
        if scale == 'inverse' and min_m <= 0:
            raise ConfigError('depth.min_m must be above 0 for colours on the inverse scale')
        self.range = (float(min_m), float(max_m))
        self._table, self._inverse = table, scale == 'inverse'

    def colour(self, depth):
        """Return depth, [H, W], as bgr8."""
        return _colour(depth, self._table, self._inverse, *self.range)

    def reset(self):
        """Forget nothing: there is no state."""


class RobustRange:
    """
    The range follows the pictures: 2nd to 98th percentile, smoothed from picture to picture.

    The limits of picture k are l_k = l_(k-1) + WEIGHT (q_k - l_(k-1)) on the scale of the
    colours, q_k being its own percentiles; so a single odd picture hardly changes the colours.
    """

    WEIGHT = 0.1
    PERCENTILES = (2, 98)
    MAX_SAMPLES = 8192

    def __init__(self, table: np.ndarray, scale: str):
        """Start without a range; the first picture with a finite depth gives it."""
        self._table, self._inverse = table, scale == 'inverse'
        self._limits = None

    @property
    def range(self):
        """(nearest, farthest) depth that the colours span now, or None before any depth."""
        if self._limits is None:
            return None
        low, high = self._limits
        return (1 / high, 1 / low) if self._inverse else (low, high)

    def colour(self, depth):
        """Return depth, [H, W], as bgr8, and move the range towards this picture's own."""
        limits = self._percentiles(depth)
        if limits is not None:
            old = limits if self._limits is None else self._limits
            self._limits = tuple(a + self.WEIGHT * (b - a) for a, b in zip(old, limits))
        return _colour(depth, self._table, self._inverse, *(self.range or (1.0, 2.0)))

    def reset(self):
        """Forget the range."""
        self._limits = None

    def _percentiles(self, depth):
        step = max(1, int(np.ceil(np.sqrt(depth.size / self.MAX_SAMPLES))))
        values = depth[::step, ::step]
        values = values[np.isfinite(values)].astype(np.float64)
        if self._inverse:
            values = 1 / np.maximum(values, NEAREST)
        if not values.size:
            return None
        return tuple(float(q) for q in np.percentile(values, self.PERCENTILES))


def _colour(depth, table, inverse, near, far):
    out = np.empty((*depth.shape, 3), np.uint8)
    low, high = ((1 / far, 1 / near) if inverse else (-far, -near))
    gain = 255 / max(high - low, 1e-12)
    _look_up(np.ascontiguousarray(depth, np.float32), table, inverse, low, gain, out)
    return out


@numba.njit(cache=True, nogil=True)
def _look_up(depth, table, inverse, low, gain, out):
    for row in range(depth.shape[0]):
        for column in range(depth.shape[1]):
            z = depth[row, column]
            if np.isnan(z):
                out[row, column, 0] = INVALID_BGR[0]
                out[row, column, 1] = INVALID_BGR[1]
                out[row, column, 2] = INVALID_BGR[2]
                continue
            value = 1 / max(z, NEAREST) if inverse else -z
            index = int(min(max((value - low) * gain, 0.0), 255.0) + 0.5)
            out[row, column, 0] = table[index, 0]
            out[row, column, 1] = table[index, 1]
            out[row, column, 2] = table[index, 2]
