# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files that are read from their start, record by record, since their index cannot be read."""

from abc import ABC, abstractmethod
from itertools import islice
from pathlib import Path
from typing import Iterator

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.records import TopicInfo
from depthanyevent_ros.recordings.sources.protocol import RawMessage

#: A record longer than this is taken for damage (recorders write chunks of about 1 MB).
RECORD_LIMIT_BYTES = 256 * 2**20

#: Topics are announced before their first message: so many messages are looked at to find them.
TOPIC_SCAN_MESSAGES = 20_000


class ScannedFile(ABC):
    """Base of the readers of damaged files; they say how one is scanned, in ``_scan``."""

    kind = dialect = ''

    def __init__(self, path: Path, reason: str):
        """
        Look for the topics in the part that can be read.

        :raises RecordingError: if there is not one readable message.
        """
        self._path = path
        self.span_ns = None
        self.notes = [f'the index of {path.name} cannot be read ({reason}): it is read from its '
                      'start up to the damage']
        topics = {}
        try:
            for message in islice(self._scan(), TOPIC_SCAN_MESSAGES):
                topics[message.topic] = TopicInfo(message.topic, message.msgtype, None)
        except Exception:  # noqa: B902 - the damage, of any kind; what is before it counts
            if not topics:
                raise RecordingError(
                    f'{path} is damaged before its first message: {reason}') from None
        self.topics = list(topics.values())

    def messages(self, topics, start_ns=None) -> Iterator[RawMessage]:
        """Yield the messages of some topics in the order of the file; damage raises."""
        for message in self._scan():
            if message.topic in topics and (start_ns is None or message.record_ns >= start_ns):
                yield message

    def close(self):
        """Do nothing: each pass opens the file for itself."""

    @abstractmethod
    def _scan(self) -> Iterator[RawMessage]:
        """Yield every message from the start; damage raises, in whatever way."""
