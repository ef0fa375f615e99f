# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Warehouses: 0.5 to 45 m, an aisle between racks in a hall. No training set has them.

They show what a network does in a kind of scene that it has never seen.
"""

import numpy as np

from depthanyevent_ros.simulation.camera_paths import Line, make_path, Still
from depthanyevent_ros.simulation.furniture import person, post, strolling, thing, vehicle
from depthanyevent_ros.simulation.scene import BOX, Motion, ROOM, Shape

#: Motion -> height of the camera (m), speed (m/s).
_CAMERA = {'walking': ((1.1, 1.8), (0.8, 1.6)), 'driving': ((0.3, 2.2), (1.0, 4.0)),
           'flying': ((1.0, 3.5), (0.8, 3.0)), 'standing': ((0.8, 2.0), (0, 0)),
           'rotating': ((0.8, 2.0), (0, 0))}
_CAMERA['halting'] = _CAMERA['walking']
_BAY_M = 2.7


def make_warehouse(rng, palette, motion: str, duration_s: float):
    """Return the shapes of a hall with racks along z and the path of a camera in an aisle."""
    height, speed = (rng.uniform(*ends) for ends in _CAMERA[motion])
    start, end = -rng.uniform(4.0, 10.0), speed * duration_s + rng.uniform(15.0, 35.0)
    wide, high, aisle = rng.uniform(8.0, 14.0), rng.uniform(5.0, 8.0), rng.uniform(1.4, 2.2)
    wall = palette.surface('ground', (1.0, 5.0))
    shapes = [Shape(ROOM, (0, -high / 2, (start + end) / 2), (wide, high / 2, (end - start) / 2),
                    (wall, wall, palette.plain(0.3, 0.8), palette.surface('ground', (0.8, 3.0)),
                     wall, wall))]
    crossing = rng.uniform(4.0, 0.8 * end)              # where another aisle goes across
    for side in (-1, 1):
        shapes += _rack(rng, palette, side * (aisle + 0.55), (start + 1, end - 2), high, crossing)
        for z in np.arange(start + 2.0, end, rng.uniform(5.0, 9.0)):
            shapes += post(rng, palette, side * rng.uniform(0.6, 0.9) * wide, z, high, (0.1, 0.2))
    for z in np.arange(start + 1.0, end, rng.uniform(3.0, 6.0)):
        shapes.append(Shape(BOX, (0, -high, z), (0.1, 0.05, 0.7), (palette.plain(0.9, 1.0),)))
    shapes += _in_the_way(rng, palette, motion, aisle, end)
    position = (rng.uniform(-0.2, 0.2) * aisle, -height, 0.0)
    course = Still(position, rng.normal(0, 0.3)) if motion in ('standing', 'rotating') \
        else Line(position, speed)
    return shapes, make_path(course, motion, rng)


def _rack(rng, palette, x, ends, high, crossing):
    """Return uprights, boards and what lies on them, with a gap where an aisle crosses."""
    shapes, levels = [], rng.integers(2, 5)
    storey, deep = rng.uniform(1.0, min(1.8, (high - 0.5) / levels)), 0.5
    steel, wood = palette.plain(), palette.surface('thing', (0.5, 2.0))
    for z in np.arange(ends[0], ends[1] - _BAY_M, _BAY_M):
        if abs(z + _BAY_M / 2 - crossing) < _BAY_M:
            continue
        top = levels * storey + 0.2
        for edge in (-deep, deep):
            shapes.append(Shape(BOX, (x + edge, -top / 2, z), (0.05, top / 2, 0.05), (steel,)))
        for level in range(levels):
            base = 0.12 + level * storey
            middle = z + _BAY_M / 2
            shapes.append(Shape(BOX, (x, -base, middle), (deep, 0.05, _BAY_M / 2), (wood,)))
            if rng.random() < 0.8:
                half = (rng.uniform(0.25, 0.5), rng.uniform(0.25, 0.45) * storey,
                        rng.uniform(0.3, 0.48) * _BAY_M)
                shapes.append(Shape(
                    BOX, (x, -base - 0.05 - half[1], middle), half,
                    tuple(palette.surface('thing', (0.4, 2.0)) for _ in range(6))))
    return shapes


def _in_the_way(rng, palette, motion, aisle, end):
    """Return pallets, people and a forklift truck in the aisle."""
    shapes = []
    for z in np.arange(rng.uniform(2.0, 6.0), end - 2.0, rng.uniform(3.0, 8.0)):
        side = rng.choice([-1, 1])
        shapes += thing(rng, palette, side * (aisle - rng.uniform(0.2, 0.5)), z, 0.15, 0.4)
    for _ in range(rng.integers(1, 4)):
        x, z = rng.uniform(-0.6, 0.6) * aisle, rng.uniform(2.5, 12.0)
        shapes += person(rng, palette, x, z, strolling(rng, along=rng.choice([0.0, np.pi / 2])))
    if rng.random() < 0.6:
        heading = rng.choice([-1, 1])
        way = Motion(velocity=(0.0, 0.0, heading * rng.uniform(0.5, 2.5)))
        far = rng.uniform(5.0, 9.0) if motion == 'standing' else rng.uniform(9.0, end)
        shapes += vehicle(rng, palette, 0.0, far, heading, way)
    return shapes
