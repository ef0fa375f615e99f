# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The calibration of one camera, as plain values (what sensor_msgs/CameraInfo carries)."""

from dataclasses import dataclass, replace
from typing import Optional

import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.distortion import distortion_problem


@dataclass(frozen=True, eq=False)
class CameraModel:
    """
    Calibration of a camera; the arrays are float64 and read-only.

    ``k`` [3, 3] maps the optical frame to pixels (pixel centres at whole numbers), ``d`` is the
    distortion in the order of ``distortion_model``, ``r`` [3, 3] rotates into the rectified frame
    and ``p`` [3, 4] projects from there. Two models with equal values are equal.
    """

    width: int
    height: int
    k: np.ndarray
    d: np.ndarray
    distortion_model: str
    r: np.ndarray
    p: np.ndarray

    @classmethod
    def from_values(cls, width, height, k, d=(), distortion_model='', r=None, p=None):
        """
        Make a model from flat or nested sequences.

        A missing or all-zero ``r`` is the identity, a missing or all-zero ``p`` is [K | 0].

        :raises ConfigError: if a matrix has the wrong number of values.
        """
        k = _matrix('K', k, (3, 3))
        r = _matrix('R', np.eye(3) if r is None or not np.any(r) else r, (3, 3))
        p = _matrix('P', _with_zero_column(k) if p is None or not np.any(p) else p, (3, 4))
        d = _frozen(np.array(d, np.float64).ravel())
        return cls(int(width), int(height), k, d, str(distortion_model), r, p)

    def problem(self) -> Optional[str]:
        """Return a sentence that says why this calibration cannot be used, or None if it can."""
        if self.width <= 0 or self.height <= 0:
            return f'camera_info gives a size of {self.width}x{self.height}: not calibrated'
        if not np.any(self.k):
            return 'camera_info has an all-zero K: the camera is not calibrated'
        numbers = np.concatenate([self.k.ravel(), self.d, self.r.ravel(), self.p.ravel()])
        if not np.all(np.isfinite(numbers)):
            return 'camera_info holds a value that is not finite'
        for name, m in (('K', self.k), ('P', self.p)):
            if m[0, 0] <= 0 or m[1, 1] <= 0:
                return (f'camera_info has a focal length of {m[0, 0]:g}, {m[1, 1]:g} in {name}: '
                        'it must be positive')
        return distortion_problem(self.distortion_model, self.d)

    @property
    def is_distorted(self) -> bool:
        """Whether straight lines are bent in this view."""
        return bool(np.any(self.d))

    def scaled(self, width: int, height: int) -> 'CameraModel':
        """
        Return the calibration of the same view resized to width x height.

        Pixel centres lie at whole numbers, so c' = (c + 1/2) s - 1/2, as a resize does it
        (OpenCV's, and a bilinear one with align_corners=False).
        """
        if (width, height) == (self.width, self.height):
            return self
        if width <= 0 or height <= 0 or self.width <= 0 or self.height <= 0:
            raise ConfigError(
                f'a view of {self.width}x{self.height} cannot be scaled to {width}x{height}')
        sx, sy = width / self.width, height / self.height
        scale = np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1]])
        return replace(self, width=int(width), height=int(height),
                       k=_frozen(scale @ self.k), p=_frozen(scale @ self.p))

    def cropped(self, left: int, top: int, width: int, height: int) -> 'CameraModel':
        """
        Return the calibration of a part of the view, ``left`` and ``top`` pixels from its corner.

        The principal point moves, width and height are those of the part, and D and R stay, since
        they act on directions. It says the same as a region of interest beside the whole view's
        K and P, to readers too that do not look at the region.
        """
        shift = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], np.float64)
        return replace(self, width=int(width), height=int(height),
                       k=_frozen(shift @ self.k), p=_frozen(shift @ self.p))

    def rectified(self) -> 'CameraModel':
        """Return the rectified view: D = 0, R = I, K = P[:3, :3] and P = [K | 0]."""
        k = _frozen(self.p[:, :3].copy())
        return replace(self, k=k, d=_frozen(np.zeros(len(self.d))),
                       r=_frozen(np.eye(3)), p=_frozen(_with_zero_column(k)))

    def __eq__(self, other):
        """Compare by value."""
        if not isinstance(other, CameraModel):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self):
        """Hash by value."""
        return hash(self._key())

    def _key(self):
        arrays = (self.k, self.d, self.r, self.p)
        return (self.width, self.height, self.distortion_model,
                *(a.shape for a in arrays), *(a.tobytes() for a in arrays))


def _frozen(array):
    array.setflags(write=False)
    return array


def _with_zero_column(k):
    return np.hstack([k, np.zeros((3, 1))])


def _matrix(name, values, shape):
    array = np.array(values, np.float64)
    if array.size != shape[0] * shape[1]:
        raise ConfigError(f'{name} of a camera has {shape[0] * shape[1]} values, '
                          f'but {array.size} were given')
    # +0.0 turns -0.0 into 0.0, so that equal values have equal bytes.
    return _frozen(array.reshape(shape) + 0.0)
