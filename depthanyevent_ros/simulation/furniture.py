# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Things that stand about, put together from shapes.

Each maker takes a generator, a palette and where the thing stands (x, z of its middle; y is down
and the ground is 0) and returns its shapes.
"""

from typing import List

import numpy as np

from depthanyevent_ros.simulation.scene import (
    BOX, CYLINDER, ELLIPSOID, Motion, Shape, STILL,
)


def cupboard(rng, palette, x, z, yaw=0.0):
    """Return a box that is as high as a person or half of it, with other doors than sides."""
    half = (rng.uniform(0.25, 0.9), rng.uniform(0.35, 1.1), rng.uniform(0.15, 0.35))
    side, front = palette.surface('thing'), palette.surface('thing', (0.3, 1.2))
    return [Shape(BOX, (x, -half[1], z), half, (side,) * 4 + (front,) * 2, yaw)]


def table(rng, palette, x, z, yaw=0.0):
    """Return a table with things on it."""
    w, d, h = rng.uniform(0.4, 0.9), rng.uniform(0.3, 0.5), rng.uniform(0.6, 0.85)
    top, leg = palette.surface('thing', (0.5, 2.0)), palette.plain()
    c, s = np.cos(yaw), np.sin(yaw)

    def at(dx, dz):
        return x + c * dx + s * dz, z - s * dx + c * dz

    shapes = [Shape(BOX, (x, -h, z), (w, 0.02, d), (top,), yaw)]
    for sx in (-1, 1):
        for sz in (-1, 1):
            lx, lz = at(sx * (w - 0.05), sz * (d - 0.05))
            shapes.append(Shape(BOX, (lx, -h / 2, lz), (0.025, h / 2, 0.025), (leg,), yaw))
    for _ in range(rng.integers(1, 5)):
        px, pz = at(rng.uniform(-0.8, 0.8) * w, rng.uniform(-0.8, 0.8) * d)
        shapes += thing(rng, palette, px, pz, 0.05, 0.18, base=h + 0.02)
    return _joined(shapes, x, z)


def chair(rng, palette, x, z, yaw=0.0):
    """Return a seat with a back on four legs."""
    cloth, leg, h = palette.surface('thing', (0.2, 0.8)), palette.plain(), rng.uniform(0.4, 0.5)
    c, s = np.cos(yaw), np.sin(yaw)
    shapes = [Shape(BOX, (x, -h, z), (0.21, 0.025, 0.21), (cloth,), yaw),
              Shape(BOX, (x + s * 0.2, -h - 0.27, z + c * 0.2), (0.21, 0.22, 0.015), (cloth,),
                    yaw)]
    for dx, dz in ((-0.18, -0.18), (0.18, -0.18), (-0.18, 0.18), (0.18, 0.18)):
        shapes.append(Shape(CYLINDER, (x + c * dx + s * dz, -h / 2, z - s * dx + c * dz),
                            (0.015, h / 2, 0.015), (leg,)))
    return _joined(shapes, x, z)


def thing(rng, palette, x, z, least=0.08, most=0.45, base=0.0, motion=STILL):
    """Return a box, a ball or a tin of half sizes from least to most on something of a height."""
    kind = int(rng.choice([BOX, ELLIPSOID, CYLINDER]))
    half = rng.uniform(least, most, 3)
    if kind == CYLINDER or (kind == ELLIPSOID and rng.random() < 0.6):
        half[2] = half[0]
        half[1] = half[0] if kind == ELLIPSOID else half[1]
    surfaces = tuple(palette.surface('thing', (least * 2, most * 4))
                     for _ in range(6 if kind == BOX else 1))
    return [Shape(kind, (x, -base - half[1], z), tuple(half), surfaces,
                  rng.uniform(0, np.pi), motion=motion)]


def post(rng, palette, x, z, height, radius=(0.04, 0.15)):
    """Return an upright post."""
    r = rng.uniform(*radius)
    return [Shape(CYLINDER, (x, -height / 2, z), (r, height / 2, r),
                  (palette.surface('thing', (0.3, 1.5)),))]


def person(rng, palette, x, z, motion=STILL):
    """Return legs, a body and a head that move together."""
    h, w = rng.uniform(1.5, 1.9), rng.uniform(0.17, 0.26)
    trousers, shirt = palette.surface('thing', (0.2, 1.0)), palette.surface('thing', (0.2, 1.0))
    skin = palette.plain(0.2, 0.7)
    shapes = [
        Shape(CYLINDER, (x, -0.24 * h, z), (w * 0.8, 0.24 * h, w * 0.6), (trousers,)),
        Shape(CYLINDER, (x, -0.66 * h, z), (w, 0.18 * h, w * 0.7), (shirt,)),
        Shape(ELLIPSOID, (x, -0.93 * h, z), (0.09, 0.12, 0.1), (skin,))]
    return _joined([shape._replace(motion=motion) for shape in shapes], x, z)


def poster(rng, palette, wall_x, wall_z, along_x, height=1.5):
    """Return a picture on a wall (a thin box), on a wall along x or along z."""
    w, h = rng.uniform(0.25, 0.8), rng.uniform(0.2, 0.6)
    half = (w, h, 0.012) if along_x else (0.012, h, w)
    return [Shape(BOX, (wall_x, -height, wall_z), half, (palette.picture(2 * w, 2 * h),))]


def ball_that_swings(rng, palette, x, z, height):
    """Return a ball to and fro like a pendulum's, without its string."""
    r = rng.uniform(0.08, 0.25)
    turn = rng.uniform(0, np.pi)
    reach = rng.uniform(0.3, 1.0)
    motion = Motion(swing=(reach * np.cos(turn), 0.0, reach * np.sin(turn)),
                    swing_hz=rng.uniform(0.25, 0.7), swing_phase=rng.uniform(0, 2 * np.pi),
                    yaw_rate=rng.uniform(-2, 2))
    return [Shape(ELLIPSOID, (x, -height, z), (r, r, r), (palette.surface('thing', (0.1, 0.6)),),
                  motion=motion)]


def strolling(rng, along=None, speed=(0.4, 1.5)) -> Motion:
    """Return a motion to and fro over some metres, along a direction (rad from z) or any."""
    turn = rng.uniform(0, 2 * np.pi) if along is None else along
    reach = rng.uniform(0.4, 1.6)
    return Motion(swing=(reach * np.sin(turn), 0.0, reach * np.cos(turn)),
                  swing_hz=rng.uniform(*speed) / (2 * np.pi * reach),
                  swing_phase=rng.uniform(0, 2 * np.pi))


def vehicle(rng, palette, x, z, heading=1, motion=STILL):
    """Return a car, a van or a lorry of boxes, its length along z."""
    long, wide = rng.uniform(1.8, 2.6), rng.uniform(0.8, 1.0)
    body = rng.uniform(0.35, 0.55)
    paint, glass = palette.surface('thing', (1.0, 6.0)), palette.plain(0.03, 0.25)
    van = rng.random() < 0.3
    cabin = rng.uniform(0.5, 1.1) if van else rng.uniform(0.25, 0.35)
    share = 0.95 if van else rng.uniform(0.45, 0.65)
    shapes = [Shape(BOX, (x, -0.3 - body, z), (wide, body, long), (paint,), motion=motion),
              Shape(BOX, (x, -0.3 - 2 * body - cabin, z - heading * 0.15 * long),
                    (wide * 0.92, cabin, long * share), (paint if van else glass,),
                    motion=motion)]
    for sx in (-1, 1):
        for sz in (-0.62, 0.62):
            shapes.append(Shape(ELLIPSOID, (x + sx * (wide - 0.08), -0.32, z + sz * long),
                                (0.12, 0.32, 0.32), (palette.plain(0.02, 0.1),), motion=motion))
    return _joined(shapes, x, z)


def tree(rng, palette, x, z):
    """Return a trunk with one to three crowns."""
    h, r = rng.uniform(1.8, 3.5), rng.uniform(0.8, 2.0)
    shapes = post(rng, palette, x, z, h, (0.1, 0.25))
    for _ in range(rng.integers(1, 4)):
        dx, dy, dz = rng.uniform(-0.5, 0.5, 3) * r
        shapes.append(Shape(ELLIPSOID, (x + dx, -h - 0.6 * r + dy, z + dz),
                            tuple(r * rng.uniform(0.6, 1.0, 3)),
                            (palette.surface('thing', (0.8, 3.0)),)))
    return _joined(shapes, x, z)


def _joined(shapes, x, z) -> List[Shape]:
    """Return the shapes as parts of one thing, which is known by its place."""
    return [shape._replace(whole=(float(x), float(z))) for shape in shapes]
