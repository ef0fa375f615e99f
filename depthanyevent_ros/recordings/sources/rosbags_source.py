# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Healthy bags, read by the rosbags library."""

from depthanyevent_ros.recordings.qos import offered_qos
from depthanyevent_ros.recordings.records import TopicInfo
from depthanyevent_ros.recordings.sources.protocol import RawMessage


class RosbagsSource:
    """A rosbag2 folder, one of its storage files, or a ROS 1 bag, with its index intact."""

    def __init__(self, reader, kind: str, dialect: str):
        """Open a rosbags reader (of rosbags.rosbag1 or rosbags.rosbag2)."""
        reader.open()
        self._reader = reader
        self.kind = kind
        self.dialect = dialect
        self.notes = []
        self.topics = [TopicInfo(c.topic, c.msgtype, c.msgcount, _qos(c))
                       for c in reader.connections]
        has_messages = reader.message_count > 0
        self.span_ns = (reader.start_time, reader.end_time - 1) if has_messages else None

    def messages(self, topics, start_ns=None):
        """Yield the messages of some topics in recorded order, from start_ns on."""
        wanted = [c for c in self._reader.connections if c.topic in topics]
        if not wanted:
            return
        for connection, record_ns, data in self._reader.messages(wanted, start=start_ns):
            yield RawMessage(connection.topic, connection.msgtype, record_ns, data)

    def close(self):
        """Close the files."""
        self._reader.close()


class ChainedSource:
    """The parts of a split recording, one after the other."""

    def __init__(self, parts):
        """Take at least one open source."""
        self._parts = list(parts)
        self.kind = parts[0].kind
        self.dialect = parts[0].dialect
        self.notes = [note for part in parts for note in part.notes]
        self.topics = _merged(topic for part in parts for topic in part.topics)
        spans = [part.span_ns for part in parts if part.span_ns is not None]
        self.span_ns = (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None

    def messages(self, topics, start_ns=None):
        """Yield the messages of some topics part by part, from start_ns on."""
        for part in self._parts:
            yield from part.messages(topics, start_ns)

    def close(self):
        """Close all parts."""
        for part in self._parts:
            part.close()


def _qos(connection):
    """Return the QoS of a topic; ROS 1 knows but whether it is latched."""
    offered = getattr(connection.ext, 'offered_qos_profiles', None)
    if offered:
        return offered[0]
    latched = getattr(connection.ext, 'latching', None) or connection.topic == '/tf_static'
    return offered_qos(depth=1, transient_local=True) if latched else None


def _merged(topics):
    merged = {}
    for topic in topics:
        known = merged.get(topic.name)
        if known is not None:
            unknown = known.count is None or topic.count is None
            count = None if unknown else known.count + topic.count
            topic = TopicInfo(topic.name, topic.msgtype, count, known.qos or topic.qos)
        merged[topic.name] = topic
    return list(merged.values())
