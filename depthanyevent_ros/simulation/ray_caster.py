# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The picture and the depth of a scene: one ray per pixel, in tiles of 16 x 16.

Depth is metres along the optical axis (z); where nothing is met there is sky, at infinity.
"""

import numpy as np

from depthanyevent_ros.simulation.changes import Changes
from depthanyevent_ros.simulation.optics import blur, TiledRays
from depthanyevent_ros.simulation.placing import place
from depthanyevent_ros.simulation.scene import Scene
from depthanyevent_ros.simulation.tile_casting import cast, cast_parallel
from depthanyevent_ros.simulation.visibility import visible_bounds


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
        self._rays = rays.x, rays.y, rays.bounds, rays.corner, np.float32(rays.pixel_angle)
        self._changes = Changes(rays.bounds)
        self._bounds = np.empty((len(scene.kind), 4), np.float32)
        #: [S]: the least depth that each shape can have in the last picture, m; inf: not in it.
        self.nearest_m = np.empty(len(scene.kind), np.float32)
        # The last picture before its blur, and its depth: what has not changed is not cast again.
        self._sharp, self._depth_m, self._spare = (
            np.empty((rays.height, rays.width), np.float32) for _ in range(3))

    def look(self, t_s: float, rotation: np.ndarray, position: np.ndarray):
        """
        Return brightness and depth at a time, float32 [H, W] each.

        Brightness is reflectance times light, about 0 to 1; depth in m, +inf for sky.
        """
        placed = place(self.scene, t_s, rotation, position)
        visible_bounds(placed.centre, placed.axes, self._view, self._bounds, self.nearest_m)
        order = np.argsort(self.nearest_m, kind='stable')
        order = order[:np.count_nonzero(np.isfinite(self.nearest_m))]
        tiles = self._changes.tiles(placed, self._bounds)
        if len(tiles):
            self._cast(tiles, self._rays, placed, (self._bounds, self.nearest_m, order),
                       self.scene.atlas, self._sharp, self._depth_m)
        picture = np.empty_like(self._sharp)
        blur(self._sharp, self._spare, picture)
        return picture, self._depth_m.copy()
