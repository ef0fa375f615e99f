# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages on their way into a bag."""

from dataclasses import dataclass
from typing import Callable, Iterable

from depthanyevent_ros.recordings.writer import BagWriter

#: Frames of what has none of its own: events, pictures and depth; the camera's IMU; poses.
CAMERA_FRAME, IMU_FRAME, WORLD_FRAME = 'camera_optical_frame', 'camera_imu_frame', 'world'


def beside(frame: str, namespace: str) -> str:
    """Return a frame for what is not of the first camera: davis_right_optical_frame."""
    return frame.replace('camera', namespace.strip('/').replace('/', '_'), 1)


@dataclass(frozen=True)
class Outgoing:
    """A serialised message; ``n_events`` is how many events it holds."""

    record_ns: int
    topic: str
    msgtype: str
    data: bytes
    n_events: int = 0


def write_all(messages: Iterable[Outgoing], writer: BagWriter,
              on_message: Callable[[Outgoing], None] = lambda message: None) -> None:
    """
    Write messages in the order in which they come.

    :param on_message: called after each, to show progress.
    """
    for message in messages:
        writer.write(message.topic, message.msgtype, message.record_ns, message.data)
        on_message(message)
