# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The lens: where the ray of each pixel goes, in tiles for the ray caster, and its blur."""

from dataclasses import dataclass

import cv2
from numba import njit
import numpy as np

from depthanyevent_ros.depth.camera import CameraModel

TILE = 16                               # pixels, square
ITERATIONS = (cv2.TERM_CRITERIA_MAX_ITER | cv2.TERM_CRITERIA_EPS, 50, 1e-10)


def davis346(zoom: float = 1.0) -> CameraModel:
    """
    Return a plausible calibration of a DAVIS346; no camera has been measured for it.

    Focal length and centre are chosen near what 4.5 mm on 18.5 um pixels give (243 px) and what
    MVSEC's camera has (226 px, 174, 134); the barrel distortion, clearly visible, is chosen too.

    :param zoom: scales the focal length.
    """
    return CameraModel.from_values(
        346, 260, [252.0 * zoom, 0, 174.2, 0, 252.3 * zoom, 131.1, 0, 0, 1],
        [-0.32, 0.11, 0.0004, -0.0006, 0.0], 'plumb_bob')


@dataclass(frozen=True, eq=False)
class TiledRays:
    """
    The rays of all pixels, z = 1 in the camera's frame, so that a ray's parameter is depth.

    x, y: float32 [tiles, TILE * TILE], row by row in each tile; pixels beyond the edge
    repeat the edge's. bounds: float32 [tiles, 4], least and greatest x, then y. corner:
    int32 [tiles, 2], first row and column. pixel_angle: of one pixel, rad.
    """

    x: np.ndarray
    y: np.ndarray
    bounds: np.ndarray
    corner: np.ndarray
    height: int
    width: int
    pixel_angle: float

    @property
    def view(self) -> np.ndarray:
        """Return the bounds of all tiles, float32 [4]."""
        return view_of(self.x, self.y)


def tiled_rays(camera: CameraModel) -> TiledRays:
    """Return the undistorted rays of a camera (any model of OpenCV's radial-tangential family)."""
    height, width = camera.height, camera.width
    rays = pixel_rays(camera)
    rows, columns = (-(-n // TILE) * TILE for n in (height, width))
    rays = np.pad(rays, ((0, rows - height), (0, columns - width), (0, 0)), 'edge')
    tiles = rays.reshape(rows // TILE, TILE, columns // TILE, TILE, 2).transpose(0, 2, 4, 1, 3)
    tiles = np.ascontiguousarray(tiles.reshape(-1, 2, TILE * TILE), np.float32)
    x, y = np.ascontiguousarray(tiles[:, 0]), np.ascontiguousarray(tiles[:, 1])
    bounds = np.stack([x.min(1), x.max(1), y.min(1), y.max(1)], axis=1)
    corner = np.indices((rows // TILE, columns // TILE)).reshape(2, -1).T * TILE
    return TiledRays(x, y, bounds, np.ascontiguousarray(corner, np.int32), height, width,
                     1 / float(camera.k[0, 0]))


def view_of(x, y) -> np.ndarray:
    """Return the least and greatest x / z, then y / z of rays, float32 [4]."""
    return np.array([x.min(), x.max(), y.min(), y.max()], np.float32)


def pixel_rays(camera: CameraModel) -> np.ndarray:
    """Return x / z and y / z of the ray of each pixel's centre, float64 [H, W, 2]."""
    columns, rows = np.arange(camera.width, dtype=float), np.arange(camera.height, dtype=float)
    pixels = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 1, 2)
    points = cv2.undistortPointsIter(pixels, camera.k.copy(), camera.d.copy(), np.eye(3),
                                     camera.k.copy() * 0 + np.eye(3), ITERATIONS)
    return points.reshape(camera.height, camera.width, 2)


@njit(cache=True, nogil=True, error_model='numpy')
def blur(sharp, spare, picture):
    """
    Blur by (1, 2, 1) / 4 along rows and columns, as a lens does.

    :param sharp: float32 [H, W]; :param spare: the same, scratch; :param picture: the same, out.
    """
    height, width = picture.shape
    quarter, half = np.float32(0.25), np.float32(0.5)
    for y in range(height):
        up, down = max(y - 1, 0), min(y + 1, height - 1)
        for x in range(width):
            spare[y, x] = half * sharp[y, x] + quarter * (sharp[up, x] + sharp[down, x])
    for y in range(height):
        for x in range(1, width - 1):
            picture[y, x] = half * spare[y, x] + quarter * (spare[y, x - 1] + spare[y, x + 1])
        for x, inner in ((0, 1), (width - 1, width - 2)):
            picture[y, x] = half * spare[y, x] + half * (
                half * spare[y, x] + half * spare[y, inner])
