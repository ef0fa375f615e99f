# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Rectification of events: a lookup table from sensor pixels to pixels of the rectified view.

Pixel centres are whole numbers. A sensor pixel's rectified position is truncated toward zero, as
DepthAnyEvent does with rectified events. Positions come from OpenCV and are checked by going
back: where the distortion polynomial has no inverse (far outside the field of view), there is
no pixel rather than a wrong one.
"""

from typing import Tuple

import cv2
import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.distortion import distortion_problem

CRITERIA = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 100, 1e-10)
#: A position that comes back to more than this far from where it started does not exist.
ROUND_TRIP_PX = 0.1


def rectification_lut(K, D, model: str, R, P, width: int, height: int, out_width: int,
                      out_height: int) -> Tuple[np.ndarray, np.ndarray]:
    """
    Return where events go in the rectified view, and which of its pixels can receive any.

    Arguments as in sensor_msgs/CameraInfo: K 3x3, D by ``model`` (plumb_bob,
    rational_polynomial, equidistant), R 3x3, P 3x4 (its fourth column, a stereo baseline, does
    not matter for directions) or 3x3; nested or flat.

    :returns: lookup table, int32 (height*width,): flat index in the view, -1 outside it; and the
        valid mask, bool [out_height, out_width]: True where the direction of the rectified pixel
        falls onto the sensor (by the inverse map, rounded to the nearest sensor pixel). A valid
        pixel need not be hit by the table: where the view is stretched, some stay without events.
    :raises ConfigError: for a calibration that cannot be used; the text says what is wrong.
    """
    lens = _Lens(K, D, model, R, P)
    sensor = _grid(width, height)
    moved = lens.to_rectified(sensor)
    exists = _near(lens.to_sensor(moved), sensor)
    inside = exists & _inside(moved, 0, 0, out_width, out_height)
    pixel = np.where(inside[:, None], moved, 0).astype(np.int32)
    lut = np.where(inside, pixel[:, 1] * out_width + pixel[:, 0], -1).astype(np.int32)

    view = _grid(out_width, out_height)
    seen = lens.to_sensor(view)
    valid = _inside(seen, -0.5, -0.5, width - 0.5, height - 0.5)
    valid[valid] = _near(lens.to_rectified(seen[valid]), view[valid])
    return lut, valid.reshape(out_height, out_width)


def rectification_maps(K, D, model: str, R, P, width: int, height: int
                       ) -> Tuple[np.ndarray, np.ndarray]:
    """
    Return where each pixel of the rectified view lies on the sensor: x and y, float32 [H, W].

    For cv2.remap of pictures; arguments and errors as above. -1 where it lies nowhere.
    """
    seen = _Lens(K, D, model, R, P).to_sensor(_grid(width, height))
    x, y = np.nan_to_num(seen, nan=-1).astype(np.float32).T.reshape(2, height, width)
    return x, y


class _Lens:
    """The way between sensor pixels and rectified pixels, both (N, 2) float64."""

    def __init__(self, K, D, model: str, R, P):
        self.k, self.r = _matrix('K', K, 9), _matrix('R', R, 9)
        self.p = np.ascontiguousarray(_matrix('P', P, 12 if np.size(P) == 12 else 9)[:, :3])
        self.d = np.asarray(D, np.float64).ravel()
        problem = distortion_problem(model, self.d)
        if problem is not None:
            raise ConfigError(problem)
        self.fisheye = model == 'equidistant'
        if not np.any(self.d):          # OpenCV takes no other number of zeros than the models do
            self.d = np.zeros(4)
        for name, m in (('K', self.k), ('P', self.p)):
            if m[0, 0] <= 0 or m[1, 1] <= 0:
                raise ConfigError(f'camera_info: {name} has the focal length {m[0, 0]:g}, '
                                  f'{m[1, 1]:g}: the camera is not calibrated')
        if abs(np.linalg.det(self.r)) < 1e-6:
            raise ConfigError('camera_info: R is not a rotation (it is zero or singular)')
        self.to_ray = np.linalg.inv(self.p @ self.r)

    def to_rectified(self, sensor: np.ndarray) -> np.ndarray:
        """Return rectified positions; NaN where there is none in front of the view."""
        if not len(sensor):
            return sensor
        undistort = cv2.fisheye.undistortPoints if self.fisheye else cv2.undistortPointsIter
        plane = undistort(sensor[:, None], self.k, self.d, R=np.eye(3), P=np.eye(3),
                          criteria=CRITERIA)[:, 0]
        return _divide(np.column_stack([plane, np.ones(len(plane))]) @ (self.p @ self.r).T)

    def to_sensor(self, rectified: np.ndarray) -> np.ndarray:
        """Return sensor positions; NaN where the direction points backwards."""
        plane = _divide(np.column_stack([rectified, np.ones(len(rectified))]) @ self.to_ray.T)
        ahead = np.isfinite(plane).all(1)
        sensor = np.full_like(plane, np.nan)
        if self.fisheye and ahead.any():
            sensor[ahead] = cv2.fisheye.distortPoints(plane[ahead][:, None], self.k, self.d)[:, 0]
        elif ahead.any():
            points = np.column_stack([plane[ahead], np.ones(ahead.sum())])
            sensor[ahead] = cv2.projectPoints(points, np.zeros(3), np.zeros(3), self.k,
                                              self.d)[0][:, 0]
        return sensor


def _matrix(name: str, values, size: int) -> np.ndarray:
    matrix = np.asarray(values, np.float64)
    if matrix.size != size or not np.isfinite(matrix).all():
        raise ConfigError(f'camera_info: {name} must be {size} finite values')
    return matrix.reshape(3, -1)


def _grid(width: int, height: int) -> np.ndarray:
    """Return all pixels (x, y), row by row, float64 (N, 2)."""
    y, x = np.mgrid[:height, :width]
    return np.column_stack([x.ravel(), y.ravel()]).astype(np.float64)


def _divide(ray: np.ndarray) -> np.ndarray:
    z = np.where(ray[:, 2] > 1e-9, ray[:, 2], np.nan)
    return ray[:, :2] / z[:, None]


def _inside(points, left, top, right, bottom) -> np.ndarray:
    x, y = points[:, 0], points[:, 1]
    return (x >= left) & (x < right) & (y >= top) & (y < bottom)    # False for NaN


def _near(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.hypot(*(points - others).T) < ROUND_TRIP_PX           # False for NaN
