# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages on their way into a bag."""

from dataclasses import dataclass
from typing import Callable, Iterable

from depthanyevent_ros.recordings.writer import BagWriter

#: Frame of what has none of its own.
CAMERA_FRAME = 'camera_optical_frame'


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
