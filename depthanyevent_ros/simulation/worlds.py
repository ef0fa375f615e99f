# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A world from a seed: a scene of a kind, and a camera's path through it that touches nothing."""

from dataclasses import dataclass
from typing import List, Sequence

import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.simulation.camera_paths import CameraPath, MOTIONS
from depthanyevent_ros.simulation.corridors import make_corridor
from depthanyevent_ros.simulation.palette import Palette
from depthanyevent_ros.simulation.rooms import make_room
from depthanyevent_ros.simulation.scene import Light, make_scene, ROOM, Scene, Shape
from depthanyevent_ros.simulation.streets import make_street
from depthanyevent_ros.simulation.warehouses import make_warehouse

MAKERS = {'room': make_room, 'corridor': make_corridor, 'street': make_street,
          'warehouse': make_warehouse}
KINDS = tuple(MAKERS)
#: How near the camera may come to a shape, m.
CLEARANCE_M = {'room': 0.3, 'corridor': 0.3, 'street': 0.7, 'warehouse': 0.3}
_CHECK_S = 0.05


@dataclass(frozen=True)
class World:
    """A scene and the path through it."""

    scene: Scene
    path: CameraPath


def make_world(kind: str, motion: str, rng: np.random.Generator, duration_s: float) -> World:
    """
    Return a world in which the camera can move for a while.

    :raises ConfigError: for an unknown kind or motion.
    """
    for name, value, known in (('kind', kind, KINDS), ('motion', motion, MOTIONS)):
        if value not in known:
            raise ConfigError(f'{name} {value!r} is not one of {", ".join(known)}')
    palette = Palette(rng)
    shapes, path = MAKERS[kind](rng, palette, motion, duration_s)
    light = _light(rng, kind)
    scene = make_scene(shapes, light, palette.atlas, palette.sky)
    near = distance_to_path(scene, path, duration_s) < CLEARANCE_M[kind]
    return World(make_scene(without(shapes, near), light, palette.atlas, palette.sky), path)


def without(shapes: Sequence[Shape], drop: Sequence[bool]) -> List[Shape]:
    """Return the shapes that are not dropped; a thing goes with all its parts, a room never."""
    broken = {shape.whole for shape, is_dropped in zip(shapes, drop) if is_dropped} - {()}
    return [shape for shape, is_dropped in zip(shapes, drop)
            if shape.kind == ROOM or not is_dropped and shape.whole not in broken]


def distance_to_path(scene: Scene, path: CameraPath, duration_s: float) -> np.ndarray:
    """Return how near the camera comes to the box around each shape, [S], m; below 0 is inside."""
    nearest = np.full(len(scene.kind), np.inf)
    for t_s in np.arange(0, duration_s + _CHECK_S, _CHECK_S):
        _, position = path.pose(t_s)
        local = np.einsum('sji,sj->si', scene.rotation(t_s), position - scene.position(t_s))
        nearest = np.minimum(nearest, (np.abs(local) - scene.half).max(1))
    return nearest


def _light(rng, kind):
    """Return a light from above and aside; it is less directed under a ceiling."""
    turn, up = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1.3)
    towards = (np.cos(up) * np.cos(turn), -np.sin(up), np.cos(up) * np.sin(turn))
    ambient = rng.uniform(0.3, 0.6) if kind == 'street' else rng.uniform(0.4, 0.75)
    return Light(towards, ambient, rng.uniform(0.6, 1.0), rng.uniform(0.35, 0.9))
