# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The brightness of what a ray met: texture at the right mip level, and Lambert's light."""

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
def look_up(atlas, texture, offsets, u, v, footprint):
    """
    Return a texture's value, float32, smoothed over about a footprint.

    :param u: column; :param v: row, in texels of level 0; :param footprint: of a pixel, in texels
    of level 0: the value is blended between the two mip levels around it.
    """
    if footprint <= _F(1):
        return _bilinear(atlas, texture, offsets[0], 0, u, v)
    level = min(log2(footprint), _F(N_LEVELS - 1.001))
    lower = np.int32(level)
    part = level - _F(lower)
    fine = _bilinear(atlas, texture, offsets[lower], lower, u, v)
    coarse = _bilinear(atlas, texture, offsets[lower + 1], lower + 1, u, v)
    return fine + part * (coarse - fine)


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy', forceinline=True)
def shade(s, kinds, linear, origin, half, light, textures, texels, low, span, atlas, offsets,
          ambient, angle, x, y, depth):
    """Return the brightness, float32, of shape ``s``, which the ray (x, y, 1) meets at a depth."""
    kind = kinds[s]
    h0, h1, h2 = half[s, 0], half[s, 1], half[s, 2]
    v0 = linear[s, 0, 0] * x + linear[s, 0, 1] * y + linear[s, 0, 2]
    v1 = linear[s, 1, 0] * x + linear[s, 1, 1] * y + linear[s, 1, 2]
    v2 = linear[s, 2, 0] * x + linear[s, 2, 1] * y + linear[s, 2, 2]
    q0, q1, q2 = origin[s, 0] + depth * v0, origin[s, 1] + depth * v1, origin[s, 2] + depth * v2
    v0, v1, v2 = v0 * h0, v1 * h1, v2 * h2
    long = np.sqrt(x * x + y * y + _F(1))
    b0, b1, b2 = abs(q0), abs(q1), abs(q2)
    if kind > ROOM and (kind == ELLIPSOID or b1 < _F(0.9999)):
        # Round: normal from the gradient, texture around the vertical axis.
        n0, n2 = q0 / h0, q2 / h2
        n1 = q1 / h1 if kind == ELLIPSOID else _F(0)
        norm = _F(1) / np.sqrt(n0 * n0 + n1 * n1 + n2 * n2)
        toward = (n0 * light[s, 0] + n1 * light[s, 1] + n2 * light[s, 2]) * norm
        cosine = abs(n0 * v0 + n1 * v1 + n2 * v2) * norm / long
        face = 0
        u, v = (atan2(q2, q0) + _F(3.1415927)) * h0, (q1 + _F(1)) * h1
    else:
        if kind <= ROOM and b0 >= b1 and b0 >= b2:
            face, side, toward, cosine = 0, q0, light[s, 0], abs(v0)
            u, v = (q2 + _F(1)) * h2, (q1 + _F(1)) * h1
        elif kind > ROOM or b1 >= b2:
            face, side, toward, cosine = 2, q1, light[s, 1], abs(v1)
            u, v = (q0 + _F(1)) * h0, (q2 + _F(1)) * h2
        else:
            face, side, toward, cosine = 4, q2, light[s, 2], abs(v2)
            u, v = (q0 + _F(1)) * h0, (q1 + _F(1)) * h1
        face += 1 if side > _F(0) else 0
        toward = toward if (side > _F(0)) != (kind == ROOM) else -toward
        cosine = cosine / long
    # Between the footprint across (1) and along (1 / cosine) the slope: cosine to the 3/4.
    root = np.sqrt(max(cosine, _F(0.02)))
    along_u, along_v = texels[s, face, 0], texels[s, face, 1]
    footprint = depth * long * angle * max(along_u, along_v) / (root * np.sqrt(root))
    value = look_up(atlas, textures[s, face], offsets, u * along_u, v * along_v, footprint)
    lit = ambient + (_F(1) - ambient) * max(toward, _F(0))
    return (low[s, face] + span[s, face] * value) * lit


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy', forceinline=True)
def shade_sky(atlas, offsets, to_world, sky, angle, x, y):
    """Return the brightness, float32, of the sky along a ray: a gradient with soft clouds."""
    d0 = to_world[0, 0] * x + to_world[0, 1] * y + to_world[0, 2]
    d1 = to_world[1, 0] * x + to_world[1, 1] * y + to_world[1, 2]
    d2 = to_world[2, 0] * x + to_world[2, 1] * y + to_world[2, 2]
    up = -d1 / np.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
    flat = _F(64) / (max(up, _F(0)) + _F(0.2)) / np.sqrt(d0 * d0 + d2 * d2 + _F(1e-6))
    cloud = look_up(atlas, np.int32(sky[3]), offsets, d0 * flat, d2 * flat, _F(4))
    height = min(max(up, _F(0)), _F(1))
    return (sky[1] + (sky[2] - sky[1]) * height) * (_F(0.85) + _F(0.3) * cloud)
