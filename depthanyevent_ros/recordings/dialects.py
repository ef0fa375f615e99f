# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How ROS 1 and ROS 2 messages become records."""

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError, MalformedInput
from depthanyevent_ros.events.cdr import (
    parse_event_array, parse_event_packet, ros1_event_array_to_message,
)
from depthanyevent_ros.recordings.message_types import ros1_types, ros2_types
from depthanyevent_ros.recordings.pictures import picture_from_image
from depthanyevent_ros.recordings.records import CameraInfoRecord, EventsRecord, FrameRecord

_IMAGE = 'sensor_msgs/msg/Image'
_CAMERA_INFO = 'sensor_msgs/msg/CameraInfo'


class Dialect:
    """Turns the bytes of each message type that is read into a record."""

    def __init__(self, deserialize, event_parsers):
        """
        Choose how messages are read.

        :param deserialize: (bytes, message type) -> message object.
        :param event_parsers: message type -> function from bytes to an EventMessage.
        """
        self._deserialize = deserialize
        self._parsers = {_IMAGE: self._frame, _CAMERA_INFO: self._camera_info}
        for msgtype, parse in event_parsers.items():
            self._parsers[msgtype] = _events_parser(parse)

    def record(self, raw):
        """
        Return the record of a raw message.

        :raises MalformedInput: if its bytes cannot be read.
        """
        return self._parsers[raw.msgtype](raw)

    def _frame(self, raw):
        message = self._read(raw)
        image = picture_from_image(message.data, message.height, message.width, message.step,
                                   message.encoding, message.is_bigendian)
        return FrameRecord(raw.record_ns, _stamp_ns(message), message.header.frame_id, image,
                           message.encoding)

    def _camera_info(self, raw):
        message = self._read(raw)
        # ROS 1 wrote these names in capitals.
        k, d, r, p = (getattr(message, name, getattr(message, name.upper(), None))
                      for name in 'kdrp')
        try:
            camera = CameraModel.from_values(message.width, message.height, k, d,
                                             message.distortion_model, r, p)
        except ConfigError as error:
            raise MalformedInput('camera_info', str(error)) from None
        return CameraInfoRecord(raw.record_ns, _stamp_ns(message), message.header.frame_id, camera)

    def _read(self, raw):
        try:
            return self._deserialize(raw.data, raw.msgtype)
        except Exception as error:  # noqa: B902 - damaged bytes fail in many ways
            raise MalformedInput(
                'undecodable', f'a {raw.msgtype} on {raw.topic} cannot be read: {error}') from None


def _events_parser(parse):
    return lambda raw: EventsRecord(raw.record_ns, parse(raw.data))


def _stamp_ns(message):
    return message.header.stamp.sec * 10**9 + message.header.stamp.nanosec


def make_dialect(name: str) -> Dialect:
    """Return the dialect 'ros1' or 'ros2'."""
    return _DIALECTS[name]()


_DIALECTS = {
    'ros1': lambda: Dialect(ros1_types().deserialize_ros1,
                            {'dvs_msgs/msg/EventArray': ros1_event_array_to_message}),
    'ros2': lambda: Dialect(ros2_types().deserialize_cdr,
                            {'dvs_msgs/msg/EventArray': parse_event_array,
                             'event_camera_msgs/msg/EventPacket': parse_event_packet}),
}
