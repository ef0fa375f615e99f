# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a recording is made of."""

from dataclasses import dataclass
from typing import Optional, Union

import numpy as np

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.events.types import EventMessage


@dataclass(frozen=True)
class EventsRecord:
    """A message of events, undecoded. ``record_ns`` is when it was recorded (host time)."""

    record_ns: int
    message: EventMessage


@dataclass(frozen=True)
class FrameRecord:
    """
    A picture of the APS (or of a camera beside it).

    ``image`` is [H, W] or [H, W, C] in the type of its encoding (sensor_msgs names), native
    byte order; ``stamp_ns`` is sensor time; ``middle_ns`` is the middle of the exposure, None
    where it is not recorded.
    """

    record_ns: int
    stamp_ns: int
    frame_id: str
    image: np.ndarray
    encoding: str
    middle_ns: Optional[int] = None


@dataclass(frozen=True)
class CameraInfoRecord:
    """The calibration of the camera."""

    record_ns: int
    stamp_ns: int
    frame_id: str
    camera: CameraModel


Record = Union[EventsRecord, FrameRecord, CameraInfoRecord]


@dataclass(frozen=True)
class TopicInfo:
    """A topic (or stream) of a recording; ``count`` is None if it is known only after reading."""

    name: str
    msgtype: str
    count: Optional[int]
    qos: Optional[object] = None        # as it was offered, where the recording says
