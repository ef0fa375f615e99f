# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings of DV and dv-processing (aedat4), read by the aedat library."""

from collections import Counter
from typing import Iterator, Tuple

import aedat
import numpy as np

from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.events.encoders import encode_packet, ENCODERS
from depthanyevent_ros.events.types import EVENT_DTYPE
from depthanyevent_ros.recordings.cutting import cut
from depthanyevent_ros.recordings.records import EventsRecord, FrameRecord, TopicInfo
from depthanyevent_ros.recordings.reordering import in_time_order
from depthanyevent_ros.recordings.topics import Selection, SeveralTopics

_TYPES = {'events': 'events', 'frame': 'frames', 'imus': 'imu', 'triggers': 'triggers'}

#: Pixel format of a frame -> image encoding.
_FORMATS = {'L': 'mono8', 'RGB': 'rgb8', 'RGBA': 'rgba8', 'BGR': 'bgr8', 'BGRA': 'bgra8'}

NS_PER_US = 1000

#: Columns of an IMU packet: acceleration in g, angular velocity in degrees per second.
_IMU = [f'{sensor}_{axis}' for sensor in ('accelerometer', 'gyroscope') for axis in 'xyz']
#: Their units in m/s^2 and rad/s; g as libcaer_driver takes it.
_IMU_SI = np.repeat([9.81, np.pi / 180], 3)


class Aedat4Recording:
    """
    An aedat4 file, read as a stream: one event stream, one frame stream.

    Streams have no names in this format: stream 0 of type events is the topic events/0. The
    events become packets of at most 1 ms; record_ns is the time of the last event, or the end of
    a frame's exposure, as the file knows sensor time only.
    """

    kind = 'aedat4'

    def __init__(self, path, selection: Selection, encoding: str):
        """
        Open the file.

        :param encoding: of the event packets.
        :raises ConfigError: if there is no such encoding.
        :raises RecordingError: if its header cannot be read, or has several event streams.
        """
        if encoding not in ENCODERS:
            raise ConfigError(f'events cannot be packed as {encoding!r}: use one of '
                              f'{", ".join(ENCODERS)}')
        self.path = path
        self.encoding = encoding
        self.span_ns = None
        self.counts = Counter()
        self.notes = []
        streams = self._decoder().id_to_stream()
        self._sizes = {i: (s.get('width', 0), s.get('height', 0)) for i, s in streams.items()}
        self._names = {i: f'{_TYPES.get(s["type"], s["type"])}/{i}' for i, s in streams.items()}
        self.topics = [TopicInfo(self._names[i], _TYPES.get(s['type'], s['type']), None)
                       for i, s in sorted(streams.items())]
        self.events_topic = self._choose('events', selection.events)
        self.frames_topic = self._choose('frames', selection.frames)
        self.camera_info_topic = None
        if selection.camera_info is not None:
            raise RecordingError(f'{path} is an aedat4 file: it carries no camera_info')

    def messages(self, start_ns=None):
        """Yield the records in the order of their times, from start_ns on."""
        self.counts.clear()
        self.notes.clear()
        for record in in_time_order(self._records()):
            if start_ns is None or record.record_ns >= start_ns:
                yield record

    def imu_samples(self) -> Iterator[Tuple[int, np.ndarray]]:
        """
        Yield the samples of the first IMU, one pass over the file: stamp in ns and (6,).

        Acceleration is in m/s^2, angular velocity in rad/s. Damage ends them: messages() tells it.
        """
        wanted = next((topic.name for topic in self.topics if topic.msgtype == 'imu'), None)
        decoder = self._decoder()
        while wanted is not None:
            try:
                packet = next(decoder, None)
            except RuntimeError:
                return
            if packet is None:
                return
            if self._names.get(packet['stream_id']) == wanted and 'imus' in packet:
                samples = np.stack([packet['imus'][name] for name in _IMU], 1) * _IMU_SI
                stamps_ns = packet['imus']['t'].astype(np.int64) * NS_PER_US
                yield from zip(stamps_ns.tolist(), samples)

    def close(self):
        """Do nothing: each pass opens the file for itself."""

    def __enter__(self):
        """Return the open recording."""
        return self

    def __exit__(self, *_):
        """Close the recording."""
        self.close()

    def _records(self):
        decoder, n_read, n_events = self._decoder(), 0, 0
        while True:
            try:
                packet = next(decoder, None)
            except RuntimeError as error:
                self._end_at_damage(n_read, error)
                return
            if packet is None:
                return
            n_read += 1
            name = self._names.get(packet['stream_id'])
            if name == self.events_topic and 'events' in packet:
                for events in cut(_to_events(packet['events'])):
                    yield self._events_record(packet['stream_id'], events, n_events)
                    n_events += 1
            elif name == self.frames_topic and 'frame' in packet:
                yield from self._frame_record(packet['frame'])

    def _events_record(self, stream, events, seq):
        width, height = self._sizes[stream]
        last_ns = int(events['t_ns'][-1])
        message = encode_packet(self.encoding, events, width, height, stamp_ns=last_ns, seq=seq)
        return EventsRecord(last_ns, message)

    def _frame_record(self, frame):
        encoding = _FORMATS.get(frame['format'])
        if encoding is None:
            self.counts['unknown_image_encoding'] += 1
            return
        begin_us, end_us = frame['exposure_begin_t'], frame['exposure_end_t']
        record_ns = stamp_ns = frame['t'] * NS_PER_US
        middle_ns = None
        if end_us >= begin_us > 0:
            record_ns = max(stamp_ns, end_us * NS_PER_US)
            middle_ns = (begin_us + end_us) * NS_PER_US // 2
        yield FrameRecord(record_ns, stamp_ns, '', frame['pixels'], encoding, middle_ns)

    def _decoder(self):
        try:
            return aedat.Decoder(str(self.path))
        except RuntimeError as error:
            raise RecordingError(f'{self.path} is no readable aedat4 file: {error}') from None

    def _choose(self, what, wanted):
        names = [topic.name for topic in self.topics if topic.msgtype == what]
        if wanted is not None and wanted not in names:
            raise RecordingError(f'{self.path} has no {what} stream {wanted!r}; streams with '
                                 f'{what}: {", ".join(names) or "none"}')
        if wanted is None and what == 'events' and len(names) > 1:
            raise SeveralTopics(names)
        return wanted or (names[0] if names else None)

    def _end_at_damage(self, n_read, error):
        if not n_read:
            raise RecordingError(f'{self.path} is damaged: not one packet can be read ({error})')
        self.counts['damaged_tail'] += 1
        self.notes.append(f'the file is damaged after {n_read} packets ({error}): what is before '
                          'that was read')


def _to_events(packet):
    events = np.zeros(len(packet), EVENT_DTYPE)
    events['x'], events['y'], events['p'] = packet['x'], packet['y'], packet['on']
    events['t_ns'] = packet['t'].astype(np.int64) * NS_PER_US
    return events
