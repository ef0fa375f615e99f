# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""mcap files without an index: a recorder that was killed, a copy that broke off."""

from mcap.records import Channel, Message, Schema
from mcap.stream_reader import StreamReader

from depthanyevent_ros.recordings.sources.protocol import RawMessage
from depthanyevent_ros.recordings.sources.scanned import RECORD_LIMIT_BYTES, ScannedFile


class DamagedMcap(ScannedFile):
    """Reads an mcap file record by record from its start, in the order of the file."""

    kind = 'rosbag2 (mcap)'
    dialect = 'ros2'

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
