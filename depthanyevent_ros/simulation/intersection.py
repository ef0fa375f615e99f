# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Rays against one unit shape, a tile of rays at a time: loops without branches, for SIMD code.

All take the map of the shape (`linear`, `origin`) and the rows of a tile (`tile_rows`), and keep
the nearest depth in DEPTH and whose it is in WHO.
"""

from numba import njit
import numpy as np

from depthanyevent_ros.simulation.tile_rows import DEPTH, RAYS, WHO, X, Y
from depthanyevent_ros.simulation.visibility import NEAR_M

#: No flag that lets NaN or infinity be taken for impossible: both occur on purpose. And none that
#: lets sums be put in another order: how a compiler arranges a loop must not change the pictures.
IN_ORDER = {'contract', 'arcp', 'nsz'}
_ONE, _ZERO = np.float32(1), np.float32(0)


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy')
def meet_box(m, o, rows, s, inside):
    """Meet a box from outside (its near side) or, if inside, a room (its far side)."""
    m00, m01, m02, m10, m11, m12 = m[0, 0], m[0, 1], m[0, 2], m[1, 0], m[1, 1], m[1, 2]
    m20, m21, m22 = m[2, 0], m[2, 1], m[2, 2]
    a0, a1, a2 = -_ONE - o[0], -_ONE - o[1], -_ONE - o[2]
    b0, b1, b2 = _ONE - o[0], _ONE - o[1], _ONE - o[2]
    who = np.float32(s)
    for i in range(RAYS):
        x, y = rows[X + i], rows[Y + i]
        r0 = _ONE / (m00 * x + m02 + m01 * y)
        r1 = _ONE / (m10 * x + m12 + m11 * y)
        r2 = _ONE / (m20 * x + m22 + m21 * y)
        p0, p1, p2 = a0 * r0, a1 * r1, a2 * r2
        q0, q1, q2 = b0 * r0, b1 * r1, b2 * r2
        enter = max(max(min(p0, q0), min(p1, q1)), min(p2, q2))
        leave = min(min(max(p0, q0), max(p1, q1)), max(p2, q2))
        depth, best = leave if inside else enter, rows[DEPTH + i]
        hit = (enter <= leave) & (depth > NEAR_M) & (depth < best)
        rows[DEPTH + i] = depth if hit else best
        rows[WHO + i] = who if hit else rows[WHO + i]


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy')
def meet_ellipsoid(m, o, rows, s):
    """Meet an ellipsoid; by the point nearest to its centre, which keeps float32 exact enough."""
    m00, m01, m02, m10, m11, m12 = m[0, 0], m[0, 1], m[0, 2], m[1, 0], m[1, 1], m[1, 2]
    m20, m21, m22, o0, o1, o2 = m[2, 0], m[2, 1], m[2, 2], o[0], o[1], o[2]
    who = np.float32(s)
    for i in range(RAYS):
        x, y = rows[X + i], rows[Y + i]
        v0 = m00 * x + m02 + m01 * y
        v1 = m10 * x + m12 + m11 * y
        v2 = m20 * x + m22 + m21 * y
        a = _ONE / (v1 * v1 + v0 * v0 + v2 * v2)
        middle = (-o0 * v0 - (o1 * v1 + o2 * v2)) * a
        q0, q1, q2 = middle * v0 + o0, middle * v1 + o1, middle * v2 + o2
        left = _ONE - (q1 * q1 + q2 * q2 + q0 * q0)
        depth, best = middle - np.sqrt(max(left, _ZERO) * a), rows[DEPTH + i]
        hit = (left > _ZERO) & (depth > NEAR_M) & (depth < best)
        rows[DEPTH + i] = depth if hit else best
        rows[WHO + i] = who if hit else rows[WHO + i]


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy')
def meet_cylinder(m, o, rows, s):
    """Meet an upright cylinder with lids: the later of entering its round and its slab."""
    m00, m01, m02, m10, m11, m12 = m[0, 0], m[0, 1], m[0, 2], m[1, 0], m[1, 1], m[1, 2]
    m20, m21, m22, o0, o1, o2 = m[2, 0], m[2, 1], m[2, 2], o[0], o[1], o[2]
    who = np.float32(s)
    for i in range(RAYS):
        x, y = rows[X + i], rows[Y + i]
        v0 = m00 * x + m02 + m01 * y
        v1 = m10 * x + m12 + m11 * y
        v2 = m20 * x + m22 + m21 * y
        a = _ONE / (v2 * v2 + v0 * v0)
        middle = (-o0 * v0 - o2 * v2) * a
        q0, q2 = middle * v0 + o0, middle * v2 + o2
        left = _ONE - (q2 * q2 + q0 * q0)
        reach = np.sqrt(max(left, _ZERO) * a)
        r1 = _ONE / v1
        p1, q1 = (-_ONE - o1) * r1, (_ONE - o1) * r1
        enter = max(middle - reach, min(p1, q1))
        leave = min(middle + reach, max(p1, q1))
        best = rows[DEPTH + i]
        hit = (left > _ZERO) & (enter <= leave) & (enter > NEAR_M) & (enter < best)
        rows[DEPTH + i] = enter if hit else best
        rows[WHO + i] = who if hit else rows[WHO + i]
