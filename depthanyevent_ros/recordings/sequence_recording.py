# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A sequence of a data set as a recording: what is played, run and summed up like a bag."""

from collections import Counter
import heapq
from operator import attrgetter
from typing import Optional

from depthanyevent_ros.datasets.sequence import EventSequence
from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.events.encoders import ENCODERS
from depthanyevent_ros.recordings.packets import event_packets
from depthanyevent_ros.recordings.records import CameraInfoRecord, FrameRecord, TopicInfo
from depthanyevent_ros.recordings.topics import Selection

EVENTS = 'event_camera_msgs/msg/EventPacket'
IMAGE = 'sensor_msgs/msg/Image'
CAMERA_INFO = 'sensor_msgs/msg/CameraInfo'
POSE = 'geometry_msgs/msg/PoseStamped'
IMU = 'sensor_msgs/msg/Imu'


class SequenceRecording:
    """
    A Recording of the events, pictures and calibration of a sequence.

    The events become packets of at most 1 ms; record times are sensor time. Depth, poses and IMU
    are listed among the topics, and are read by who evaluates or converts.
    """

    dialect = 'ros2'

    def __init__(self, sequence: EventSequence, selection: Selection = Selection(),
                 encoding: str = 'mono'):
        """
        Take an open sequence.

        :raises ConfigError: if there is no such encoding.
        :raises RecordingError: if a topic was asked for that is not there.
        """
        if encoding not in ENCODERS:
            raise ConfigError(f'events cannot be packed as {encoding!r}: use one of '
                              f'{", ".join(ENCODERS)}')
        self.sequence = sequence
        self.path, self.kind, self.notes = sequence.path, sequence.kind, sequence.notes
        self.span_ns = None
        self.counts = Counter()
        self._encoding = encoding
        self.topics = topics_of(sequence)
        self.events_topic = self._choose('events', sequence.n_events, selection.events)
        self.frames_topic = self._choose('image_raw', sequence.frames, selection.frames)
        self.camera_info_topic = self._choose('camera_info', sequence.camera,
                                              selection.camera_info)

    def messages(self, start_ns=None):
        """Yield the records in the order of their times, from start_ns on."""
        self.counts.clear()
        streams = [event_packets(self.sequence, self._encoding, start_ns=start_ns),
                   self._pictures(start_ns)]
        for record in heapq.merge(*streams, key=attrgetter('record_ns')):
            if start_ns is None or record.record_ns >= start_ns:
                yield record

    def _pictures(self, start_ns):
        """Yield the pictures with their calibration, which comes at the start in any case."""
        sequence = self.sequence
        yield from self._infos(first_ns(sequence) if start_ns is None else start_ns)
        if sequence.frames is None:
            return
        for i, stamp_ns in enumerate(sequence.frames.stamps_ns.tolist()):
            if start_ns is not None and stamp_ns < start_ns:
                continue
            image = sequence.frames.read(i)
            yield from self._infos(stamp_ns)
            yield FrameRecord(stamp_ns, stamp_ns, '', image, image_encoding(image))

    def _infos(self, stamp_ns):
        if self.sequence.camera is not None and stamp_ns is not None:
            yield CameraInfoRecord(stamp_ns, stamp_ns, '', self.sequence.camera)

    def _choose(self, name, what, wanted):
        topic = f'{self.sequence.namespace}/{name}'
        there = what is not None and what != 0
        if wanted is not None and (not there or wanted != topic):
            raise RecordingError(f'{self.path} has no {name} topic {wanted!r}; it has '
                                 f'{topic if there else "none"}')
        return topic if there else None

    def close(self):
        """Close the sequence."""
        self.sequence.close()

    def __enter__(self):
        """Return the open recording."""
        return self

    def __exit__(self, *_):
        """Close the files."""
        self.close()


def first_ns(sequence: EventSequence) -> Optional[int]:
    """Return when the first event or picture is; None if there is neither."""
    starts_ns = [] if sequence.t_first_ns is None else [sequence.t_first_ns]
    if sequence.frames is not None and len(sequence.frames):
        starts_ns.append(int(sequence.frames.stamps_ns[0]))
    return min(starts_ns, default=None)


def topics_of(sequence: EventSequence) -> list:
    """Return the topics that a sequence becomes, as TopicInfo."""
    rows = [('events', EVENTS, sequence.n_events or None, None),  # in packets: not counted
            ('image_raw', IMAGE, sequence.frames, sequence.frames and len(sequence.frames)),
            ('camera_info', CAMERA_INFO, sequence.camera, None)]
    for depths in depth_series(sequence):
        rows.append((f'depth_image_{depths.frame}', IMAGE, depths, len(depths)))
    for name, poses in (('pose', sequence.poses), ('odometry', sequence.odometry)):
        rows.append((name, POSE, poses, poses and len(poses)))
    rows.append(('imu', IMU, sequence.imu, sequence.imu and len(sequence.imu)))
    return [TopicInfo(f'{sequence.namespace}/{name}', msgtype, count)
            for name, msgtype, there, count in rows if there is not None]


def depth_series(sequence: EventSequence) -> list:
    """Return the depth of each view, one or two."""
    views = {depths.frame: depths for depths in (sequence.depths, sequence.depths_rect)
             if depths is not None}
    return list(views.values())


def image_encoding(image) -> str:
    """Return what sensor_msgs calls the type of a picture."""
    return 'bgr8' if image.ndim == 3 else 'mono16' if image.dtype.itemsize == 2 else 'mono8'
