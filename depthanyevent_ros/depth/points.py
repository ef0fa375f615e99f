# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a depth picture to a point cloud."""

import cv2
import numba
import numpy as np

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError

#: Name and byte offset of each float32 field of a point, and the bytes of a point.
POINT_FIELDS = (('x', 0), ('y', 4), ('z', 8))
POINT_STEP = 12


class PointCloudMaker:
    """
    Turns depth into points: x right, y down, z forward (REP-103, optical frame).

    The ray of each pixel is computed once. The view may be distorted: its rays are undistorted.
    The cloud is organised, [H, W], and not dense: a pixel without a finite depth is a NaN point.
    """

    def __init__(self, camera: CameraModel):
        """Compute the rays of a camera of the size of the depth picture."""
        problem = camera.problem()
        if problem:
            raise ConfigError(f'no point cloud: {problem}')
        self.camera = camera
        self._rays = rays(camera)
        self._points = np.empty((camera.height, camera.width, 3), np.float32)

    def points(self, depth_m: np.ndarray) -> np.ndarray:
        """
        Return the points of a depth picture.

        :param depth_m: float32 [H, W], metres along the optical axis, REP-117 marks allowed.
        :returns: float32 [H, W, 3], one buffer that the next call overwrites.
        :raises ConfigError: if the picture has another size than the camera.
        """
        if depth_m.shape != self._rays.shape[:2]:
            raise ConfigError(
                f'a depth picture of {depth_m.shape[1]}x{depth_m.shape[0]} does not fit a '
                f'camera of {self.camera.width}x{self.camera.height}')
        _project(self._rays, np.ascontiguousarray(depth_m, np.float32), self._points)
        return self._points


def rays(camera: CameraModel) -> np.ndarray:
    """Return (x/z, y/z) of each pixel's ray, float32 [H, W, 2]; NaN where there is no ray."""
    columns, rows = np.meshgrid(np.arange(camera.width, dtype=np.float64),
                                np.arange(camera.height, dtype=np.float64))
    pixels = np.stack([columns, rows], axis=-1)
    if not camera.is_distorted:
        pixels = np.concatenate([pixels, np.ones_like(pixels[..., :1])], axis=-1)
        directions = pixels @ np.linalg.inv(camera.k).T
        return (directions[..., :2] / directions[..., 2:]).astype(np.float32)
    undistort = (cv2.fisheye.undistortPoints if camera.distortion_model == 'equidistant'
                 else cv2.undistortPoints)
    flat = undistort(pixels.reshape(-1, 1, 2), camera.k.copy(), camera.d.copy())
    found = flat.reshape(pixels.shape)
    # OpenCV marks a fisheye pixel that no ray reaches with -1e6.
    found[np.abs(found).max(axis=-1) > 1e5] = np.nan
    return found.astype(np.float32)


@numba.njit(cache=True, nogil=True)
def _project(ray, depth, points):
    for row in range(depth.shape[0]):
        for column in range(depth.shape[1]):
            z = depth[row, column]
            x = ray[row, column, 0] * z
            if not np.isfinite(z) or np.isnan(x):
                x = np.float32(np.nan)
                z = x
            points[row, column, 0] = x
            points[row, column, 1] = ray[row, column, 1] * z
            points[row, column, 2] = z
