# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Coordinate frames of bags that name none, as MVSEC's: what `convert` says in their place.

The frames are those of a converted data set. A bag that names its frames keeps them.
"""

from dataclasses import replace
from typing import Iterator, List, Optional

import numpy as np

from depthanyevent_ros.errors import MalformedInput, RecordingError
from depthanyevent_ros.recordings.conversion.outgoing import (
    beside, CAMERA_FRAME, IMU_FRAME, Outgoing, WORLD_FRAME,
)
from depthanyevent_ros.recordings.dialects import make_dialect
from depthanyevent_ros.recordings.message_types import ros2_types
from depthanyevent_ros.recordings.serialize import (
    CAMERA_INFO, IMAGE, IMU, POSE, serialize_transform, TRANSFORMS,
)
from depthanyevent_ros.recordings.sources.damage import up_to_damage
from depthanyevent_ros.recordings.topics import EVENT_TYPES
from depthanyevent_ros.recordings.truth_topics import pose_matrix

ODOMETRY = 'nav_msgs/msg/Odometry'
#: Type of message -> the frame that it is in.
FRAMES = {**dict.fromkeys((*EVENT_TYPES, IMAGE, CAMERA_INFO), CAMERA_FRAME), IMU: IMU_FRAME,
          POSE: WORLD_FRAME, ODOMETRY: WORLD_FRAME}
STATIC = '/tf_static'


class BagFrames:
    """
    The frames of one camera, whose events are converted first, and of those beside it.

    What lies in the namespace of its events is in the usual frames; what lies elsewhere, such as
    the right camera of a pair, in frames named after its namespace.
    """

    def __init__(self, bags: List, right_in_left: Optional[np.ndarray] = None):
        """
        Take open BagRecordings.

        :param right_in_left: pose of a right camera in the left one's frame, [4, 4]; None where
            it is not known.
        """
        topics = [topic for bag in bags for topic in bag.source.topics]
        self._namespace = _namespace(bags[0].events_topic or bags[0].frames_topic or '/')
        recorded = _recorded_frame(bags[0])
        self._camera = recorded or CAMERA_FRAME
        self._has_transforms = any(topic.msgtype == TRANSFORMS for topic in topics)
        right = self._namespace.replace('/left', '/right')
        has_pair = right != self._namespace and any(
            _namespace(topic.name) == right for topic in topics)
        self._right = self.frame_of(f'{right}/events', EVENT_TYPES[0]) if has_pair else None
        # A bag that names its frames may call the right one anything.
        says_all = recorded or self._has_transforms or not has_pair
        self._right_in_left = None if says_all else right_in_left

    @property
    def has_static(self) -> bool:
        """Tell whether there is a transform that does not change."""
        return self._right_in_left is not None

    def frame_of(self, topic: str, msgtype: str) -> str:
        """Return the frame of the messages of a topic, '' if nothing can be said of the type."""
        frame, namespace = FRAMES.get(msgtype, ''), _namespace(topic)
        if frame in ('', WORLD_FRAME):
            return frame
        if namespace == self._namespace or (
                self._namespace and namespace.startswith(f'{self._namespace}/')):
            return self._camera if frame == CAMERA_FRAME else frame
        return beside(frame, namespace)

    def named(self, message: Outgoing) -> Outgoing:
        """
        Return a message with a frame in its header where it has none.

        :raises MalformedInput: if it cannot be read.
        """
        frame = self.frame_of(message.topic, message.msgtype)
        if not frame or _has_frame(message.data):
            return message
        content = _content(message)
        header = replace(content.header, frame_id=frame)
        return replace(message, data=bytes(ros2_types().serialize_cdr(
            replace(content, header=header), message.msgtype)))

    def transforms(self, message: Outgoing) -> Iterator[Outgoing]:
        """Yield the transform of a ground-truth pose of the camera, unless the bag has some."""
        if self._has_transforms or message.msgtype != POSE \
                or message.topic != f'{self._namespace}/pose':
            return
        content = _content(message)
        if content.header.frame_id == self._camera:
            return              # a pose in the camera's own frame says nothing of where it is
        stamp_ns = content.header.stamp.sec * 10**9 + content.header.stamp.nanosec
        yield Outgoing(message.record_ns, '/tf', TRANSFORMS, serialize_transform(
            pose_matrix(content.pose), stamp_ns, content.header.frame_id, self._camera))

    def static(self, record_ns: int) -> Outgoing:
        """Return where the right camera is."""
        return Outgoing(record_ns, STATIC, TRANSFORMS, serialize_transform(
            self._right_in_left, record_ns, self._camera, self._right))


def _namespace(topic):
    return topic.rpartition('/')[0]


def _has_frame(data):
    """Tell whether a CDR message that begins with a header has a frame_id (a NUL ends it)."""
    order = 'little' if data[1] & 1 else 'big'
    return int.from_bytes(data[12:16], order) > 1


def _content(message):
    try:
        return ros2_types().deserialize_cdr(message.data, message.msgtype)
    except Exception as error:  # noqa: B902 - damaged bytes fail in many ways
        raise MalformedInput('undecodable', f'a {message.msgtype} on {message.topic} cannot be '
                             f'read: {error}') from None


def _recorded_frame(bag) -> str:
    """Return the frame that the first message of events names, '' if there is none."""
    if bag.events_topic is None:
        return ''
    dialect = make_dialect(bag.source.dialect)
    messages = bag.source.messages({bag.events_topic})
    try:
        first = next(up_to_damage(messages, bag.path, lambda remark: None), None)
        return '' if first is None else dialect.record(first).message.frame_id
    except (MalformedInput, RecordingError):
        return ''           # what cannot be read is said by who converts it
