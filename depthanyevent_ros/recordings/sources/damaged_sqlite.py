# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""sqlite3 files that lost their tail."""

import sqlite3
from urllib.parse import quote

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.records import TopicInfo
from depthanyevent_ros.recordings.sources.protocol import RawMessage


class DamagedSqlite:
    """Reads the messages of a damaged rosbag2 database by row, as far as its pages go."""

    kind = 'rosbag2 (sqlite3)'
    dialect = 'ros2'

    def __init__(self, path, reason: str):
        """
        Open the database in spite of its wrong length.

        :raises RecordingError: if its list of topics cannot be read.
        """
        self.span_ns = None
        self.notes = [f'{path.name} is damaged ({reason}): it is read row by row up to the damage']
        try:
            self._database = sqlite3.connect(f'file:{quote(str(path))}?mode=ro&immutable=1',
                                             uri=True)
        except sqlite3.Error as error:          # no permission
            raise RecordingError(f'{path} cannot be read: {error}') from None
        try:
            # Without this sqlite refuses every read of a file shorter than its header says.
            self._database.execute('PRAGMA writable_schema=ON')
            rows = self._database.execute('SELECT id, name, type FROM topics').fetchall()
        except sqlite3.Error:
            self._database.close()
            raise RecordingError(
                f'{path} is damaged before its first message: {reason}') from None
        self._topics = {row[0]: TopicInfo(row[1], row[2], None) for row in rows}
        self.topics = list(self._topics.values())

    def messages(self, topics, start_ns=None):
        """Yield the messages of some topics in the order of the file; damage raises."""
        rows = self._database.execute('SELECT topic_id, timestamp, data FROM messages ORDER BY id')
        for topic_id, record_ns, data in rows:
            topic = self._topics.get(topic_id)
            if topic and topic.name in topics and (start_ns is None or record_ns >= start_ns):
                yield RawMessage(topic.name, topic.msgtype, record_ns, data)

    def close(self):
        """Close the database."""
        self._database.close()
