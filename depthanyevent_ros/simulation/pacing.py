# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long until the next picture: little may move much more than a pixel meanwhile."""

import numpy as np

from depthanyevent_ros.simulation.camera_paths import CameraPath
from depthanyevent_ros.simulation.scene import Scene

#: How far things may move in a step (brightness is interpolated). ESIM takes 1; from 1 to 1.3 the
#: number of events of eight sequences in rooms changed by 0.1 to 1.2 %.
MOST_PIXELS = 1.3
#: Least step, and the longest for each pixel that may be moved in a step.
LEAST_US, MOST_US_PER_PIXEL = 300, 7500
#: Over what speeds are measured; nothing counts as nearer than the least distance, m.
PROBE_S, NEAREST_M = 1e-3, 0.3


def sample(depth_m):
    """Return some of the depths, [..., N] of [..., H, W], array or tensor."""
    return depth_m[..., 4::9, 4::9].reshape(*depth_m.shape[:-2], -1)


class Pace:
    """Chooses the time steps of a simulation from speeds and depths."""

    def __init__(self, scene: Scene, path: CameraPath, focal_px: float,
                 most_pixels: float = MOST_PIXELS):
        """Take what moves, the focal length, and how far it may move in a step."""
        self._scene, self._path = scene, path
        #: At 1 rad/s, and where next to nothing moves.
        self.step_us_at_1 = most_pixels * 1e6 / focal_px
        self.most_us = most_pixels * MOST_US_PER_PIXEL

    def step_us(self, t_s: float, pose, sample_m: np.ndarray, nearest_m: np.ndarray) -> int:
        """
        Return the time to the next picture, us.

        :param pose: rotation and position at this time, see `CameraPath.pose`;
        :param sample_m: depths of the picture at this time, see `sample`;
        :param nearest_m: [S], the least depth that each shape can have in the picture.
        """
        rotation, position = pose
        later, moved = self._path.pose(t_s + PROBE_S)
        turn = np.arccos(np.clip((np.trace(rotation.T @ later) - 1) / 2, -1, 1)) / PROBE_S
        speed = np.linalg.norm(moved - position) / PROBE_S
        near_m = np.partition(sample_m, len(sample_m) // 5)[len(sample_m) // 5]
        flow = turn + speed / near_m                    # rad/s; near: nearer than most pixels
        visible = np.isfinite(nearest_m)
        if visible.any():
            flow = max(flow, turn + np.max(self._scene.speed(t_s)[visible]
                                           / np.maximum(nearest_m[visible], NEAREST_M)))
        return int(np.clip(self.step_us_at_1 / max(flow, 1e-6), LEAST_US, self.most_us))
