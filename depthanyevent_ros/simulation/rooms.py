# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rooms: 0.3 to 10 m, with furniture along the walls and things on the floor."""

import numpy as np

from depthanyevent_ros.simulation.camera_paths import Ellipse, make_path, Still
from depthanyevent_ros.simulation.furniture import (
    ball_that_swings, chair, cupboard, person, post, poster, strolling, table, thing,
)
from depthanyevent_ros.simulation.scene import BOX, ROOM, Shape

#: Motion -> height of the camera (m), speed (m/s).
_CAMERA = {'walking': ((1.1, 1.7), (0.6, 1.3)), 'driving': ((0.25, 0.7), (0.3, 1.1)),
           'flying': ((0.7, 1.8), (0.5, 1.8)), 'standing': ((0.8, 1.7), (0, 0)),
           'rotating': ((0.8, 1.7), (0, 0))}
_CAMERA['halting'] = _CAMERA['walking']


def make_room(rng, palette, motion: str, duration_s: float):
    """Return the shapes of a room and the path of a camera in it."""
    w, d, h = rng.uniform(3.5, 9.0), rng.uniform(4.0, 10.0), rng.uniform(2.3, 3.4)
    wall, other = palette.surface('ground', (0.8, 4.0)), palette.surface('ground', (0.8, 4.0))
    ceiling, floor = palette.plain(0.5, 0.9), palette.surface('ground', (0.5, 2.0))
    shapes = [Shape(ROOM, (0, -h / 2, 0), (w / 2, h / 2, d / 2),
                    (wall, wall, ceiling, floor, other, other))]
    path = _path(rng, motion, w, d)
    for maker, least, most in ((cupboard, 3, 9), (poster, 3, 9)):
        for _ in range(rng.integers(least, most)):
            x, z, along_x = _by_a_wall(rng, w, d, 0.3 if maker is cupboard else 0.0)
            shapes += (cupboard(rng, palette, x, z, 0 if along_x else np.pi / 2)
                       if maker is cupboard else
                       poster(rng, palette, x, z, along_x, rng.uniform(1.2, h - 0.7)))
    for maker, least, most in ((table, 1, 4), (chair, 0, 5)):
        for _ in range(rng.integers(least, most)):
            shapes += maker(rng, palette, *_somewhere(rng, w, d), rng.uniform(0, np.pi))
    for _ in range(rng.integers(3, 12)):
        shapes += thing(rng, palette, *_somewhere(rng, w, d))
    for _ in range(rng.integers(0, 3)):
        shapes += post(rng, palette, *_somewhere(rng, w, d), h)
    for _ in range(rng.integers(0, 4)):
        x, z = _somewhere(rng, w, d)
        shapes.append(Shape(BOX, (x, -h, z), (0.3, 0.04, 0.3), (palette.plain(0.9, 1.0),)))
    return shapes + _movers(rng, palette, path, motion, w, d, h), path


def _path(rng, motion, w, d):
    height, speed = (rng.uniform(*ends) for ends in _CAMERA[motion])
    if motion in ('standing', 'rotating'):
        x, z = rng.uniform(-0.5, 0.5) * (w - 1.4), rng.uniform(-0.5, 0.5) * (d - 1.4)
        yaw = np.arctan2(-x, -z) + rng.normal(0, 0.4)           # towards the middle, about
        return make_path(Still((x, -height, z), yaw), motion, rng)
    radii = ((w / 2 - 0.7) * rng.uniform(0.3, 0.8), (d / 2 - 0.7) * rng.uniform(0.3, 0.8))
    rate = rng.choice([-1, 1]) * min(speed / np.mean(radii), 0.8)
    return make_path(Ellipse((0.0, -height, 0.0), radii, rate, rng.uniform(0, 2 * np.pi)),
                     motion, rng)


def _movers(rng, palette, path, motion, w, d, h):
    shapes = []
    few, many = (2, 6) if motion == 'standing' else (0, 4)
    for _ in range(rng.integers(few, many)):
        x, z = (_ahead(rng, path) if motion == 'standing' else _somewhere(rng, w, d))
        x, z = np.clip(x, -w / 2 + 0.5, w / 2 - 0.5), np.clip(z, -d / 2 + 0.5, d / 2 - 0.5)
        kind = rng.integers(3)
        if kind == 0:
            shapes += person(rng, palette, x, z, strolling(rng))
        elif kind == 1:
            shapes += ball_that_swings(rng, palette, x, z, rng.uniform(0.5, h - 0.5))
        else:
            shapes += thing(rng, palette, x, z, motion=strolling(rng))
    return shapes


def _ahead(rng, path):
    """Return a place on the floor in the picture of a camera that stands still."""
    position, yaw = path.course.at(0.0)
    distance, turn = rng.uniform(1.2, 4.0), yaw + rng.uniform(-0.5, 0.5)
    return position[0] + distance * np.sin(turn), position[2] + distance * np.cos(turn)


def _somewhere(rng, w, d):
    return rng.uniform(-0.5, 0.5) * (w - 0.6), rng.uniform(-0.5, 0.5) * (d - 0.6)


def _by_a_wall(rng, w, d, away):
    """Return a place at a wall, and whether the wall runs along x."""
    side = rng.choice([-1, 1])
    if rng.random() < w / (w + d):
        return rng.uniform(-0.5, 0.5) * (w - 1), side * (d / 2 - away), True
    return side * (w / 2 - away), rng.uniform(-0.5, 0.5) * (d - 1), False
