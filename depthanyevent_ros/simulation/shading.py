# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The brightness of what the rays of a tile met: texture at the right mip level, Lambert's light.

First, shape by shape, where on its texture each ray is, in loops without branches for SIMD code;
then the texture is looked up, ray by ray.
"""

from numba import njit
import numpy as np

from depthanyevent_ros.simulation.atlas import N_LEVELS
from depthanyevent_ros.simulation.intersection import FAST
from depthanyevent_ros.simulation.scene import ELLIPSOID, ROOM
from depthanyevent_ros.simulation.textures import SIZE

_F = np.float32


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


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy', forceinline=True)
def _bilinear(atlas, texture, offset, level, u, v):
    size = SIZE >> level
    mask = size - 1
    scale = _F(size) * _F(1 / SIZE)
    x, y = u * scale - _F(0.5), v * scale - _F(0.5)
    fx, fy = np.floor(x), np.floor(y)
    x0, y0 = np.int32(fx), np.int32(fy)
    wx, wy = x - fx, y - fy
    left, right = x0 & mask, (x0 + 1) & mask
    upper, lower = offset + (y0 & mask) * size, offset + ((y0 + 1) & mask) * size
    a, b = atlas[texture, np.uint32(upper + left)], atlas[texture, np.uint32(upper + right)]
    c, d = atlas[texture, np.uint32(lower + left)], atlas[texture, np.uint32(lower + right)]
    top, bottom = a + wx * (b - a), c + wx * (d - c)
    return top + wy * (bottom - top)


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy', forceinline=True)
def look_up(atlas, texture, offsets, u, v, level):
    """
    Return a texture's value, float32.

    :param u: column; :param v: row, in texels of level 0; :param level: mip level; in between,
    the two around it are blended.
    """
    if level <= _F(0):
        return _bilinear(atlas, texture, offsets[0], 0, u, v)
    lower = np.int32(level)
    part = level - _F(lower)
    fine = _bilinear(atlas, texture, offsets[lower], lower, u, v)
    coarse = _bilinear(atlas, texture, offsets[lower + 1], lower + 1, u, v)
    return fine + part * (coarse - fine)


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def find_levels(angle, x, y, depth, found):
    """
    Turn texels per m and slope, ``found[2]`` and ``found[5]``, into mip levels, in ``found[2]``.

    For a pixel's footprint on a slope, between that across (1) and that along (1 / cosine) it:
    cosine to the 3/4.
    """
    for i in range(len(x)):
        long = np.sqrt(x[i] * x[i] + y[i] * y[i] + _F(1))
        root = np.sqrt(max(found[5, i] / long, _F(0.02)))
        footprint = depth[i] * long * angle * found[2, i] / (root * np.sqrt(root))
        found[2, i] = min(log2(max(footprint, _F(1))), _F(N_LEVELS - 1.001))


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy', forceinline=True)
def _of_face(across, upright, positive, faces):
    """Return the value of the face that is met; written so that SIMD code needs no gather."""
    low, high = (faces[1] if positive else faces[0]), (faces[3] if positive else faces[2])
    far = faces[5] if positive else faces[4]
    return low if across else (high if upright else far)


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy', forceinline=True)
def _six(values):
    return values[0], values[1], values[2], values[3], values[4], values[5]


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def map_flat(s, placed, x, y, depth, who, found, texture):
    """
    Find the texture coordinates of the rays that met shape ``s``, a box or a room.

    :param found: float32 [6, rays], out: column and row (texels), texels per m, brightness where
        the texture is 0, how much more where it is 1, and the cosine of the slope times the
        length of the ray. :param texture: int32 [rays], out.
    """
    m, o, half, light = placed.linear[s], placed.origin[s], placed.half[s], placed.light[s]
    m00, m01, m02, m10, m11, m12 = m[0, 0], m[0, 1], m[0, 2], m[1, 0], m[1, 1], m[1, 2]
    m20, m21, m22 = m[2, 0], m[2, 1], m[2, 2]
    o0, o1, o2, h0, h1, h2 = o[0], o[1], o[2], half[0], half[1], half[2]
    lit = np.empty(6, np.float32)
    for face in range(6):
        toward = light[face // 2] if (face % 2 == 1) != (placed.kind[s] == ROOM) \
            else -light[face // 2]
        lit[face] = placed.sky[0] + (_F(1) - placed.sky[0]) * max(toward, _F(0))
    dark, span = _six(placed.low[s] * lit), _six(placed.span[s] * lit)
    across_u, across_v = _six(placed.texels_per_m[s, :, 0]), _six(placed.texels_per_m[s, :, 1])
    names = _six(placed.texture[s])
    for i in range(len(x)):
        v0 = m00 * x[i] + m01 * y[i] + m02
        v1 = m10 * x[i] + m11 * y[i] + m12
        v2 = m20 * x[i] + m21 * y[i] + m22
        q0, q1, q2 = o0 + depth[i] * v0, o1 + depth[i] * v1, o2 + depth[i] * v2
        a0, a1, a2 = abs(q0), abs(q1), abs(q2)
        across = (a0 >= a1) & (a0 >= a2)
        upright = (not across) & (a1 >= a2)
        positive = (q0 if across else (q1 if upright else q2)) > _F(0)
        slope = v0 * h0 if across else (v1 * h1 if upright else v2 * h2)
        u = (q2 + _F(1)) * h2 if across else (q0 + _F(1)) * h0
        v = (q2 + _F(1)) * h2 if upright else (q1 + _F(1)) * h1
        per_u = _of_face(across, upright, positive, across_u)
        per_v = _of_face(across, upright, positive, across_v)
        mine = who[i] == s
        found[0, i] = u * per_u if mine else found[0, i]
        found[1, i] = v * per_v if mine else found[1, i]
        found[2, i] = max(per_u, per_v) if mine else found[2, i]
        found[3, i] = _of_face(across, upright, positive, dark) if mine else found[3, i]
        found[4, i] = _of_face(across, upright, positive, span) if mine else found[4, i]
        found[5, i] = abs(slope) if mine else found[5, i]
        texture[i] = _of_face(across, upright, positive, names) if mine else texture[i]


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def map_round(s, placed, x, y, depth, who, found, texture):
    """Find the same for an ellipsoid or a cylinder; a texture goes around the vertical axis."""
    m, o, half, light = placed.linear[s], placed.origin[s], placed.half[s], placed.light[s]
    texels, low, span = placed.texels_per_m[s], placed.low[s], placed.span[s]
    ball, ambient = placed.kind[s] == ELLIPSOID, placed.sky[0]
    for i in range(len(x)):
        if who[i] != s:
            continue
        v0 = m[0, 0] * x[i] + m[0, 1] * y[i] + m[0, 2]
        v1 = m[1, 0] * x[i] + m[1, 1] * y[i] + m[1, 2]
        v2 = m[2, 0] * x[i] + m[2, 1] * y[i] + m[2, 2]
        q0, q1, q2 = o[0] + depth[i] * v0, o[1] + depth[i] * v1, o[2] + depth[i] * v2
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
        found[0, i], found[1, i] = u * texels[face, 0], v * texels[face, 1]
        found[2, i], found[5, i] = max(texels[face, 0], texels[face, 1]), abs(slope)
        found[3, i], found[4, i] = low[face] * lit, span[face] * lit
        texture[i] = placed.texture[s, face]


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy', forceinline=True)
def shade_sky(atlas, offsets, to_world, sky, angle, x, y):
    """Return the brightness, float32, of the sky along a ray: a gradient with soft clouds."""
    d0 = to_world[0, 0] * x + to_world[0, 1] * y + to_world[0, 2]
    d1 = to_world[1, 0] * x + to_world[1, 1] * y + to_world[1, 2]
    d2 = to_world[2, 0] * x + to_world[2, 1] * y + to_world[2, 2]
    up = -d1 / np.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
    flat = _F(64) / (max(up, _F(0)) + _F(0.2)) / np.sqrt(d0 * d0 + d2 * d2 + _F(1e-6))
    cloud = look_up(atlas, np.int32(sky[3]), offsets, d0 * flat, d2 * flat, _F(2))
    height = min(max(up, _F(0)), _F(1))
    return (sky[1] + (sky[2] - sky[1]) * height) * (_F(0.85) + _F(0.3) * cloud)
