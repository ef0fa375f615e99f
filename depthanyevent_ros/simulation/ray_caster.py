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
from depthanyevent_ros.simulation.shading import shade, shade_sky
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
        #: [S]: the least depth that each shape can have in the last picture, m.
        self._bounds = np.empty((len(scene.kind), 4), np.float32)
        self.nearest_m = np.empty(len(scene.kind), np.float32)
        self._spare = np.empty((rays.height, rays.width), np.float32)

    def look(self, t_s: float, rotation: np.ndarray, position: np.ndarray):
        """
        Return brightness and depth at a time, float32 [H, W] each.

        Brightness is reflectance times light, about 0 to 1; depth in m, +inf for sky.
        """
        placed = place(self.scene, t_s, rotation, position)
        visible_bounds(placed.centre, placed.axes, self._bounds, self.nearest_m)
        order = np.argsort(self.nearest_m, kind='stable')
        picture = np.empty((self.rays.height, self.rays.width), np.float32)
        depth_m = np.empty_like(picture)
        rays = self.rays
        self._cast(rays.x, rays.y, rays.bounds, rays.corner, np.float32(rays.pixel_angle),
                   placed, self._bounds, self.nearest_m, order, self.scene.atlas, _OFFSETS,
                   picture, depth_m)
        blur(picture, self._spare)
        return picture, depth_m


def _cast_tiles(xs, ys, tiles, corners, angle, placed, bounds, nearest, order, atlas, offsets,
                picture, depth_m):
    for t in prange(len(xs)):
        best = np.full(TILE * TILE, _INF, np.float32)
        who = np.full(TILE * TILE, -1, np.int32)
        _meet_all(xs[t], ys[t], tiles[t], placed, bounds, nearest, order, best, who)
        _paint(t, xs, ys, corners, angle, placed, atlas, offsets, best, who, picture, depth_m)


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def _meet_all(x, y, tile, placed, bounds, nearest, order, best, who):
    """Find the nearest shape of each ray of a tile."""
    farthest = _INF
    for s in order:
        if nearest[s] > farthest:
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


@njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')
def _paint(t, xs, ys, corners, angle, placed, atlas, offsets, best, who, picture, depth_m):
    """Write brightness and depth of a tile into the pictures."""
    height, width = picture.shape
    row, column = corners[t, 0], corners[t, 1]
    kind, linear, origin, half, light = (
        placed.kind, placed.linear, placed.origin, placed.half, placed.light)
    texture, texels, low, span = placed.texture, placed.texels_per_m, placed.low, placed.span
    to_world, sky = placed.to_world, placed.sky
    ambient = sky[0]
    for i in range(min(TILE, height - row)):
        for j in range(min(TILE, width - column)):
            n = i * TILE + j
            s, x, y, depth = who[n], xs[t, n], ys[t, n], best[n]
            if s < 0:
                value = shade_sky(atlas, offsets, to_world, sky, angle, x, y)
            else:
                value = shade(np.uint32(s), kind, linear, origin, half, light, texture, texels,
                              low, span, atlas, offsets, ambient, angle, x, y, depth)
            picture[row + i, column + j] = value
            depth_m[row + i, column + j] = depth


cast = njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy')(_cast_tiles)
cast_parallel = njit(cache=True, nogil=True, fastmath=FAST, error_model='numpy',
                     parallel=True)(_cast_tiles)
