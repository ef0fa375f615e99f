# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Corridors: about 2 m wide and long, with doors, things at the sides, people."""

import numpy as np

from depthanyevent_ros.simulation.camera_paths import Line, make_path, Still
from depthanyevent_ros.simulation.furniture import (
    chair, person, post, poster, strolling, thing,
)
from depthanyevent_ros.simulation.scene import BOX, Motion, ROOM, Shape

_CAMERA = {'walking': ((1.1, 1.7), (0.8, 1.5)), 'driving': ((0.25, 0.8), (0.8, 2.5)),
           'flying': ((0.8, 1.6), (0.8, 2.5)), 'standing': ((0.8, 1.7), (0, 0)),
           'rotating': ((0.8, 1.7), (0, 0))}
_CAMERA['halting'] = _CAMERA['walking']


def make_corridor(rng, palette, motion: str, duration_s: float):
    """Return the shapes of a corridor and the path of a camera along it."""
    height, speed = (rng.uniform(*ends) for ends in _CAMERA[motion])
    w, h = rng.uniform(1.7, 3.0), rng.uniform(2.3, 3.0)
    ahead = speed * duration_s + rng.uniform(5.0, 30.0)
    start, end = -rng.uniform(1.0, 8.0), ahead
    side, face = palette.surface('ground', (0.8, 4.0)), palette.surface('ground', (0.8, 3.0))
    shapes = [Shape(ROOM, (0, -h / 2, (start + end) / 2), (w / 2, h / 2, (end - start) / 2),
                    (side, side, palette.plain(0.5, 0.9), palette.surface('ground', (0.4, 2.0)),
                     face, face))]
    shapes += _walls(rng, palette, w, h, start, end)
    shapes += _sides(rng, palette, w, h, start, end)
    shapes += _people(rng, palette, motion, w, end)
    position = (rng.uniform(-0.2, 0.2) * w, -height, 0.0)
    if motion in ('standing', 'rotating'):
        course = Still(position, rng.normal(0, 0.2))
    else:
        course = Line(position, speed)
    return shapes, make_path(course, motion, rng)


def _walls(rng, palette, w, h, start, end):
    """Return doors with frames, pictures and lamps."""
    shapes = []
    door, frame = palette.surface('thing', (0.5, 2.0)), palette.plain()
    for sign in (-1, 1):
        z = start + rng.uniform(0.5, 2.5)
        while z < end - 1:
            wall = sign * w / 2
            if rng.random() < 0.65:
                shapes.append(Shape(BOX, (wall, -1.05, z), (0.03, 1.05, 0.52), (frame,)))
                shapes.append(Shape(BOX, (wall, -1.0, z), (0.045, 1.0, 0.45), (door,)))
            else:
                shapes += poster(rng, palette, wall, z, False, rng.uniform(1.3, 1.7))
            z += rng.uniform(1.6, 4.5)
    lamp, step = palette.plain(0.9, 1.0), rng.uniform(1.8, 4.0)
    for z in np.arange(start + 1, end, step):
        shapes.append(Shape(BOX, (0, -h, z), (0.15, 0.03, 0.5), (lamp,)))
    return shapes


def _sides(rng, palette, w, h, start, end):
    """Return what stands along the walls."""
    shapes, z = [], start + 1.0
    while z < end - 0.5:
        x = rng.choice([-1, 1]) * (w / 2 - rng.uniform(0.15, 0.35))
        kind = rng.integers(5)
        if kind == 0:
            shapes += chair(rng, palette, x, z, rng.uniform(0, 2 * np.pi))
        elif kind == 1:
            shapes += post(rng, palette, np.sign(x) * w / 2, z, h, (0.08, 0.2))
        elif kind == 2:
            half = (rng.uniform(0.15, 0.25), rng.uniform(0.4, 1.0), rng.uniform(0.3, 0.7))
            shapes.append(Shape(BOX, (np.sign(x) * (w / 2 - half[0]), -half[1], z), half,
                                (palette.surface('thing', (0.3, 1.5)),)))
        else:
            shapes += thing(rng, palette, x, z, 0.08, 0.3)
        z += rng.uniform(1.0, 5.0)
    return shapes


def _people(rng, palette, motion, w, end):
    """Return people who come, go or walk to and fro."""
    shapes = []
    for _ in range(rng.integers(2, 5) if motion == 'standing' else rng.integers(0, 4)):
        x = rng.uniform(-0.35, 0.35) * w
        z = rng.uniform(2.0, 7.0) if motion == 'standing' else rng.uniform(2.0, end)
        if rng.random() < 0.5:
            way = Motion(velocity=(0.0, 0.0, rng.choice([-1, 1]) * rng.uniform(0.5, 1.4)))
        else:
            way = strolling(rng, along=rng.choice([0.0, np.pi / 2]) if w > 2.2 else 0.0)
            way = way._replace(swing=tuple(np.clip(way.swing, (-w / 5, 0, -9), (w / 5, 0, 9))))
        shapes += person(rng, palette, x, z, way)
    return shapes
