# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which tiles of a picture must be cast again: those that a shape touches that has changed."""

from numba import njit
import numpy as np

from depthanyevent_ros.simulation.placing import Placed
from depthanyevent_ros.simulation.visibility import overlaps


class Changes:
    """
    Compares what a camera has before it with what it had at the picture before.

    Where camera and scene rest, next to nothing has to be cast. A tile that no changed shape
    touches, neither before nor now, would come out the same to the last bit.
    """

    def __init__(self, tile_bounds: np.ndarray):
        """Take the bounds of the tiles, float32 [T, 4]."""
        self._tile_bounds, self._all = tile_bounds, np.arange(len(tile_bounds))
        self._placed = self._bounds = None

    def tiles(self, placed: Placed, bounds: np.ndarray) -> np.ndarray:
        """
        Return the tiles that may differ from the last call's, int64 [N]; all at first.

        :param bounds: float32 [S, 4], where each shape can be, see `visible_bounds`.
        """
        before, bounds_before = self._placed, self._bounds
        self._placed, self._bounds = placed, bounds.copy()
        if before is None or not np.array_equal(before.to_world, placed.to_world):
            return self._all
        changed = np.zeros(len(bounds), bool)
        for name in ('origin', 'linear', 'light'):
            differs = getattr(before, name) != getattr(placed, name)
            changed |= differs.reshape(len(bounds), -1).any(axis=1)
        if changed.all():
            return self._all
        return np.flatnonzero(_touched(np.flatnonzero(changed), bounds_before, bounds,
                                       self._tile_bounds))


@njit(cache=True, nogil=True, error_model='numpy')
def _touched(shapes, before, now, tiles):
    """Return which tiles some shapes touch, bool [T]."""
    touched = np.zeros(len(tiles), np.bool_)
    for t in range(len(tiles)):
        for s in shapes:
            if overlaps(before, s, tiles[t]) or overlaps(now, s, tiles[t]):
                touched[t] = True
                break
    return touched
