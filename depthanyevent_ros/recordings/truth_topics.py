# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Depth and poses on the topics of a bag."""

from array import array

import numpy as np

from depthanyevent_ros.datasets.rotations import matrix_of
from depthanyevent_ros.datasets.sequence import DepthSeries, PoseSeries
from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.recordings.dialects import make_dialect
from depthanyevent_ros.recordings.indexed_stream import IndexedStream
from depthanyevent_ros.recordings.message_types import ros1_types, ros2_types
from depthanyevent_ros.recordings.sources.damage import up_to_damage
from depthanyevent_ros.recordings.topics import FRAME_TYPES

_POSE = 'geometry_msgs/msg/PoseStamped'
_ODOMETRY = 'nav_msgs/msg/Odometry'

#: Encodings of depth -> metres per unit (REP 118).
_METRES = {'32FC1': 1.0, '16UC1': 1e-3}

#: Parts of the names of topics that belong to one camera of a pair.
_SIDES = {'left', 'right'}


class TruthTopics:
    """
    The ground truth of a bag.

    Depth is on the Image topics with "depth" in their name, in 32FC1 (metres) or 16UC1 (mm, 0 is
    none); with "rect" in the name it is in the rectified view.
    """

    def __init__(self, bag, events_topic=None):
        """
        Look for depth; one pass over its topics notes the stamps.

        :param events_topic: the camera that is meant: topics beside it are preferred, and those
            of the other camera of a stereo pair are never used.
        """
        self.notes = []
        self._path, self._source = bag.path, bag.source
        self._events_topic = events_topic
        self._dialect = make_dialect(bag.source.dialect)
        names = [t.name for t in self._near(FRAME_TYPES) if 'depth' in t.name]
        self.depths_rect = self._depth([name for name in names if 'rect' in name], 'rect')
        self.depths = self._depth([name for name in names if 'rect' not in name], 'raw') \
            or self.depths_rect

    def poses(self, name: str):
        """Return the PoseSeries of the first topic with that last name, None if there is none."""
        store = ros1_types() if self._source.dialect == 'ros1' else ros2_types()
        read = store.deserialize_ros1 if self._source.dialect == 'ros1' else store.deserialize_cdr
        topic = next((t for t in self._near((_POSE, _ODOMETRY))
                      if t.name.rsplit('/', 1)[-1] == name), None)
        if topic is None:
            return None
        stamps_ns, poses = array('q'), []
        for raw in self._messages(topic.name):
            message = read(raw.data, raw.msgtype)
            stamp = message.header.stamp
            stamps_ns.append(stamp.sec * 10**9 + stamp.nanosec)
            poses.append(pose_matrix(message.pose if raw.msgtype == _POSE else message.pose.pose))
        return PoseSeries(np.array(stamps_ns, np.int64), lambda i: poses[i])

    def _near(self, types):
        """Return the topics of some types: those beside the events, else those of no side."""
        topics = [t for t in self._source.topics if t.msgtype in types]
        if self._events_topic is None:
            return topics
        namespace = self._events_topic.rpartition('/')[0]
        return ([t for t in topics if t.name.rpartition('/')[0] == namespace]
                or [t for t in topics if not _SIDES & set(t.name.split('/'))])

    def _depth(self, names, frame):
        for name in names:
            records_ns, stamps_ns = array('q'), array('q')
            for record in self._maps(name, None):
                records_ns.append(record.record_ns)
                stamps_ns.append(record.stamp_ns)
            if len(stamps_ns):
                stream = IndexedStream(lambda start_ns: self._maps(name, start_ns), records_ns)
                return DepthSeries(np.array(stamps_ns, np.int64),
                                   lambda i: _metres(stream.read(i)), frame)
        return None

    def _messages(self, name, start_ns=None):
        return up_to_damage(self._source.messages([name], start_ns), self._path, self._note)

    def _note(self, remark):
        note = f'{self._path.name}: {remark}'
        if note not in self.notes:
            self.notes.append(note)

    def _maps(self, name, start_ns):
        for raw in self._messages(name, start_ns):
            try:
                record = self._dialect.record(raw)
            except MalformedInput:
                continue
            if record.encoding in _METRES:
                yield record


def _metres(record):
    depth_m = record.image.astype(np.float32) * np.float32(_METRES[record.encoding])
    if record.encoding == '16UC1':
        depth_m[record.image == 0] = np.nan
    return depth_m


def pose_matrix(pose) -> np.ndarray:
    """Return a geometry_msgs/Pose as a matrix, float64 [4, 4]."""
    matrix = np.eye(4)
    q, p = pose.orientation, pose.position
    matrix[:3, :3], matrix[:3, 3] = matrix_of(q.x, q.y, q.z, q.w), (p.x, p.y, p.z)
    return matrix
