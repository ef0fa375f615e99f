# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The picture and the depth of a scene: one ray per pixel, in tiles of 16 x 16.

For each tile the shapes whose bounds meet it are tried from the nearest to the farthest, until
none that is left can be nearer than what was met. Depth is metres along the optical axis (z);
where nothing is met there is sky, at infinity.
"""

from numba import njit, prange
import numpy as np

from depthanyevent_ros.simulation.atlas import OFFSETS
from depthanyevent_ros.simulation.intersection import (
    FAST, meet_box, meet_cylinder, meet_ellipsoid,
)
from depthanyevent_ros.simulation.optics import blur, TILE, TiledRays
from depthanyevent_ros.simulation.placing import place
from depthanyevent_ros.simulation.scene import CYLINDER, ELLIPSOID, ROOM, Scene
from depthanyevent_ros.simulation.shading import (
    find_levels, look_up, map_flat, map_round, shade_sky,
)
from depthanyevent_ros.simulation.visibility import overlaps, visible_bounds

_INF = np.float32(np.inf)
_OFFSETS = OFFSETS.astype(np.int64)


class RayCaster:
    """Takes pictures of a scene with one lens."""

    def __init__(self, scene: Scene, rays: TiledRays, parallel: bool = False):
        """
        Prepare the buffers.

        :param parallel: use all cores for one picture (the result is the same).
        """
        self.scene, self.rays = scene, rays
        self._cast = cast_parallel if parallel else cast
        self._view = rays.view
        self._bounds = np.empty((len(scene.kind), 4), np.float32)
        #: [S]: the least depth that each shape can have in the last picture, m; inf: not in it.
        self.nearest_m = np.empty(len(scene.kind), np.float32)
        self._spare = np.empty((rays.height, rays.width), np.float32)

    def look(self, t_s: float, rotation: np.ndarray, position: np.ndarray):
        """
        Return brightness and depth at a time, float32 [H, W] each.

        Brightness is reflectance times light, about 0 to 1; depth in m, +inf for sky.
        """
        placed = place(self.scene, t_s, rotation, position)
        visible_bounds(placed.centre, placed.axes, self._view, self._bounds, self.nearest_m)
        order = np.argsort(self.nearest_m, kind='stable')
        picture = np.empty((self.rays.height, self.rays.width), np.float32)
        depth_m = np.empty_like(picture)
        rays = self.rays
        self._cast((rays.x, rays.y, rays.bounds, rays.corner, np.float32(rays.pixel_angle)),
                   placed, (self._bounds, self.nearest_m, order), (self.scene.atlas, _OFFSETS),
                   picture, depth_m)
        blur(picture, self._spare)
        return picture, depth_m


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def _cast_tile(t, rays, placed, seen, textures, picture, depth_m):
    (xs, ys, tiles, corners, angle), (bounds, nearest, order) = rays, seen
    best = np.full(TILE * TILE, _INF, np.float32)
    who = np.full(TILE * TILE, -1, np.int32)
    found = np.empty((6, TILE * TILE), np.float32)
    texture = np.empty(TILE * TILE, np.int32)
    tried = np.empty(len(order), np.int32)
    n = _meet_all(xs[t], ys[t], tiles[t], placed, bounds, nearest, order, best, who, tried)
    _map_all(tried[:n], placed, angle, xs[t], ys[t], best, who, found, texture)
    _paint(t, xs, ys, corners, angle, placed, *textures, best, who, found, texture, picture,
           depth_m)


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def cast(rays, placed, seen, textures, picture, depth_m):
    """Cast all rays on one core; the arguments are those of `RayCaster.look`."""
    for t in range(len(rays[0])):
        _cast_tile(t, rays, placed, seen, textures, picture, depth_m)


# A function of its own: numba's cache takes two versions of one function for the same.
@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy', parallel=True)
def cast_parallel(rays, placed, seen, textures, picture, depth_m):
    """Cast all rays on all cores."""
    for t in prange(len(rays[0])):
        _cast_tile(t, rays, placed, seen, textures, picture, depth_m)


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def _meet_all(x, y, tile, placed, bounds, nearest, order, best, who, tried):
    """Find the nearest shape of each ray of a tile; return how many were tried."""
    farthest, n = _INF, 0
    for s in order:
        if nearest[s] >= farthest:
            break
        if not overlaps(bounds[s], tile):
            continue
        kind, m, o = placed.kind[s], placed.linear[s], placed.origin[s]
        if kind == ELLIPSOID:
            meet_ellipsoid(m, o, x, y, best, who, np.int32(s))
        elif kind == CYLINDER:
            meet_cylinder(m, o, x, y, best, who, np.int32(s))
        else:
            meet_box(m, o, x, y, best, who, np.int32(s), kind == ROOM)
        farthest = np.float32(0)
        for i in range(len(best)):
            farthest = max(farthest, best[i])
        tried[n] = s
        n += 1
    return n


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def _map_all(tried, placed, angle, x, y, best, who, found, texture):
    """Find where on its texture each ray of a tile is."""
    for s in tried:
        n = 0
        for i in range(len(who)):
            n += who[i] == s
        if n and placed.kind[s] > ROOM:
            map_round(s, placed, x, y, best, who, found, texture)
        elif n:
            map_flat(s, placed, x, y, best, who, found, texture)
    find_levels(angle, x, y, best, found)


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def _paint(t, xs, ys, corners, angle, placed, atlas, offsets, best, who, found, texture, picture,
           depth_m):
    """Write brightness and depth of a tile into the pictures."""
    height, width = picture.shape
    row, column = corners[t, 0], corners[t, 1]
    to_world, sky = placed.to_world, placed.sky
    for i in range(min(TILE, height - row)):
        for j in range(min(TILE, width - column)):
            n = i * TILE + j
            if who[n] < 0:
                value = shade_sky(atlas, offsets, to_world, sky, angle, xs[t, n], ys[t, n])
            else:
                value = found[3, n] + found[4, n] * look_up(
                    atlas, texture[n], offsets, found[0, n], found[1, n], found[2, n])
            picture[row + i, column + j] = value
            depth_m[row + i, column + j] = best[n]
