# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The room of the bundled recording, put together by hand.

Somebody walks into a room and stops. From then on nothing moves but a person who goes past and a
ball that swings: all the rest of the room gives no events any more.
"""

from dataclasses import dataclass

import numpy as np

from depthanyevent_ros.simulation.camera_paths import CameraPath, Line
from depthanyevent_ros.simulation.furniture import (
    chair, cupboard, person, post, poster, table, thing,
)
from depthanyevent_ros.simulation.palette import Palette
from depthanyevent_ros.simulation.scene import (
    BOX, ELLIPSOID, Light, make_scene, Motion, ROOM, Shape,
)
from depthanyevent_ros.simulation.worlds import World

#: Width, depth and height, m.
SIZE_M = (6.0, 7.0, 2.6)
BRAKE_S, REST_S = 1.45, 1.65
_LIGHT = Light((0.35, -0.85, -0.4), 0.6)


@dataclass(frozen=True)
class ComingToRest:
    """A path on which the camera slows down evenly from ``brake_s`` on and is still at rest_s."""

    path: CameraPath
    brake_s: float
    rest_s: float

    def pose(self, t_s: float):
        """Return rotation [3, 3] (camera to world) and position [3], m, at a time."""
        braking = np.clip(t_s - self.brake_s, 0.0, self.rest_s - self.brake_s)
        gone_s = min(t_s, self.brake_s) + braking * (
            1 - braking / (2 * (self.rest_s - self.brake_s)))
        return self.path.pose(gone_s)


def demo_world(seed: int) -> World:
    """Return the room and the way of the camera; textures and small things are by the seed."""
    rng = np.random.default_rng(seed)
    # No photographs: the recording is the same where their package is not installed.
    palette = Palette(rng, lambda names: [])
    scene = make_scene([*_room(palette), *_furniture(rng, palette), *_movers(rng, palette)],
                       _LIGHT, palette.atlas, palette.sky)
    return World(scene, ComingToRest(_walk(), BRAKE_S, REST_S))


def _walk():
    """Return a walk into the room, a little bent, with the swaying of steps."""
    right, down, pitch, yaw, roll = 0, 1, 3, 4, 5           # as in CameraPath.amplitude
    rows = ((down, 0.03, 1.8, 0.0), (right, 0.02, 0.9, 0.6), (roll, 0.015, 0.9, 0.0),
            (pitch, 0.012, 1.8, 1.0), (yaw, 0.2, 0.45, -1.6))
    amplitude = np.zeros((len(rows), 6))
    for k, row in enumerate(rows):
        amplitude[k, row[0]] = row[1]
    return CameraPath(Line((-0.9, -1.35, -2.6), 0.9, 0.12), amplitude,
                      np.array([row[2] for row in rows]), np.array([row[3] for row in rows]))


def _room(palette):
    w, d, h = SIZE_M
    wall, other, floor = (_faint(palette.surface('ground', (1.5, 3.0)), 0.22) for _ in range(3))
    lamp = palette.plain(0.9, 1.0)
    return [Shape(ROOM, (0, -h / 2, 0), (w / 2, h / 2, d / 2),
                  (wall, wall, palette.plain(0.7, 0.9), floor, other, other)),
            *(Shape(BOX, (x, -h, 0.8), (0.15, 0.03, 0.6), (lamp,)) for x in (-1.2, 1.2))]


def _faint(surface, contrast):
    """Return a surface whose texture gives few events."""
    return surface._replace(high=min(surface.low + contrast, surface.high))


def _furniture(rng, palette):
    w, d, _ = SIZE_M
    return [
        *cupboard(rng, palette, -2.1, d / 2 - 0.4),
        *cupboard(rng, palette, 0.6, d / 2 - 0.4),
        *cupboard(rng, palette, w / 2 - 0.4, 1.6, np.pi / 2),
        *poster(rng, palette, -0.6, d / 2, True, 1.6),
        *poster(rng, palette, 2.0, d / 2, True, 1.7),
        *poster(rng, palette, -w / 2, 1.5, False, 1.5),
        *table(rng, palette, 1.3, 0.6, 0.3),
        *chair(rng, palette, 0.35, 0.9, -0.6),
        *chair(rng, palette, -1.9, 0.4, 2.2),
        *post(rng, palette, -1.0, 0.7, SIZE_M[2]),
        *thing(rng, palette, -1.5, 1.9), *thing(rng, palette, -0.1, -0.1, 0.1, 0.2),
        *thing(rng, palette, -2.4, 1.2)]


def _movers(rng, palette):
    """Return a person who walks to the left and a ball."""
    walking = Motion(velocity=(-0.9, 0.0, 0.0))
    ball = palette.surface('thing', (0.2, 0.4))._replace(low=0.1, high=0.95)
    return [*person(rng, palette, 1.9, 1.7, walking),
            Shape(ELLIPSOID, (0.6, -1.7, 1.0), (0.16, 0.16, 0.16), (ball,),
                  motion=Motion((0, 0, 0), (0.5, 0.0, 0.1), 0.8, 0.0, 2.0))]
