# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Several worlds side by side, each at its own time: `simulation/placing.py` without a loop."""

from typing import NamedTuple, Sequence

import numpy as np

from depthanyevent_ros.simulation.torch_twin.paths import CameraPaths
from depthanyevent_ros.simulation.worlds import World

_FIELDS = ('centre', 'half', 'yaw', 'tilt', 'velocity', 'swing', 'swing_hz', 'swing_phase',
           'yaw_rate')
#: Of the origin of a shape that is not there: no ray from there meets the unit shape going z > 0.
_NOWHERE = 1e3


class Placement(NamedTuple):
    """B moments with S shapes each, float32; see `placing.Placed`."""

    rotation: np.ndarray        # float64 [B, 3, 3], camera to world
    position: np.ndarray        # float64 [B, 3], m
    centre: np.ndarray          # [B, S, 3]
    axes: np.ndarray            # [B, S, 3, 3]
    linear: np.ndarray          # [B, S, 3, 3]
    origin: np.ndarray          # [B, S, 3]
    light: np.ndarray           # [B, S, 3]


class Stage:
    """
    The worlds of a batch; their shapes are sorted by kind and padded to equal numbers.

    ``columns``: kind -> the columns (of S) that hold shapes of this kind; ``own``: for each
    world, which of its shapes each column holds, int [B, S], -1: none.
    """

    def __init__(self, worlds: Sequence[World]):
        """Stack what does not change."""
        self.scenes = [world.scene for world in worlds]
        self.paths = CameraPaths([world.path for world in worlds])
        self.columns, n = {}, 0
        for kind in np.unique(np.concatenate([scene.kind for scene in self.scenes])).tolist():
            most = max(int((scene.kind == kind).sum()) for scene in self.scenes)
            self.columns[kind] = slice(n, n + most)
            n += most
        self.own = np.full((len(worlds), n), -1)
        for own, scene in zip(self.own, self.scenes):
            for kind, columns in self.columns.items():
                shapes = np.flatnonzero(scene.kind == kind)
                own[columns.start:columns.start + len(shapes)] = shapes
        self.missing = self.own < 0
        self._s = {name: self.stack(name) for name in _FIELDS}
        self._s['half'][self.missing] = 1.0
        self._towards = np.array([scene.light.towards for scene in self.scenes])

    def stack(self, name: str) -> np.ndarray:
        """Return a field of the scenes, [B, S, ...]; 0 where there is no shape."""
        fields = [getattr(scene, name) for scene in self.scenes]
        stacked = np.zeros((*self.own.shape, *fields[0].shape[1:]), fields[0].dtype)
        for row, own, field in zip(stacked, self.own, fields):
            row[own >= 0] = field[own[own >= 0]]
        return stacked

    def at(self, t_s: np.ndarray) -> Placement:
        """Return where everything is, each world at its own time, [B], s."""
        s, t_s = self._s, np.asarray(t_s, float)[:, None]
        rotation, position = self.paths.pose(t_s[:, 0])
        turn = np.sin(2 * np.pi * s['swing_hz'] * t_s + s['swing_phase'])
        centre = s['centre'] + s['velocity'] * t_s[..., None] + s['swing'] * turn[..., None]
        turned = _turned(s['yaw'] + s['yaw_rate'] * t_s, s['tilt'])
        in_camera = np.swapaxes(rotation, 1, 2)[:, None] @ turned
        offset, half = centre - position[:, None], s['half']
        linear = np.swapaxes(in_camera, 2, 3) / half[..., None]
        origin = -np.einsum('bsji,bsj->bsi', turned, offset) / half
        linear[self.missing], origin[self.missing] = np.eye(3), _NOWHERE
        return Placement(rotation, position, *(a.astype(np.float32) for a in (
            offset @ rotation, in_camera * half[:, :, None], linear, origin,
            np.einsum('bsji,bj->bsi', turned, self._towards))))

    def speed(self, t_s: np.ndarray) -> np.ndarray:
        """Return the speed [B, S] of the fastest point of each shape at times [B], m/s."""
        s = self._s
        rate = 2 * np.pi * s['swing_hz']
        turn = rate * np.cos(rate * np.asarray(t_s, float)[:, None] + s['swing_phase'])
        of_centre = np.linalg.norm(s['velocity'] + s['swing'] * turn[..., None], axis=-1)
        return of_centre + np.abs(s['yaw_rate']) * np.hypot(s['half'][..., 0], s['half'][..., 2])


def _turned(yaw, tilt):
    """Return rotations [B, S, 3, 3] from the axes of shapes to the world."""
    (c, s), (ct, st) = ((np.cos(a), np.sin(a)) for a in (yaw, tilt))
    rotation = np.zeros((*yaw.shape, 3, 3))
    rotation[..., 0, 0], rotation[..., 0, 1], rotation[..., 0, 2] = c * ct, -c * st, s
    rotation[..., 1, 0], rotation[..., 1, 1] = st, ct
    rotation[..., 2, 0], rotation[..., 2, 1], rotation[..., 2, 2] = -s * ct, s * st, c
    return rotation
