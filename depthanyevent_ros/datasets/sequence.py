# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every data set is read as: events, pictures, depth and poses of one camera, in SI units."""

from dataclasses import dataclass
from typing import Callable, Dict, Iterator, List, Optional, Protocol

import numpy as np

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.events.types import EVENT_DTYPE

#: Events read at a time by those who read all of them: 2 MB of EVENT_DTYPE.
BLOCK_EVENTS = 131_072

NO_EVENTS = np.zeros(0, EVENT_DTYPE)
NO_EVENTS.setflags(write=False)


@dataclass(frozen=True)
class Series:
    """
    Things with a stamp each, read one at a time.

    ``stamps_ns`` is int64 (N,), ascending; ``read(i)`` returns the i-th thing.
    """

    stamps_ns: np.ndarray
    read: Callable[[int], np.ndarray]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.stamps_ns)


@dataclass(frozen=True)
class FrameSeries(Series):
    """
    Pictures, uint8 [H, W] (mono) or [H, W, 3] (blue, green, red), in the view of the events.

    ``middles_ns`` are the middles of their exposures, int64 (N,), where they were recorded.
    """

    middles_ns: Optional[np.ndarray] = None


class PoseSeries(Series):
    """Poses, float64 [4, 4]: the camera in its world, as the data set stores it."""


class ImuSeries(Series):
    """
    Samples of the IMU in the camera, float64 (6,), in axes of its own.

    Acceleration x, y, z in m/s^2, angular velocity x, y, z in rad/s.
    """


@dataclass(frozen=True)
class DepthSeries(Series):
    """
    Depth maps, float32 [H, W], metres along the optical axis, NaN where none is known.

    ``frame`` is 'raw' for the (distorted) view of the events, 'rect' for the rectified one.
    """

    frame: str = 'raw'


class EventSequence(Protocol):
    """
    One event camera of one recording; times are sensor time, int64 ns.

    ``depths`` is the ground truth in the view of the events where there is one, else in the
    rectified view; ``depths_rect`` is the rectified one. ``labels`` is what teachers saw in the
    frames, by the name of their folder, in a unit of their own. What the data set lacks is None.
    """

    path: object
    kind: str                           # 'MVSEC', 'DSEC', ...
    namespace: str                      # of its topics, for example '/davis/left'
    width: int
    height: int
    camera: Optional[CameraModel]
    rectify_map: Optional[np.ndarray]   # float32 [H, W, 2]: x, y of a pixel in the rectified view
    n_events: int
    t_first_ns: Optional[int]           # of the first and last event; None without events
    t_last_ns: Optional[int]
    frames: Optional[FrameSeries]
    depths: Optional[DepthSeries]
    depths_rect: Optional[DepthSeries]
    labels: Dict[str, DepthSeries]
    poses: Optional[PoseSeries]
    odometry: Optional[PoseSeries]
    imu: Optional[ImuSeries]
    notes: List[str]                    # what the user should know, one sentence each

    def events_between(self, start_ns: int, end_ns: int) -> np.ndarray:
        """Return the events with start_ns <= t_ns < end_ns, (N,) of EVENT_DTYPE."""

    def events_by_index(self, start: int, stop: int) -> np.ndarray:
        """Return the events start..stop - 1, (N,) of EVENT_DTYPE; fewer at the end."""

    def close(self) -> None:
        """Close the files."""


class SequenceBase:
    """What readers share: fields that stay None, closing, the with statement."""

    kind = namespace = ''
    width = height = n_events = 0
    camera = rectify_map = t_first_ns = t_last_ns = None
    frames = depths = depths_rect = poses = odometry = imu = None

    def __init__(self, path):
        self.path = path
        self.labels: Dict[str, DepthSeries] = {}
        self.notes: List[str] = []

    def events_between(self, start_ns: int, end_ns: int) -> np.ndarray:
        """Return no events: what a data set without them has."""
        return NO_EVENTS

    def events_by_index(self, start: int, stop: int) -> np.ndarray:
        """Return no events: what a data set without them has."""
        return NO_EVENTS

    def close(self) -> None:
        """Do nothing."""

    def __enter__(self):
        """Return the open sequence."""
        return self

    def __exit__(self, *_):
        """Close the files."""
        self.close()


def event_blocks(sequence: EventSequence, start: int = 0,
                 size: int = BLOCK_EVENTS) -> Iterator[np.ndarray]:
    """Yield all events from index start on, in blocks of bounded size."""
    for first in range(start, sequence.n_events, size):
        yield sequence.events_by_index(first, min(first + size, sequence.n_events))
