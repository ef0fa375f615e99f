# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""mcap files without an index: a recorder that was killed, a copy that broke off."""

from itertools import islice

from mcap.records import Channel, Message, Schema
from mcap.stream_reader import StreamReader

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.records import TopicInfo
from depthanyevent_ros.recordings.sources.protocol import RawMessage

#: A record longer than this is taken for damage (rosbag2 writes chunks of about 1 MB).
RECORD_LIMIT_BYTES = 256 * 2**20

#: Topics are announced before their first message: so many messages are looked at to find them.
TOPIC_SCAN_MESSAGES = 20_000


class DamagedMcap:
    """Reads an mcap file record by record from its start, in the order of the file."""

    kind = 'rosbag2 (mcap)'
    dialect = 'ros2'

    def __init__(self, path, reason: str):
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

    def messages(self, topics, start_ns=None):
        """Yield the messages of some topics in the order of the file; damage raises."""
        for message in self._scan():
            if message.topic in topics and (start_ns is None or message.record_ns >= start_ns):
                yield message

    def close(self):
        """Do nothing: each pass opens the file for itself."""

    def _scan(self):
        schemas, channels = {}, {}
        with open(self._path, 'rb') as stream:
            reader = StreamReader(stream, record_size_limit=RECORD_LIMIT_BYTES)
            for record in reader.records:
                if isinstance(record, Schema):
                    schemas[record.id] = record.name
                elif isinstance(record, Channel):
                    channels[record.id] = record.topic, schemas.get(record.schema_id, '')
                elif isinstance(record, Message) and record.channel_id in channels:
                    topic, msgtype = channels[record.channel_id]
                    yield RawMessage(topic, msgtype, record.log_time, record.data)
