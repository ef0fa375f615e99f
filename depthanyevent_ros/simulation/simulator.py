# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A DAVIS346 in a scene of known depth: events, frames, depth and poses in order of time.

The recipe: a world from a seed; pictures in steps so short that little moves; each goes to the
event pixels and, while the shutter is open, to the frame sensor; depth at regular times.
"""

from dataclasses import dataclass, field
from typing import Iterator, Optional, Union

import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.simulation.frame_sensor import FrameSensor
from depthanyevent_ros.simulation.optics import davis346, tiled_rays
from depthanyevent_ros.simulation.pacing import MOST_PIXELS, Pace, sample
from depthanyevent_ros.simulation.pixels import EventPixels
from depthanyevent_ros.simulation.ray_caster import RayCaster
from depthanyevent_ros.simulation.variety import draw_setup, Setup
from depthanyevent_ros.simulation.worlds import make_world, World

DEPTH_PERIOD_US = 50_000
FRAME_PERIOD_US = 40_000
MOST_S = 600.0


@dataclass(frozen=True)
class Frame:
    """A frame, uint8 [H, W]; its stamp is the beginning of the exposure."""

    stamp_ns: int
    exposure_ns: int
    image: np.ndarray


@dataclass(frozen=True)
class Truth:
    """Depth along z, float32 [H, W], m, +inf for sky, and the pose of the camera in the world."""

    stamp_ns: int
    depth_m: np.ndarray
    rotation: np.ndarray = field(repr=False)        # [3, 3], camera to world
    position: np.ndarray = field(repr=False)        # [3], m


#: What a simulation yields: events of a time step (EVENT_DTYPE), frames, depths.
Item = Union[np.ndarray, Frame, Truth]


class Simulation:
    """A sequence, the same for the same arguments."""

    def __init__(self, kind: str, motion: str, seed: int, duration_s: float,
                 setup: Optional[Setup] = None, start_ns: int = 0, parallel: bool = False,
                 most_pixels: float = MOST_PIXELS, world: Optional[World] = None):
        """
        Make the world.

        :param kind: 'room', 'corridor' or 'street'; :param motion: see `camera_paths.MOTIONS`;
        :param setup: light and sensor; drawn from the seed if not given;
        :param start_ns: stamp of the beginning, a whole number of us;
        :param parallel: use all cores for one picture; :param most_pixels: see `pacing.py`;
        :param world: what there is, for the duration; drawn from the seed if not given.
        :raises ConfigError: for an unknown kind or motion, or a duration out of range.
        """
        if not 0 < duration_s <= MOST_S:
            raise ConfigError(f'duration_s ({duration_s}) must be above 0, up to {MOST_S:g}')
        world_rng, setup_rng, pixel_rng, self._frame_rng = (
            np.random.default_rng([seed, part]) for part in range(4))
        self.kind, self.motion, self.seed = kind, motion, seed
        self.duration_s, self.start_ns = duration_s, start_ns
        self.setup = setup or draw_setup(setup_rng)
        self.world = world or make_world(kind, motion, world_rng, duration_s)
        self.camera = davis346(self.setup.zoom)
        self._caster = RayCaster(self.world.scene, tiled_rays(self.camera), parallel)
        self.pixels = EventPixels(self.setup.pixels, self.camera.width, self.camera.height,
                                  pixel_rng)
        self.pace = Pace(self.world.scene, self.world.path, float(self.camera.k[0, 0]),
                         most_pixels)
        self._pose = None               # of the camera at the last picture

    def items(self) -> Iterator[Item]:
        """Yield what the sensor sends and the truth; frames come when their exposure ends."""
        end_us = round(self.duration_s * 1e6)
        shutter = FrameSensor(self.setup.exposure_us, self.setup.full_well, self._frame_rng)
        t_us, (picture, depth_m) = 0, self._look(0)
        shutter.adjust(picture)
        shutter.open(picture)
        self.pixels.start(picture, 0)
        yield self._truth(0, depth_m)
        while t_us < end_us:
            before_us = t_us
            t_us = self._next(t_us, depth_m, end_us)
            picture, depth_m = self._look(t_us)
            events = self.pixels.look(picture, t_us)
            if len(events):
                events['t_ns'] += self.start_ns
                yield events
            if shutter.is_open:
                shutter.collect(picture, t_us - before_us)
                opened_us = before_us // FRAME_PERIOD_US * FRAME_PERIOD_US
                if t_us == opened_us + shutter.exposure_us:
                    yield Frame(self.start_ns + opened_us * 1000, shutter.exposure_us * 1000,
                                shutter.close())
            if t_us % FRAME_PERIOD_US == 0:
                shutter.open(picture)
            if t_us % DEPTH_PERIOD_US == 0:
                yield self._truth(t_us, depth_m)

    def _next(self, t_us, depth_m, end_us):
        """Return the time of the next picture: a step ahead, or what must not be passed."""
        frame_us = t_us // FRAME_PERIOD_US * FRAME_PERIOD_US
        stops = (frame_us + self.setup.exposure_us, frame_us + FRAME_PERIOD_US, end_us,
                 (t_us // DEPTH_PERIOD_US + 1) * DEPTH_PERIOD_US)
        step_us = self.pace.step_us(t_us * 1e-6, self._pose, sample(depth_m),
                                    self._caster.nearest_m)
        return min(t_us + step_us, *(stop for stop in stops if stop > t_us))

    def _look(self, t_us):
        self._pose = self.world.path.pose(t_us * 1e-6)
        picture, depth_m = self._caster.look(t_us * 1e-6, *self._pose)
        picture *= np.float32(self.setup.illumination)
        return picture, depth_m

    def _truth(self, t_us, depth_m):
        return Truth(self.start_ns + t_us * 1000, depth_m, *self._pose)
