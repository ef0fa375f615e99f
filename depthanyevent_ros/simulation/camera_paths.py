# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the camera is and looks at any time: a plain course, and what is added to it."""

from dataclasses import dataclass
from typing import Callable, Tuple

import numpy as np


@dataclass(frozen=True)
class Still:
    """A camera that stays where it is."""

    position: Tuple[float, float, float]
    yaw: float = 0.0

    def at(self, t_s: float):
        """Return the position [3], m, and the yaw, rad."""
        return np.array(self.position, float), self.yaw


@dataclass(frozen=True)
class Line:
    """A straight way at constant speed, looking ahead."""

    position: Tuple[float, float, float]
    speed: float                        # m/s
    yaw: float = 0.0

    def at(self, t_s: float):
        """Return the position [3], m, and the yaw, rad."""
        ahead = np.array([np.sin(self.yaw), 0.0, np.cos(self.yaw)])
        return self.position + ahead * (self.speed * t_s), self.yaw


@dataclass(frozen=True)
class Ellipse:
    """Rounds about a centre, looking ahead; a negative rate turns the other way."""

    centre: Tuple[float, float, float]
    radii: Tuple[float, float]          # along x and z, m
    rate: float                         # rad/s
    phase: float = 0.0

    def at(self, t_s: float):
        """Return the position [3], m, and the yaw, rad."""
        angle = self.rate * t_s + self.phase
        sine, cosine = np.sin(angle), np.cos(angle)
        position = self.centre + np.array([self.radii[0] * sine, 0.0, self.radii[1] * cosine])
        return position, np.arctan2(self.rate * self.radii[0] * cosine,
                                    -self.rate * self.radii[1] * sine)


@dataclass(frozen=True)
class Halts:
    """A clock that runs for a while, rests for a while, and so on; called with the true time."""

    go_s: float                         # with what it takes to start and to stop
    rest_s: float
    ramp_s: float = 0.2                 # from rest to full speed, and back

    def __call__(self, t_s: float) -> float:
        """Return what the clock shows, s: its speed grows from 0 to 1 and falls again."""
        rounds, since_s = divmod(t_s, self.go_s + self.rest_s)
        since_s, ramp_s = min(since_s, self.go_s), self.ramp_s
        starting_s, stopping_s = min(since_s, ramp_s), max(since_s - self.go_s + ramp_s, 0.0)
        return (rounds * (self.go_s - ramp_s) + starting_s ** 2 / (2 * ramp_s)
                + since_s - starting_s - stopping_s ** 2 / (2 * ramp_s))


@dataclass(frozen=True)
class CameraPath:
    """
    A course with oscillations on top.

    ``amplitude`` [K, 6]: right, down, ahead (m), then pitch, yaw, roll (rad) of K sines of
    ``hz`` [K] and ``phase`` [K]. All of it follows ``clock``, which may rest.
    """

    course: object                      # Still, Line or Ellipse
    amplitude: np.ndarray
    hz: np.ndarray
    phase: np.ndarray
    clock: Callable[[float], float] = float

    def pose(self, t_s: float):
        """
        Return rotation [3, 3] (camera to world) and position [3], m, at a time.

        The camera's axes are x right, y down, z forward, as those of the world.
        """
        t_s = self.clock(t_s)
        position, yaw = self.course.at(t_s)
        offset = self.amplitude.T @ np.sin(2 * np.pi * self.hz * t_s + self.phase)
        heading = about_y(yaw)
        rotation = heading @ about_y(offset[4]) @ about_x(offset[3]) @ about_z(offset[5])
        return rotation, position + heading @ offset[:3]


def about_x(angle: float) -> np.ndarray:
    """Return a rotation [3, 3] about x; a positive angle looks up."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def about_y(angle: float) -> np.ndarray:
    """Return a rotation [3, 3] about y; a positive angle looks to the right."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def about_z(angle: float) -> np.ndarray:
    """Return a rotation [3, 3] about z; a positive angle tilts clockwise."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


#: Motion -> its oscillations: (which of the six, amplitude from, to, hz from, to).
_X, _Y, _Z, _PITCH, _YAW, _ROLL = range(6)
OSCILLATIONS = {
    'walking': ((_Y, 0.02, 0.04, 1.6, 2.1), (_X, 0.01, 0.03, 0.8, 1.05),
                (_PITCH, 0.01, 0.03, 1.6, 2.1), (_ROLL, 0.01, 0.03, 0.8, 1.05),
                (_YAW, 0.15, 0.6, 0.12, 0.4), (_PITCH, 0.0, 0.15, 0.1, 0.3)),
    'driving': ((_PITCH, 0.001, 0.005, 2.0, 8.0), (_YAW, 0.02, 0.12, 0.08, 0.25),
                (_X, 0.05, 0.3, 0.05, 0.15), (_ROLL, 0.001, 0.006, 0.8, 3.0)),
    'flying': ((_X, 0.1, 0.35, 0.2, 0.5), (_Y, 0.1, 0.35, 0.2, 0.6), (_Z, 0.05, 0.3, 0.2, 0.5),
               (_PITCH, 0.08, 0.3, 0.2, 0.6), (_YAW, 0.15, 0.6, 0.15, 0.5),
               (_ROLL, 0.05, 0.3, 0.2, 0.6)),
    'standing': ((_YAW, 0.0, 0.002, 0.5, 3.0), (_PITCH, 0.0, 0.002, 0.5, 3.0)),
    'rotating': ((_YAW, 0.5, 1.4, 0.2, 0.5), (_YAW, 0.1, 0.3, 0.5, 1.2),
                 (_PITCH, 0.05, 0.3, 0.2, 0.8), (_ROLL, 0.0, 0.15, 0.2, 0.8)),
}
# To walk, to stop and look, to walk on: what a memory is for.
OSCILLATIONS['halting'] = OSCILLATIONS['walking']
MOTIONS = tuple(OSCILLATIONS)


def make_path(course, motion: str, rng) -> CameraPath:
    """Return a course with the oscillations of a motion."""
    rows = OSCILLATIONS[motion]
    amplitude = np.zeros((len(rows), 6))
    for i, (which, low, high, *_) in enumerate(rows):
        amplitude[i, which] = rng.uniform(low, high)
    if motion == 'standing' and rng.random() < 0.6:
        amplitude[:] = 0.0                              # on a tripod
    hz = np.array([rng.uniform(*row[3:]) for row in rows])
    phase = rng.uniform(0, 2 * np.pi, len(rows))
    clock = Halts(rng.uniform(0.6, 1.5), rng.uniform(1.0, 2.5)) if motion == 'halting' else float
    return CameraPath(course, amplitude, hz, phase, clock)
