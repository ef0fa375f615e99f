# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Rays against one unit shape, a tile of rays at a time: loops without branches, for SIMD code.

All take the map of the shape (`linear`, `origin`), the tile's rays x, y (z = 1), and keep the
nearest depth in ``best`` and whose it is in ``who``.
"""

from numba import njit
import numpy as np

from depthanyevent_ros.simulation.visibility import NEAR_M

#: No flag that lets NaN or infinity be taken for impossible: both occur on purpose.
FAST = {'contract', 'reassoc', 'arcp', 'nsz'}
_ONE, _ZERO = np.float32(1), np.float32(0)


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def meet_box(m, o, x, y, best, who, s, inside):
    """Meet a box from outside (its near side) or, if inside, a room (its far side)."""
    m00, m01, m02, m10, m11, m12 = m[0, 0], m[0, 1], m[0, 2], m[1, 0], m[1, 1], m[1, 2]
    m20, m21, m22 = m[2, 0], m[2, 1], m[2, 2]
    a0, a1, a2 = -_ONE - o[0], -_ONE - o[1], -_ONE - o[2]
    b0, b1, b2 = _ONE - o[0], _ONE - o[1], _ONE - o[2]
    for i in range(len(x)):
        r0 = _ONE / (m00 * x[i] + m01 * y[i] + m02)
        r1 = _ONE / (m10 * x[i] + m11 * y[i] + m12)
        r2 = _ONE / (m20 * x[i] + m21 * y[i] + m22)
        p0, p1, p2 = a0 * r0, a1 * r1, a2 * r2
        q0, q1, q2 = b0 * r0, b1 * r1, b2 * r2
        enter = max(max(min(p0, q0), min(p1, q1)), min(p2, q2))
        leave = min(min(max(p0, q0), max(p1, q1)), max(p2, q2))
        depth = leave if inside else enter
        hit = (enter <= leave) & (depth > NEAR_M) & (depth < best[i])
        best[i] = depth if hit else best[i]
        who[i] = s if hit else who[i]


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def meet_ellipsoid(m, o, x, y, best, who, s):
    """Meet an ellipsoid; by the point nearest to its centre, which keeps float32 exact enough."""
    for i in range(len(x)):
        v0 = m[0, 0] * x[i] + m[0, 1] * y[i] + m[0, 2]
        v1 = m[1, 0] * x[i] + m[1, 1] * y[i] + m[1, 2]
        v2 = m[2, 0] * x[i] + m[2, 1] * y[i] + m[2, 2]
        a = _ONE / (v0 * v0 + v1 * v1 + v2 * v2)
        middle = -(o[0] * v0 + o[1] * v1 + o[2] * v2) * a
        q0, q1, q2 = o[0] + middle * v0, o[1] + middle * v1, o[2] + middle * v2
        left = _ONE - (q0 * q0 + q1 * q1 + q2 * q2)
        depth = middle - np.sqrt(max(left, _ZERO) * a)
        hit = (left > _ZERO) & (depth > NEAR_M) & (depth < best[i])
        best[i] = depth if hit else best[i]
        who[i] = s if hit else who[i]


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def meet_cylinder(m, o, x, y, best, who, s):
    """Meet an upright cylinder with lids: the later of entering its round and its slab."""
    for i in range(len(x)):
        v0 = m[0, 0] * x[i] + m[0, 1] * y[i] + m[0, 2]
        v1 = m[1, 0] * x[i] + m[1, 1] * y[i] + m[1, 2]
        v2 = m[2, 0] * x[i] + m[2, 1] * y[i] + m[2, 2]
        a = _ONE / (v0 * v0 + v2 * v2)
        middle = -(o[0] * v0 + o[2] * v2) * a
        q0, q2 = o[0] + middle * v0, o[2] + middle * v2
        left = _ONE - (q0 * q0 + q2 * q2)
        reach = np.sqrt(max(left, _ZERO) * a)
        r1 = _ONE / v1
        p1, q1 = (-_ONE - o[1]) * r1, (_ONE - o[1]) * r1
        enter = max(middle - reach, min(p1, q1))
        leave = min(middle + reach, max(p1, q1))
        hit = (left > _ZERO) & (enter <= leave) & (enter > NEAR_M) & (enter < best[i])
        best[i] = enter if hit else best[i]
        who[i] = s if hit else who[i]
