# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every source of undecoded ROS messages offers."""

from typing import Collection, Iterator, List, NamedTuple, Optional, Protocol

from depthanyevent_ros.recordings.records import TopicInfo


class RawMessage(NamedTuple):
    """One message as it is stored."""

    topic: str
    msgtype: str
    record_ns: int
    data: bytes


class RawSource(Protocol):
    """Undecoded messages of one bag; ``dialect`` is 'ros1' or 'ros2' (how they are serialised)."""

    kind: str
    dialect: str
    topics: List[TopicInfo]
    notes: List[str]
    span_ns: Optional[tuple]    # record times of the first and last message, None if not known

    def messages(self, topics: Collection[str],
                 start_ns: Optional[int] = None) -> Iterator[RawMessage]:
        """Yield the messages of some topics in recorded order, from start_ns on."""

    def close(self) -> None:
        """Close the files."""
