# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Streets: 2 to 80 m and the sky, with houses, poles, trees, vehicles that park and that drive."""

import numpy as np

from depthanyevent_ros.simulation.camera_paths import Line, make_path, Still
from depthanyevent_ros.simulation.furniture import (
    person, post, strolling, thing, tree, vehicle,
)
from depthanyevent_ros.simulation.scene import BOX, Motion, Shape

_CAMERA = {'walking': ((1.4, 1.8), (1.0, 1.8)), 'driving': ((1.2, 1.8), (4.0, 15.0)),
           'flying': ((1.5, 6.0), (2.0, 8.0)), 'standing': ((1.2, 2.5), (0, 0)),
           'rotating': ((1.2, 2.5), (0, 0))}
_CAMERA['halting'] = _CAMERA['walking']
_BEYOND_M = 110.0                       # how far the street goes on behind the end of the path


def make_street(rng, palette, motion: str, duration_s: float):
    """Return the shapes of a street along z and the path of a camera on it."""
    height, speed = (rng.uniform(*ends) for ends in _CAMERA[motion])
    road = rng.uniform(3.0, 6.0)                        # half width, m
    walk = rng.uniform(1.5, 4.0)                        # pavement
    start, end = -15.0, speed * duration_s + _BEYOND_M
    shapes = _ground(rng, palette, road, walk, start, end)
    for side in (-1, 1):
        shapes += _houses(rng, palette, side, road + walk, start, end)
        shapes += _roadside(rng, palette, side, road, walk, start, end)
    shapes += _traffic(rng, palette, motion, road, end)
    on_walk = motion in ('walking', 'halting') \
        or motion in ('standing', 'rotating') and rng.random() < 0.5
    x = -(road + walk * 0.5) if on_walk else rng.uniform(-0.6, -0.2) * road
    position = (x, -height - 0.15 * on_walk, 0.0)
    if motion in ('standing', 'rotating'):
        course = Still(position, rng.normal(0.3 if on_walk else 0.0, 0.3))
    else:
        course = Line(position, speed)
    return shapes, make_path(course, motion, rng)


def _ground(rng, palette, road, walk, start, end):
    middle, half = (start + end) / 2, (end - start) / 2
    asphalt, paving = palette.surface('ground', (0.8, 4.0)), palette.surface('ground', (0.5, 2.0))
    line = palette.plain(0.7, 0.95)
    shapes = [Shape(BOX, (0, 1.0, middle), (400.0, 1.0, half + 400.0), (asphalt,))]
    for side in (-1, 1):
        shapes.append(Shape(BOX, (side * (road + walk / 2), -0.07, middle),
                            (walk / 2, 0.07, half + 100), (paving,)))
    long, gap = rng.uniform(1.0, 3.0), rng.uniform(2.0, 6.0)
    for z in np.arange(start, end, long * 2 + gap):
        shapes.append(Shape(BOX, (0, 0.0, z), (0.08, 0.004, long), (line,)))
    return shapes


def _houses(rng, palette, side, away, start, end):
    shapes, z = [], start
    set_back = rng.uniform(0, 6)
    while z < end:
        wide, high, deep = rng.uniform(4, 11), rng.uniform(2.5, 10), rng.uniform(3, 6)
        if rng.random() < 0.85:
            storey = rng.uniform(2.6, 3.4)
            wall = palette.surface('facade', (3.0, 9.0))
            wall = wall._replace(size_m=(wall.size_m[0], storey))
            x = side * (away + deep + set_back + rng.uniform(0, 1.0))
            shapes.append(Shape(BOX, (x, -high, z + wide), (deep, high, wide), (wall,)))
        z += 2 * wide + (rng.uniform(0, 1) if rng.random() < 0.6 else rng.uniform(3, 15))
    return shapes


def _roadside(rng, palette, side, road, walk, start, end):
    """Return poles, trees, parked vehicles and things on the pavement of one side."""
    shapes = []
    kerb = side * (road + 0.4)
    for z in np.arange(start + rng.uniform(0, 10), end, rng.uniform(10, 28)):
        shapes += post(rng, palette, kerb, z, rng.uniform(3, 8), (0.05, 0.14))
    if rng.random() < 0.7:
        for z in np.arange(start + rng.uniform(0, 10), end, rng.uniform(7, 20)):
            shapes += tree(rng, palette, kerb + side * 0.4, z + rng.uniform(-1, 1))
    z = start
    while z < end:
        if rng.random() < 0.6:
            shapes += vehicle(rng, palette, side * (road - 1.1), z, -side)
        elif rng.random() < 0.6:
            x = side * (road + rng.uniform(0.3, 0.95) * walk)
            shapes += thing(rng, palette, x, z, 0.15, 0.7, base=0.14)
        z += rng.uniform(5.5, 16)
    return shapes


def _traffic(rng, palette, motion, road, end):
    """Return vehicles that drive on either side and people who walk."""
    shapes = []
    near = motion in ('standing', 'rotating', 'walking', 'halting')
    for _ in range(rng.integers(2, 6)):
        heading = rng.choice([-1, 1])
        z = rng.uniform(8, 45) if near else rng.uniform(12, end)
        way = Motion(velocity=(0.0, 0.0, heading * rng.uniform(2, 12)))
        shapes += vehicle(rng, palette, -heading * road * 0.35, z, heading, way)
    for _ in range(rng.integers(2, 7)):
        x = rng.choice([-1, 1]) * (road + rng.uniform(0.2, 1.4))
        z = rng.uniform(4, 25) if near else rng.uniform(4, end)
        way = (strolling(rng) if rng.random() < 0.5 else
               Motion(velocity=(0.0, 0.0, rng.choice([-1, 1]) * rng.uniform(0.6, 1.6))))
        shapes += person(rng, palette, x, z, way)
    return shapes
