# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a scene is: shapes with surfaces and motions, a light and a sky.

The world has x right, y down, z forward (metres), so that the ground is y = 0 and up is -y. A
shape is a unit shape, -1..1 on each axis, made half as large, turned and put at its centre.
"""

from dataclasses import dataclass
from typing import NamedTuple, Sequence, Tuple

import numpy as np

BOX, ROOM, ELLIPSOID, CYLINDER = range(4)     # a ROOM is a box seen from inside
#: Faces in the order of a shape's surfaces: -x, +x, -y (top), +y, -z, +z.
N_FACES = 6


class Surface(NamedTuple):
    """A texture on a face: which, metres per repeat (across, along), reflectance from 0 to 1."""

    texture: int
    size_m: Tuple[float, float]
    low: float
    high: float


class Motion(NamedTuple):
    """How a shape moves: along a line, to and fro by a sine, about the vertical."""

    velocity: Tuple[float, float, float] = (0.0, 0.0, 0.0)      # m/s
    swing: Tuple[float, float, float] = (0.0, 0.0, 0.0)         # amplitude, m
    swing_hz: float = 0.0
    swing_phase: float = 0.0                                    # rad
    yaw_rate: float = 0.0                                       # rad/s, about y


STILL = Motion()


class Shape(NamedTuple):
    """One shape: a kind, where, how large (half sizes, m), turned how, covered with what."""

    kind: int
    centre: Tuple[float, float, float]
    half: Tuple[float, float, float]
    surfaces: Sequence[Surface]         # one for all faces, or six
    yaw: float = 0.0                    # rad, about y
    tilt: float = 0.0                   # rad, about the shape's own z, before yaw
    motion: Motion = STILL
    whole: tuple = ()                   # equal for the parts of one thing; (): a thing by itself


class Light(NamedTuple):
    """Where the light comes from (unit vector towards it), and the share without direction."""

    towards: Tuple[float, float, float]
    ambient: float
    sky_low: float = 0.8                # brightness at the horizon
    sky_high: float = 0.5               # and above


@dataclass(frozen=True, eq=False)
class Scene:
    """All shapes of a scene as arrays [S, ...] in float64, textures as an atlas."""

    kind: np.ndarray                    # int32 [S]
    centre: np.ndarray                  # [S, 3], m, at time 0
    half: np.ndarray                    # [S, 3], m
    yaw: np.ndarray                     # [S], rad
    tilt: np.ndarray                    # [S], rad
    velocity: np.ndarray                # [S, 3], m/s
    swing: np.ndarray                   # [S, 3], m
    swing_hz: np.ndarray                # [S]
    swing_phase: np.ndarray             # [S], rad
    yaw_rate: np.ndarray                # [S], rad/s
    texture: np.ndarray                 # int32 [S, 6]
    texels_per_m: np.ndarray            # float32 [S, 6, 2]
    low: np.ndarray                     # float32 [S, 6]
    span: np.ndarray                    # float32 [S, 6]
    light: Light
    sky_texture: int
    atlas: np.ndarray                   # float32 [T, texels]

    def position(self, t_s: float) -> np.ndarray:
        """Return the centres [S, 3] at a time."""
        turn = np.sin(2 * np.pi * self.swing_hz * t_s + self.swing_phase)
        return self.centre + self.velocity * t_s + self.swing * turn[:, None]

    def rotation(self, t_s: float) -> np.ndarray:
        """Return the rotations [S, 3, 3] from a shape's axes to the world at a time."""
        yaw = self.yaw + self.yaw_rate * t_s
        (c, s), (ct, st) = ((np.cos(a), np.sin(a)) for a in (yaw, self.tilt))
        zero = np.zeros_like(c)
        return np.stack([c * ct, -c * st, s, st, ct, zero, -s * ct, s * st, c],
                        axis=-1).reshape(-1, 3, 3)

    def speed(self, t_s: float) -> np.ndarray:
        """Return the speed [S] of the fastest point of each shape at a time, m/s."""
        rate = 2 * np.pi * self.swing_hz
        turn = rate * np.cos(rate * t_s + self.swing_phase)
        of_centre = np.linalg.norm(self.velocity + self.swing * turn[:, None], axis=1)
        return of_centre + np.abs(self.yaw_rate) * np.hypot(self.half[:, 0], self.half[:, 2])


def make_scene(shapes: Sequence[Shape], light: Light, atlas: np.ndarray,
               sky_texture: int = 0) -> Scene:
    """Return the shapes as arrays."""
    def column(values, dtype=np.float64):
        return np.array(list(values), dtype)

    faces = [list(s.surfaces) * (N_FACES // len(s.surfaces)) for s in shapes]
    low = column(([f.low for f in six] for six in faces), np.float32)
    high = column(([f.high for f in six] for six in faces), np.float32)
    size_m = column(([f.size_m for f in six] for six in faces))
    motions = [s.motion for s in shapes]
    return Scene(
        kind=column((s.kind for s in shapes), np.int32),
        centre=column(s.centre for s in shapes), half=column(s.half for s in shapes),
        yaw=column(s.yaw for s in shapes), tilt=column(s.tilt for s in shapes),
        velocity=column(m.velocity for m in motions), swing=column(m.swing for m in motions),
        swing_hz=column(m.swing_hz for m in motions),
        swing_phase=column(m.swing_phase for m in motions),
        yaw_rate=column(m.yaw_rate for m in motions),
        texture=column(([f.texture for f in six] for six in faces), np.int32),
        texels_per_m=(256 / size_m).astype(np.float32), low=low, span=high - low,
        light=light, sky_texture=sky_texture, atlas=atlas)
