# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A bag or aedat4 file with the interface of a data set: events, frames and depth by time."""

from array import array

import numpy as np

from depthanyevent_ros.datasets.chunks import ChunkedEvents
from depthanyevent_ros.datasets.sequence import FrameSeries, NO_EVENTS, SequenceBase
from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.recordings.indexed_stream import IndexedStream
from depthanyevent_ros.recordings.pictures import in_bgr
from depthanyevent_ros.recordings.records import CameraInfoRecord, EventsRecord, FrameRecord
from depthanyevent_ros.recordings.truth_topics import TruthTopics

#: Encodings of which a packet cannot be decoded without those before it.
STATEFUL = ('evt3', 'libcaer')


class BagSequence(SequenceBase):
    """
    One pass at the start notes where everything is; after it, little is held in memory.

    Reading in order is as fast as streaming; a jump seeks where the file allows it.
    """

    namespace = '/event_camera'

    def __init__(self, recording, truths=()):
        """
        Take an open recording, and the bags in which to look for depth and poses.

        :param recording: of which events, frames and calibration are used.
        :param truths: open BagRecordings; the first that holds some depth is used.
        """
        super().__init__(recording.path)
        self.kind = recording.kind
        self._recording = recording
        self._truths = [bag for bag in truths if bag is not recording]
        index = _Index()
        for record in recording.messages():
            index.add(record)
        self.notes = list(recording.notes)
        self.width, self.height, self.camera = index.width, index.height, index.camera
        events = IndexedStream(self._decoded, index.packets_ns, not index.is_stateful)
        chunks = ChunkedEvents(index.counts, events.read, index.last_ns)
        self.events_by_index, self.events_between = chunks.by_index, chunks.between
        self.n_events = chunks.n_events
        self.t_first_ns, self.t_last_ns = chunks.span_ns
        if len(index.frames_ns):
            frames = IndexedStream(self._pictures, index.frames_ns)
            self.frames = FrameSeries(np.array(index.stamps_ns, np.int64), frames.read,
                                      np.array(index.middles_ns, np.int64) if all(index.middles_ns)
                                      else None)
        for bag in truths:
            topics = TruthTopics(bag, recording.events_topic)
            self.depths = self.depths or topics.depths
            self.depths_rect = self.depths_rect or topics.depths_rect
            self.poses = self.poses or topics.poses('pose')
            self.odometry = self.odometry or topics.poses('odometry')
            self.notes += topics.notes

    def close(self) -> None:
        """Close the files."""
        for bag in (self._recording, *self._truths):
            bag.close()

    def _decoded(self, start_ns):
        decoders = {}
        for record in self._recording.messages(start_ns):
            if isinstance(record, EventsRecord):
                yield _decode(decoders, record.message)

    def _pictures(self, start_ns):
        return (in_bgr(record.image, record.encoding)
                for record in self._recording.messages(start_ns)
                if isinstance(record, FrameRecord))


class _Index:
    """Where the packets and frames of a recording are."""

    def __init__(self):
        self.width = self.height = 0
        self.camera = None
        self.is_stateful = False
        self.packets_ns, self.counts, self.last_ns = array('q'), array('q'), array('q')
        self.frames_ns, self.stamps_ns, self.middles_ns = array('q'), array('q'), array('q')
        self._decoders = {}

    def add(self, record):
        if isinstance(record, EventsRecord):
            self._add_packet(record)
        elif isinstance(record, CameraInfoRecord):
            self.camera = self.camera or record.camera
        else:
            self.frames_ns.append(record.record_ns)
            self.stamps_ns.append(record.stamp_ns)
            self.middles_ns.append(record.middle_ns or 0)

    def _add_packet(self, record):
        message = record.message
        self.width, self.height = message.width or self.width, message.height or self.height
        self.is_stateful |= message.encoding in STATEFUL
        events = _decode(self._decoders, message)
        self.packets_ns.append(record.record_ns)
        self.counts.append(len(events))
        self.last_ns.append(int(events['t_ns'].max()) if len(events) else 0)


def _decode(decoders, message):
    """Return the events of a message; none if it cannot be read (info counts those)."""
    try:
        if message.encoding not in decoders:
            decoders[message.encoding] = make_decoder(message.encoding)
        return decode_all(decoders[message.encoding], message)
    except MalformedInput:
        return NO_EVENTS
