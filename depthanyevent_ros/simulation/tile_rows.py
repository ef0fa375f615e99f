# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What is known of the rays of one tile: rows of one array, float32 [N_ROWS * RAYS].

One array with constant places, not an array for each row: only so can the compiler tell that
no row overlaps another, which it must know to make SIMD code of the loops over a tile.
"""

from depthanyevent_ros.simulation.optics import TILE

RAYS = TILE * TILE
#: Where the rows begin. Of a ray: x / z, y / z; least depth so far, m; whose it is (-1: nobody's).
X, Y, DEPTH, WHO = (k * RAYS for k in range(4))
#: Of what it met: column and row of the texture, texels of level 0; texels per m, then mip level;
#: brightness where the texture is 0, and how much more where it is 1; the cosine of the slope
#: times the length of the ray; which texture.
COLUMN, ROW, LEVEL, DARK, SPAN, SLOPE, TEXTURE = (k * RAYS for k in range(4, 11))
N_ROWS = 11
