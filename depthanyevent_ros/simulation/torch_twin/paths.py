# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The camera paths of several worlds, all at once: `simulation/camera_paths.py` in arrays."""

from typing import Sequence

import numpy as np

from depthanyevent_ros.simulation.camera_paths import CameraPath, Ellipse, Halts


class CameraPaths:
    """Poses of B cameras, each at its own time, without a loop; but for rounding those of one."""

    def __init__(self, paths: Sequence[CameraPath]):
        """Take the paths; their courses are those of `camera_paths`."""
        most = max(len(path.hz) for path in paths)
        self._amplitude = np.zeros((len(paths), most, 6))
        self._hz, self._phase = np.zeros((2, len(paths), most))
        for b, path in enumerate(paths):
            n = len(path.hz)
            self._amplitude[b, :n], self._hz[b, :n] = path.amplitude, path.hz
            self._phase[b, :n] = path.phase
        clocks = [path.clock if isinstance(path.clock, Halts) else Halts(np.inf, np.inf)
                  for path in paths]
        self._go_s, self._rest_s, self._ramp_s = np.array(
            [(clock.go_s, clock.rest_s, clock.ramp_s) for clock in clocks]).T
        self._halts = np.isfinite(self._go_s)
        courses = [path.course for path in paths]
        self._round = np.array([isinstance(course, Ellipse) for course in courses])
        # A camera that stays is one on a way at no speed.
        self._from = np.array([course.centre if isinstance(course, Ellipse) else course.position
                               for course in courses], float)
        self._yaw, self._speed, self._rate, self._start = (
            np.array([getattr(course, name, 0.0) for course in courses], float)
            for name in ('yaw', 'speed', 'rate', 'phase'))
        self._radii = np.array([getattr(course, 'radii', (0.0, 0.0)) for course in courses], float)

    def pose(self, t_s: np.ndarray):
        """Return rotations [B, 3, 3] (camera to world) and positions [B, 3], m, at times [B]."""
        t_s = self._shown(np.asarray(t_s, float))
        position, yaw = self._course(t_s)
        waves = np.sin(2 * np.pi * self._hz * t_s[:, None] + self._phase)
        offset = np.einsum('bkc,bk->bc', self._amplitude, waves)
        heading = _about(yaw, 2, 0)
        rotation = (heading @ _about(offset[:, 4], 2, 0) @ _about(offset[:, 3], 1, 2)
                    @ _about(offset[:, 5], 0, 1))
        return rotation, position + np.einsum('bij,bj->bi', heading, offset[:, :3])

    def _shown(self, t_s):
        """Return what the clocks show, see `camera_paths.Halts`."""
        period_s = np.where(self._halts, self._go_s + self._rest_s, 1.0)
        rounds, since_s = np.divmod(t_s, period_s)
        go_s, ramp_s = np.where(self._halts, self._go_s, 1.0), self._ramp_s
        since_s = np.minimum(since_s, go_s)
        starting_s = np.minimum(since_s, ramp_s)
        stopping_s = np.maximum(since_s - go_s + ramp_s, 0.0)
        shown_s = (rounds * (go_s - ramp_s) + starting_s ** 2 / (2 * ramp_s)
                   + since_s - starting_s - stopping_s ** 2 / (2 * ramp_s))
        return np.where(self._halts, shown_s, t_s)

    def _course(self, t_s):
        """Return positions [B, 3] and yaws [B] without oscillations."""
        angle = self._rate * t_s + self._start
        sine, cosine = np.sin(angle), np.cos(angle)
        yaw = np.where(self._round, np.arctan2(self._rate * self._radii[:, 0] * cosine,
                                               -self._rate * self._radii[:, 1] * sine), self._yaw)
        gone = self._speed * t_s
        x = np.where(self._round, self._radii[:, 0] * sine, np.sin(self._yaw) * gone)
        z = np.where(self._round, self._radii[:, 1] * cosine, np.cos(self._yaw) * gone)
        return self._from + np.stack([x, np.zeros_like(x), z], axis=1), yaw


def _about(angle, first, second):
    """Return rotations [B, 3, 3] that turn one axis towards another."""
    rotation = np.tile(np.eye(3), (len(angle), 1, 1))
    rotation[:, first, first] = rotation[:, second, second] = np.cos(angle)
    rotation[:, second, first] = np.sin(angle)
    rotation[:, first, second] = -rotation[:, second, first]
    return rotation
