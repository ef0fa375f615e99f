# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rotation matrices and unit quaternions."""

from typing import Tuple

import numpy as np


def quaternion_of(rotation: np.ndarray) -> Tuple[float, float, float, float]:
    """
    Return the unit quaternion x, y, z, w (w >= 0) of a rotation matrix [3, 3].

    The largest component is computed first (Shepperd, J. Guidance and Control 1, 1978), so that
    none is found by dividing by a small number.
    """
    r = np.asarray(rotation, np.float64)
    trace = np.trace(r)
    squares = np.array([r[0, 0], r[1, 1], r[2, 2], trace]) * 2 + 1 - trace   # 4 q_i^2
    i = int(np.argmax(squares))
    q = np.empty(4)
    if i == 3:
        q[:] = (r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], squares[3])
    else:
        j, k = (i + 1) % 3, (i + 2) % 3
        q[i], q[j], q[k] = squares[i], r[j, i] + r[i, j], r[k, i] + r[i, k]
        q[3] = r[k, j] - r[j, k]
    q /= np.linalg.norm(q)
    x, y, z, w = (q if q[3] >= 0 else -q).tolist()
    return x, y, z, w


def matrix_of(x: float, y: float, z: float, w: float) -> np.ndarray:
    """Return the rotation matrix [3, 3] of a quaternion of any length but 0."""
    x, y, z, w = np.array([x, y, z, w], np.float64) / np.linalg.norm([x, y, z, w])
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])
