# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A sequence of a data set as the messages of a rosbag2."""

import heapq
from operator import attrgetter
from typing import Iterator

import numpy as np

from depthanyevent_ros.datasets.inside import InsideSensor
from depthanyevent_ros.datasets.sequence import event_blocks, EventSequence
from depthanyevent_ros.recordings.conversion.outgoing import (
    beside, CAMERA_FRAME, IMU_FRAME, Outgoing, WORLD_FRAME,
)
from depthanyevent_ros.recordings.cutting import cut
from depthanyevent_ros.recordings.sequence_recording import (
    depth_series, first_ns, image_encoding,
)
from depthanyevent_ros.recordings.serialize import (
    CAMERA_INFO, IMAGE, IMU, POSE, serialize_camera_info, serialize_image, serialize_imu,
    serialize_pose, serialize_transform, TRANSFORMS,
)

#: Packets of a conversion: a tenth of a window of 50 ms.
PACKET_NS = 5_000_000


class SequenceConversion:
    """
    Yields events, pictures with their calibration, depth, poses and IMU, in the order of time.

    Record times are sensor time: of an event message its last event, else the stamp. The one
    camera_info is for raw and rectified pictures alike, as ROS has it.
    """

    def __init__(self, sequence: EventSequence, events, packet_ns: int = PACKET_NS):
        """
        Take an open sequence.

        :param events: how events are written, from event_messages.py.
        """
        self.n_events = sequence.n_events
        self.inside = InsideSensor()
        self._sequence = sequence
        self._events = events
        self._packet_ns = packet_ns
        namespace = sequence.namespace
        self._camera, self._imu = (
            beside(frame, namespace) if namespace.endswith('/right') else frame
            for frame in (CAMERA_FRAME, IMU_FRAME))

    @property
    def notes(self):
        """Return what the user should know, one sentence each."""
        return self._sequence.notes + self.inside.notes

    def offered(self):
        """Return no topics: all are offered as usual."""
        return ()

    def messages(self) -> Iterator[Outgoing]:
        """Yield everything."""
        sequence = self._sequence
        streams = [self._event_messages(), self._frame_messages()]
        streams += [self._depth_messages(depths) for depths in depth_series(sequence)]
        streams += [self._pose_messages(name, poses) for name, poses in (
            ('pose', sequence.poses), ('odometry', sequence.odometry)) if poses is not None]
        streams += [self._imu_messages(sequence.imu)] if sequence.imu is not None else []
        return heapq.merge(*streams, key=attrgetter('record_ns'))

    def _event_messages(self):
        sequence = self._sequence
        for block in event_blocks(sequence):
            block = self.inside.keep(block, sequence.width, sequence.height)
            for events in cut(block, self._packet_ns):
                data = self._events.serialize(events, sequence.width, sequence.height,
                                              self._camera)
                yield self._out('events', self._events.msgtype, int(events['t_ns'][-1]), data,
                                len(events))

    def _frame_messages(self):
        sequence, start_ns = self._sequence, first_ns(self._sequence)
        has_frames = sequence.frames is not None and len(sequence.frames)
        if not has_frames or sequence.frames.stamps_ns[0] > start_ns:
            yield from self._infos(start_ns)    # who rectifies needs it before the events
        if not has_frames:
            return
        for i, stamp_ns in enumerate(sequence.frames.stamps_ns.tolist()):
            image = sequence.frames.read(i)
            yield from self._infos(stamp_ns)
            data = serialize_image(image, image_encoding(image), stamp_ns, self._camera)
            yield self._out('image_raw', IMAGE, stamp_ns, data)

    def _depth_messages(self, depths):
        for i, stamp_ns in enumerate(depths.stamps_ns.tolist()):
            data = serialize_image(np.asarray(depths.read(i), np.float32), '32FC1', stamp_ns,
                                   self._camera)
            yield self._out(f'depth_image_{depths.frame}', IMAGE, stamp_ns, data)

    def _pose_messages(self, name, poses):
        for i, stamp_ns in enumerate(poses.stamps_ns.tolist()):
            pose = poses.read(i)
            yield self._out(name, POSE, stamp_ns, serialize_pose(pose, stamp_ns, WORLD_FRAME))
            if name == 'pose':
                yield Outgoing(stamp_ns, '/tf', TRANSFORMS, serialize_transform(
                    pose, stamp_ns, WORLD_FRAME, self._camera))

    def _imu_messages(self, imu):
        for i, stamp_ns in enumerate(imu.stamps_ns.tolist()):
            yield self._out('imu', IMU, stamp_ns, serialize_imu(imu.read(i), stamp_ns, self._imu))

    def _infos(self, stamp_ns):
        camera = self._sequence.camera
        if camera is not None and stamp_ns is not None:
            yield self._out('camera_info', CAMERA_INFO, stamp_ns,
                            serialize_camera_info(camera, stamp_ns, self._camera))

    def _out(self, name, msgtype, record_ns, data, n_events=0):
        return Outgoing(record_ns, f'{self._sequence.namespace}/{name}', msgtype, data, n_events)
