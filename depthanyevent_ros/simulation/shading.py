# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Where on its texture each ray of a tile is, and in which light (Lambert's).

Shape by shape; the rows of a tile are those of `tile_rows`.
"""

from numba import njit
import numpy as np

from depthanyevent_ros.simulation.atlas import N_LEVELS
from depthanyevent_ros.simulation.intersection import IN_ORDER
from depthanyevent_ros.simulation.scene import ELLIPSOID, ROOM
from depthanyevent_ros.simulation.tile_rows import (
    COLUMN, DARK, DEPTH, LEVEL, RAYS, ROW, SLOPE, SPAN, TEXTURE, WHO, X, Y,
)

_F = np.float32
#: Where there are roots under fractions, which the compiler then does in one.
_FAST = IN_ORDER | {'reassoc'}


@njit(cache=True, nogil=True, error_model='numpy', forceinline=True)
def log2(value):
    """Return log2 of a positive float32 to about 3e-4, from its bits and a polynomial."""
    bits = _F(value).view(np.int32)
    exponent = _F((bits >> 23) - 128)
    m = np.int32((bits & 0x7FFFFF) | 0x3F800000).view(np.float32)
    return exponent + ((_F(-0.33582878) * m + _F(2.0)) * m - _F(0.65871759))


@njit(cache=True, nogil=True, error_model='numpy', forceinline=True)
def atan2(y, x):
    """Return the angle of (x, y), float32, to about 3e-4: a polynomial on 0..45 degrees."""
    big, small = max(abs(x), abs(y)), min(abs(x), abs(y))
    ratio = small / max(big, _F(1e-30))
    square = ratio * ratio
    angle = ((_F(-0.0464964749) * square + _F(0.15931422)) * square
             - _F(0.327622764)) * square * ratio + ratio
    angle = _F(1.5707964) - angle if abs(y) > abs(x) else angle
    angle = _F(3.1415927) - angle if x < _F(0) else angle
    return -angle if y < _F(0) else angle


@njit(cache=True, nogil=True, fastmath=_FAST, error_model='numpy')
def find_levels(angle, rows):
    """
    Turn texels per m and slope, rows LEVEL and SLOPE, into mip levels, in row LEVEL.

    For a pixel's footprint on a slope, between that across (1) and that along (1 / cosine) it:
    cosine to the 3/4.
    """
    for i in range(RAYS):
        x, y = rows[X + i], rows[Y + i]
        long = np.sqrt(x * x + y * y + _F(1))
        root = np.sqrt(max(rows[SLOPE + i] / long, _F(0.02)))
        footprint = rows[DEPTH + i] * long * angle * rows[LEVEL + i] / (root * np.sqrt(root))
        rows[LEVEL + i] = min(log2(max(footprint, _F(1))), _F(N_LEVELS - 1.001))


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy', forceinline=True)
def _of_face(across, upright, positive, faces):
    """Return the value of the face that is met; written so that SIMD code needs no gather."""
    low, high = (faces[1] if positive else faces[0]), (faces[3] if positive else faces[2])
    far = faces[5] if positive else faces[4]
    return low if across else (high if upright else far)


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy', forceinline=True)
def _six(values):
    return values[0], values[1], values[2], values[3], values[4], values[5]


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy', forceinline=True)
def _times(values, others):
    (a, b, c, d, e, f), (u, v, w, x, y, z) = values, others
    return a * u, b * v, c * w, d * x, e * y, f * z


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy', forceinline=True)
def _light_of_faces(light, ambient, inside):
    """Return how much light the six faces of a box get, or those of a room from inside."""
    x, y, z = light[0], light[1], light[2]
    if inside:
        x, y, z = -x, -y, -z
    return (_lit(-x, ambient), _lit(x, ambient), _lit(-y, ambient), _lit(y, ambient),
            _lit(-z, ambient), _lit(z, ambient))


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy', forceinline=True)
def _lit(toward, ambient):
    return (_F(1) - ambient) * max(toward, _F(0)) + ambient


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy')
def map_flat(s, placed, rows):
    """Find texture and light of the rays that met shape ``s``, a box or a room."""
    m, o, half, light = placed.linear[s], placed.origin[s], placed.half[s], placed.light[s]
    m00, m01, m02, m10, m11, m12 = m[0, 0], m[0, 1], m[0, 2], m[1, 0], m[1, 1], m[1, 2]
    m20, m21, m22 = m[2, 0], m[2, 1], m[2, 2]
    o0, o1, o2, h0, h1, h2 = o[0], o[1], o[2], half[0], half[1], half[2]
    lit = _light_of_faces(light, placed.sky[0], placed.kind[s] == ROOM)
    dark, span = _times(_six(placed.low[s]), lit), _times(_six(placed.span[s]), lit)
    across_u, across_v = _six(placed.texels_per_m[s, :, 0]), _six(placed.texels_per_m[s, :, 1])
    names, me = _six(placed.texture[s]), _F(s)
    for i in range(RAYS):
        x, y, depth = rows[X + i], rows[Y + i], rows[DEPTH + i]
        v0 = m00 * x + m02 + m01 * y
        v1 = m10 * x + m12 + m11 * y
        v2 = m20 * x + m22 + m21 * y
        q0, q1, q2 = depth * v0 + o0, depth * v1 + o1, depth * v2 + o2
        a0, a1, a2 = abs(q0), abs(q1), abs(q2)
        across = (a0 >= a1) & (a0 >= a2)
        upright = (not across) & (a1 >= a2)
        positive = (q0 if across else (q1 if upright else q2)) > _F(0)
        slope = v0 * h0 if across else (v1 * h1 if upright else v2 * h2)
        u = (q2 + _F(1)) * h2 if across else (q0 + _F(1)) * h0
        v = (q2 + _F(1)) * h2 if upright else (q1 + _F(1)) * h1
        per_u = _of_face(across, upright, positive, across_u)
        per_v = _of_face(across, upright, positive, across_v)
        mine = rows[WHO + i] == me
        rows[COLUMN + i] = u * per_u if mine else rows[COLUMN + i]
        rows[ROW + i] = v * per_v if mine else rows[ROW + i]
        rows[LEVEL + i] = max(per_u, per_v) if mine else rows[LEVEL + i]
        rows[DARK + i] = _of_face(across, upright, positive, dark) if mine else rows[DARK + i]
        rows[SPAN + i] = _of_face(across, upright, positive, span) if mine else rows[SPAN + i]
        rows[SLOPE + i] = abs(slope) if mine else rows[SLOPE + i]
        texture = _F(_of_face(across, upright, positive, names))
        rows[TEXTURE + i] = texture if mine else rows[TEXTURE + i]


@njit(cache=True, nogil=True, fastmath=_FAST, error_model='numpy')
def map_round(s, placed, rows):
    """Find the same for an ellipsoid or a cylinder; a texture goes around the vertical axis."""
    m, o, half, light = placed.linear[s], placed.origin[s], placed.half[s], placed.light[s]
    texels, low, span = placed.texels_per_m[s], placed.low[s], placed.span[s]
    ball, ambient = placed.kind[s] == ELLIPSOID, placed.sky[0]
    for i in range(RAYS):
        if rows[WHO + i] != s:
            continue
        x, y, depth = rows[X + i], rows[Y + i], rows[DEPTH + i]
        v0 = m[0, 0] * x + m[0, 1] * y + m[0, 2]
        v1 = m[1, 0] * x + m[1, 1] * y + m[1, 2]
        v2 = m[2, 0] * x + m[2, 1] * y + m[2, 2]
        q0, q1, q2 = o[0] + depth * v0, o[1] + depth * v1, o[2] + depth * v2
        if ball or abs(q1) < _F(0.9999):
            n0, n1, n2 = q0 / half[0], q1 / half[1] if ball else _F(0), q2 / half[2]
            norm = _F(1) / np.sqrt(n0 * n0 + n1 * n1 + n2 * n2)
            face, toward = 0, (n0 * light[0] + n1 * light[1] + n2 * light[2]) * norm
            slope = (n0 * v0 * half[0] + n1 * v1 * half[1] + n2 * v2 * half[2]) * norm
            u, v = (atan2(q2, q0) + _F(3.1415927)) * half[0], (q1 + _F(1)) * half[1]
        else:
            face, toward = (3, light[1]) if q1 > _F(0) else (2, -light[1])
            slope = v1 * half[1]
            u, v = (q0 + _F(1)) * half[0], (q2 + _F(1)) * half[2]
        lit = ambient + (_F(1) - ambient) * max(toward, _F(0))
        rows[COLUMN + i], rows[ROW + i] = u * texels[face, 0], v * texels[face, 1]
        rows[LEVEL + i], rows[SLOPE + i] = max(texels[face, 0], texels[face, 1]), abs(slope)
        rows[DARK + i], rows[SPAN + i] = low[face] * lit, span[face] * lit
        rows[TEXTURE + i] = placed.texture[s, face]
