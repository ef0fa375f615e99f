# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Simulated sequences as training windows: the Tencode that the node would see, and its depth."""

from collections import deque
from dataclasses import dataclass
from typing import Iterator, Optional

import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.window_builder import WindowBuilder
from depthanyevent_ros.events.windows import ByTime, ClosedWindow
from depthanyevent_ros.simulation.simulator import DEPTH_PERIOD_US, Frame, Simulation, Truth

#: A standing camera may see nothing for a while: that is no gap.
MAX_GAP_US = 10_000_000


@dataclass(frozen=True)
class TrainingWindow:
    """A window with the depth at its end and the frame nearest to it."""

    window: ClosedWindow
    depth_m: np.ndarray             # float32 [H, W], m, +inf for sky
    frame: Optional[np.ndarray]     # uint8 [H, W]


class OnGrid(ByTime):
    """Windows that end at whole multiples of their length after an origin."""

    def __init__(self, window_us: int, origin_ns: int):
        """Take the length and the origin."""
        super().__init__(window_us)
        self._origin_ns = origin_ns

    def slot_bounds(self, start_ns: int, by_count: bool):
        """Return the bounds of a slot; the first begins at the first event, within the grid."""
        return start_ns, start_ns + self.slot_ns - (start_ns - self._origin_ns) % self.slot_ns


def training_windows(simulation: Simulation, window_us: int = 50_000) -> Iterator[TrainingWindow]:
    """
    Run a simulation and yield its windows in order.

    :raises ConfigError: if there is no depth at the ends of such windows.
    """
    if window_us % DEPTH_PERIOD_US:
        raise ConfigError(f'window_us ({window_us}) must be a multiple of {DEPTH_PERIOD_US}')
    builder = WindowBuilder(OnGrid(window_us, simulation.start_ns), simulation.camera.width,
                            simulation.camera.height, max_gap_us=MAX_GAP_US)
    # Bounded: a window waits for one frame period at most, and then takes its depth away.
    waiting, depths, frames = deque(), {}, deque(maxlen=4)
    for item in simulation.items():
        if isinstance(item, Truth):
            depths[item.stamp_ns] = item.depth_m
        elif isinstance(item, Frame):
            frames.append(item)
        else:
            waiting.extend(builder.feed(item))
        while waiting and frames and _middle_ns(frames[-1]) >= waiting[0].end_ns:
            yield _complete(waiting.popleft(), depths, frames)
    while waiting:
        yield _complete(waiting.popleft(), depths, frames)


def _complete(window, depths, frames):
    nearest = min(frames, key=lambda frame: abs(_middle_ns(frame) - window.end_ns), default=None)
    depth_m = depths[window.end_ns]
    for stamp_ns in [stamp_ns for stamp_ns in depths if stamp_ns <= window.end_ns]:
        del depths[stamp_ns]
    return TrainingWindow(window, depth_m, None if nearest is None else nearest.image)


def _middle_ns(frame):
    return frame.stamp_ns + frame.exposure_ns // 2
