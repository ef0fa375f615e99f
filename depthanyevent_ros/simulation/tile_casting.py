# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
One tile of a picture: which shapes its rays meet first, and how bright that is.

The shapes whose bounds meet those of the tile are tried from the nearest to the farthest, until
none that is left can be nearer than what was met.
"""

from numba import njit, prange
import numpy as np

from depthanyevent_ros.simulation.intersection import (
    IN_ORDER, meet_box, meet_cylinder, meet_ellipsoid,
)
from depthanyevent_ros.simulation.optics import TILE
from depthanyevent_ros.simulation.scene import CYLINDER, ELLIPSOID, ROOM
from depthanyevent_ros.simulation.shading import find_levels, map_flat, map_round
from depthanyevent_ros.simulation.texture_lookup import look_up, look_up_sky, N_CORNERS, N_PLACES
from depthanyevent_ros.simulation.tile_rows import (
    COLUMN, DEPTH, N_ROWS, RAYS, WHO, X, Y,
)
from depthanyevent_ros.simulation.visibility import overlaps

_INF = np.float32(np.inf)
#: Portions of the tiles, for the cores to share; every `N_PORTIONS`-th tile is in the same one,
#: so that portions cost about the same wherever in the picture the shapes are.
N_PORTIONS = 16


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy')
def _cast_portion(tiles, rays, placed, seen, atlas, picture, depth_m):
    """Cast some tiles, in one scratch memory."""
    rows, tried = np.empty(N_ROWS * RAYS, np.float32), np.empty(len(seen[2]), np.int32)
    places, texels = np.empty(N_PLACES * RAYS, np.int32), np.empty(N_CORNERS * RAYS, np.float32)
    values = np.empty(RAYS, np.float32)
    xs, ys, tile_bounds, corners, angle = rays
    for t in tiles:
        rows[X:X + RAYS], rows[Y:Y + RAYS] = xs[t], ys[t]
        rows[DEPTH:DEPTH + RAYS], rows[WHO:WHO + RAYS] = _INF, np.float32(-1)
        # What is left of the tile before would do for the sky, were it not for the very first.
        rows[COLUMN:] = np.float32(0)
        n = _meet_all(tile_bounds[t], placed, seen, rows, tried)
        _map_all(tried[:n], placed, angle, rows)
        look_up(atlas, rows, places, texels, values)
        nobodys = np.float32(0)
        for i in range(RAYS):
            nobodys = min(nobodys, rows[WHO + i])
        if nobodys < 0:
            look_up_sky(atlas, placed.to_world, placed.sky, rows, values)
        _write(corners[t, 0], corners[t, 1], values, rows, picture, depth_m)


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy')
def cast(tiles, rays, placed, seen, atlas, picture, depth_m):
    """
    Cast the rays of some tiles on one core.

    :param tiles: int [N], which; :param rays: x, y, bounds, corner and pixel_angle of `TiledRays`;
    :param placed: `placing.Placed`; :param seen: bounds [S, 4], least depth [S], and the shapes in
        view from the nearest to the farthest, int [V]; :param picture: float32 [H, W], out;
    :param depth_m: the same.
    """
    _cast_portion(tiles, rays, placed, seen, atlas, picture, depth_m)


# A function of its own: numba's cache takes two versions of one function for the same.
@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy', parallel=True)
def cast_parallel(tiles, rays, placed, seen, atlas, picture, depth_m):
    """Cast the rays of some tiles on all cores; the result is the same."""
    for portion in prange(N_PORTIONS):
        _cast_portion(tiles[portion::N_PORTIONS], rays, placed, seen, atlas, picture, depth_m)


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy')
def _meet_all(tile, placed, seen, rows, tried):
    """Find the nearest shape of each ray of a tile; return how many were tried."""
    bounds, nearest, order = seen
    farthest, n = _INF, 0
    for s in order:
        if nearest[s] >= farthest:
            break
        if not overlaps(bounds, s, tile):
            continue
        kind, m, o = placed.kind[s], placed.linear[s], placed.origin[s]
        if kind == ELLIPSOID:
            meet_ellipsoid(m, o, rows, s)
        elif kind == CYLINDER:
            meet_cylinder(m, o, rows, s)
        else:
            meet_box(m, o, rows, s, kind == ROOM)
        farthest = _farthest(rows[DEPTH:DEPTH + RAYS].view(np.int32))
        tried[n] = s
        n += 1
    return n


@njit(cache=True, nogil=True, error_model='numpy')
def _farthest(depth_bits):
    """Return the greatest depth: positive floats are in the order of their bits as integers."""
    most = np.int32(0)
    for i in range(RAYS):
        most = max(most, depth_bits[i])
    return np.int32(most).view(np.float32)


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy')
def _map_all(tried, placed, angle, rows):
    """Find where on its texture each ray of a tile is."""
    for s in tried:
        n, me = 0, np.float32(s)
        for i in range(RAYS):
            n += rows[WHO + i] == me
        if n and placed.kind[s] > ROOM:
            map_round(s, placed, rows)
        elif n:
            map_flat(s, placed, rows)
    find_levels(angle, rows)


@njit(cache=True, nogil=True, fastmath=IN_ORDER, error_model='numpy')
def _write(row, column, values, rows, picture, depth_m):
    """Write brightness and depth of a tile into the pictures, up to their edge."""
    height, width = picture.shape
    for i in range(min(TILE, height - row)):
        for j in range(min(TILE, width - column)):
            picture[row + i, column + j] = values[i * TILE + j]
            depth_m[row + i, column + j] = rows[DEPTH + i * TILE + j]
