# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A recording without ROS messages of its own (aedat4) as the messages of a rosbag2."""

import heapq
from operator import attrgetter
from typing import Iterator

from depthanyevent_ros.datasets.inside import InsideSensor
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.recordings.conversion.outgoing import CAMERA_FRAME, IMU_FRAME, Outgoing
from depthanyevent_ros.recordings.cutting import cut
from depthanyevent_ros.recordings.records import CameraInfoRecord, EventsRecord
from depthanyevent_ros.recordings.serialize import (
    CAMERA_INFO, IMAGE, IMU, serialize_camera_info, serialize_image, serialize_imu,
)


class RecordingConversion:
    """Yields events, pictures, calibration and IMU of one camera as they were recorded."""

    n_events = None     # known after reading
    namespace = '/event_camera'

    def __init__(self, recording, events, packet_ns: int):
        """
        Take an open recording.

        :param events: how events are written, from event_messages.py.
        """
        self._recording = recording
        self._events = events
        self._packet_ns = packet_ns
        self._decoders = {}
        self.inside = InsideSensor()

    @property
    def notes(self):
        """Return what the user should know, one sentence each."""
        return self._recording.notes + self.inside.notes

    def offered(self):
        """Return no topics: all are offered as usual."""
        return ()

    def messages(self) -> Iterator[Outgoing]:
        """Yield everything."""
        return heapq.merge(self._record_messages(), self._imu_messages(),
                           key=attrgetter('record_ns'))

    def _imu_messages(self):
        for stamp_ns, sample in self._recording.imu_samples():
            yield self._out('imu', IMU, stamp_ns, serialize_imu(sample, stamp_ns, IMU_FRAME))

    def _record_messages(self):
        for record in self._recording.messages():
            if isinstance(record, EventsRecord):
                yield from self._event_messages(record)
            elif isinstance(record, CameraInfoRecord):
                yield self._out('camera_info', CAMERA_INFO, record.record_ns,
                                serialize_camera_info(record.camera, record.stamp_ns,
                                                      record.frame_id or CAMERA_FRAME))
            else:
                yield self._out('image_raw', IMAGE, record.record_ns,
                                serialize_image(record.image, record.encoding, record.stamp_ns,
                                                record.frame_id or CAMERA_FRAME))

    def _event_messages(self, record):
        message = record.message
        if message.encoding not in self._decoders:
            self._decoders[message.encoding] = make_decoder(message.encoding)
        events = self.inside.keep(decode_all(self._decoders[message.encoding], message),
                                  message.width, message.height)
        for run in cut(events, self._packet_ns):
            data = self._events.serialize(run, message.width, message.height,
                                          message.frame_id or CAMERA_FRAME)
            yield self._out('events', self._events.msgtype, int(run['t_ns'][-1]), data, len(run))

    def _out(self, name, msgtype, record_ns, data, n_events=0):
        return Outgoing(record_ns, f'{self.namespace}/{name}', msgtype, data, n_events)
