# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The time steps of several simulations at once: `simulation/pacing.py` without a loop."""

from typing import Sequence

from numba import njit
import numpy as np

from depthanyevent_ros.simulation.pacing import LEAST_US, NEAREST_M, Pace, PROBE_S
from depthanyevent_ros.simulation.torch_twin.stage import Placement, Stage
from depthanyevent_ros.simulation.visibility import visible_bounds


class Paces:
    """Chooses the steps of each of B simulations."""

    def __init__(self, stage: Stage, paces: Sequence[Pace], views: np.ndarray):
        """Take what moves, how far it may, and the bounds of the cameras' rays, [B, 4]."""
        self._stage, self._views = stage, views
        self._step_us, self._most_us = (np.array([getattr(pace, name) for pace in paces])
                                        for name in ('step_us_at_1', 'most_us'))

    def step_us(self, t_s: np.ndarray, placement: Placement, samples_m: np.ndarray) -> np.ndarray:
        """
        Return the times to the next pictures, int64 [B], us.

        :param t_s: [B]; :param placement: at these times;
        :param samples_m: [B, N], depths of the pictures, see `pacing.sample`.
        """
        later, moved = self._stage.paths.pose(t_s + PROBE_S)
        cosine = (np.einsum('bij,bij->b', placement.rotation, later) - 1) / 2
        turn = np.arccos(np.clip(cosine, -1, 1)) / PROBE_S
        speed = np.linalg.norm(moved - placement.position, axis=1) / PROBE_S
        fifth = samples_m.shape[1] // 5
        flow = turn + speed / np.partition(samples_m, fifth, axis=1)[:, fifth]
        nearest_m = _nearest_m(placement.centre, placement.axes, self._views,
                               self._stage.missing)
        # Out of sight is at +inf, where nothing seems to move.
        moving = self._stage.speed(t_s) / np.maximum(nearest_m, NEAREST_M)
        flow = np.maximum(flow, turn + moving.max(axis=1))
        return np.clip(self._step_us / np.maximum(flow, 1e-6), LEAST_US, self._most_us
                       ).astype(np.int64)


@njit(cache=True, nogil=True, error_model='numpy')
def _nearest_m(centre, axes, views, missing):
    """Return the least depth that each shape can have in its view, float32 [B, S], m."""
    n_worlds, n_shapes = missing.shape
    nearest_m = np.empty((n_worlds, n_shapes), np.float32)
    bounds = np.empty((n_shapes, 4), np.float32)
    for b in range(n_worlds):
        visible_bounds(centre[b], axes[b], views[b], bounds, nearest_m[b])
        for s in range(n_shapes):
            if missing[b, s]:
                nearest_m[b, s] = np.inf
    return nearest_m
