# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The texture under each ray of a tile, between the two mip levels around its footprint.

In three loops: which texels (SIMD), fetching them (one by one: gather instructions are no
faster), blending them (SIMD).
"""

from numba import njit
import numpy as np

from depthanyevent_ros.simulation.atlas import OFFSETS
from depthanyevent_ros.simulation.intersection import IN_ORDER
from depthanyevent_ros.simulation.textures import SIZE
from depthanyevent_ros.simulation.tile_rows import (
    COLUMN, DARK, LEVEL, RAYS, ROW, SPAN, TEXTURE, WHO, X, Y,
)

_F, _I = np.float32, np.int32
_OFFSETS = OFFSETS.astype(np.int64)
_SKY_LEVEL = 2
#: With a root under a fraction, which the compiler then does in one.
_FAST = IN_ORDER | {'reassoc'}
#: Rows of `texels`: upper left, upper right, lower left, lower right; of the coarser level too.
N_CORNERS = 8
#: Places of a look-up in `places`: the eight corners, then the finer level.
N_PLACES = N_CORNERS + 1
_LEVELS = N_CORNERS * RAYS
_A, _B, _C, _D = (k * RAYS for k in range(4))
_COARSE = 4 * RAYS


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy', forceinline=True)
def _split(level, u, v):
    """Return the first texel (column, row) around a point at a mip level, and its weights."""
    size = _I(_I(SIZE) >> level)
    scale = _F(size) * _F(1 / SIZE)
    x, y = u * scale - _F(0.5), v * scale - _F(0.5)
    fx, fy = np.floor(x), np.floor(y)
    return _I(fx), _I(fy), x - fx, y - fy


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy', forceinline=True)
def _corners(level, u, v):
    """Return the places of the four texels around a point within a mip level, int32."""
    x0, y0, _, _ = _split(level, u, v)
    size = _I(_I(SIZE) >> level)
    mask = _I(size - _I(1))
    left, right = _I(x0 & mask), _I(_I(x0 + _I(1)) & mask)
    upper, lower = _I(_I(y0 & mask) * size), _I(_I(_I(y0 + _I(1)) & mask) * size)
    return _I(upper + left), _I(upper + right), _I(lower + left), _I(lower + right)


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy', forceinline=True)
def _rise(a, b, c, d, wx):
    """Return the value between the upper texels, and how much more it is between the lower."""
    top = (b - a) * wx + a
    return top, (c - top) + (d - c) * wx


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy')
def _find_places(rows, places):
    """Find which texels each ray needs; that of the sky none, for which any will do."""
    for i in range(RAYS):
        lower = _I(rows[LEVEL + i]) if rows[WHO + i] >= _F(0) else _I(0)
        u, v = rows[COLUMN + i], rows[ROW + i]
        a, b, c, d = _corners(lower, u, v)
        places[_A + i], places[_B + i], places[_C + i], places[_D + i] = a, b, c, d
        a, b, c, d = _corners(_I(lower + _I(1)), u, v)
        places[_COARSE + _A + i], places[_COARSE + _B + i] = a, b
        places[_COARSE + _C + i], places[_COARSE + _D + i] = c, d
        places[_LEVELS + i] = lower


@njit(cache=True, nogil=True, error_model='numpy')
def _fetch(atlas, rows, places, texels):
    """Fetch the texels of all rays."""
    for i in range(RAYS):
        texture = atlas[np.uint32(rows[TEXTURE + i])]
        level = places[_LEVELS + i]
        for offset, first in ((_OFFSETS[level], 0), (_OFFSETS[level + 1], _COARSE)):
            for corner in range(4):
                k = first + corner * RAYS + i
                texels[k] = texture[np.uint32(offset + places[k])]


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy')
def look_up(atlas, rows, places, texels, values):
    """
    Find the brightness of what the rays of a tile met; that of the sky is not found.

    :param atlas: float32 [T, texels of all levels]; :param places: int32 [N_PLACES * RAYS] and
    :param texels: float32 [N_CORNERS * RAYS], scratch; :param values: float32 [RAYS], out.
    """
    _find_places(rows, places)
    _fetch(atlas, rows, places, texels)
    for i in range(RAYS):
        level, u, v = rows[LEVEL + i], rows[COLUMN + i], rows[ROW + i]
        lower = _I(level)
        part = level - _F(lower)
        _, _, wx, wy = _split(lower, u, v)
        top, rise = _rise(texels[_A + i], texels[_B + i], texels[_C + i], texels[_D + i], wx)
        fine = rise * wy + top
        _, _, wx, wy = _split(_I(lower + _I(1)), u, v)
        top, rise = _rise(texels[_COARSE + _A + i], texels[_COARSE + _B + i],
                          texels[_COARSE + _C + i], texels[_COARSE + _D + i], wx)
        value = ((top - fine) + rise * wy) * part + fine
        values[i] = value * rows[SPAN + i] + rows[DARK + i]


@njit(cache=True, nogil=True, fastmath=_FAST, error_model='numpy')
def look_up_sky(atlas, to_world, sky, rows, values):
    """Find the brightness of the sky where a ray met nothing: a gradient with soft clouds."""
    clouds = atlas[_I(sky[3]), _OFFSETS[_SKY_LEVEL]:]
    for i in range(RAYS):
        if rows[WHO + i] >= _F(0):
            continue
        x, y = rows[X + i], rows[Y + i]
        d0 = to_world[0, 0] * x + to_world[0, 1] * y + to_world[0, 2]
        d1 = to_world[1, 0] * x + to_world[1, 1] * y + to_world[1, 2]
        d2 = to_world[2, 0] * x + to_world[2, 1] * y + to_world[2, 2]
        up = -d1 / np.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
        flat = _F(64) / (max(up, _F(0)) + _F(0.2)) / np.sqrt(d0 * d0 + d2 * d2 + _F(1e-6))
        u, v = d0 * flat, d2 * flat
        a, b, c, d = _corners(_I(_SKY_LEVEL), u, v)
        _, _, wx, wy = _split(_I(_SKY_LEVEL), u, v)
        top = (clouds[b] - clouds[a]) * wx + clouds[a]
        bottom = (clouds[d] - clouds[c]) * wx + clouds[c]
        cloud = (bottom - top) * wy + top
        height = min(max(up, _F(0)), _F(1))
        values[i] = (sky[1] + (sky[2] - sky[1]) * height) * (_F(0.85) + _F(0.3) * cloud)
