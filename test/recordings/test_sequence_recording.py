# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A data set is played like a bag: packets, pictures and calibration in the order of time."""

import numpy as np
import pytest

from depthanyevent_ros.datasets.sequence import (
    DepthSeries, FrameSeries, PoseSeries, SequenceBase,
)
from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.recordings.records import CameraInfoRecord, EventsRecord, FrameRecord
from depthanyevent_ros.recordings.sequence_recording import SequenceRecording
from depthanyevent_ros.recordings.topics import Selection

BASE_NS = 1_505_000_000_000_000_000


class Toy(SequenceBase):
    """1000 events in 10 ms, pictures 1 ms before and 5 ms after the first, depth and a pose."""

    kind, namespace = 'toy', '/davis/left'
    width, height, n_events = 346, 260, 1000

    def __init__(self):
        super().__init__('toy.hdf5')
        t_ns = BASE_NS + np.arange(1000) * 10_000
        self.events = make_events(np.arange(1000) % 346, np.arange(1000) % 260, t_ns,
                                  np.arange(1000) % 2)
        self.t_first_ns, self.t_last_ns = int(t_ns[0]), int(t_ns[-1])
        self.camera = CameraModel.from_values(346, 260, [250, 0, 173, 0, 251, 130, 0, 0, 1])
        stamps_ns = BASE_NS + np.array([-1_000_000, 5_000_000])
        self.frames = FrameSeries(stamps_ns, lambda i: np.full((260, 346), i, np.uint8))
        self.depths = DepthSeries(stamps_ns[1:], lambda i: np.full((260, 346), 2.5, np.float32),
                                  'raw')
        pose = np.eye(4)
        pose[:3, 3] = 1, 2, 3
        self.poses = PoseSeries(stamps_ns[1:], lambda i: pose)

    def events_by_index(self, start, stop):
        """Return a slice."""
        return self.events[start:stop]


def of_type(records, kind):
    """Return the records of a type."""
    return [record for record in records if isinstance(record, kind)]


@pytest.mark.parametrize('encoding', ['mono', 'libcaer'])
def test_records_are_in_order_and_hold_all_events(encoding):
    """Packets of 1 ms, numbered, recorded at their last event."""
    toy = Toy()
    records = list(SequenceRecording(toy, encoding=encoding).messages())
    times_ns = [record.record_ns for record in records]
    assert times_ns == sorted(times_ns)
    packets = of_type(records, EventsRecord)
    assert [packet.message.seq for packet in packets] == list(range(10))
    events = [decode_all(make_decoder(encoding), packet.message) for packet in packets]
    assert all(part['t_ns'][-1] == p.record_ns for part, p in zip(events, packets))
    np.testing.assert_array_equal(np.concatenate(events), toy.events)
    frames = of_type(records, FrameRecord)
    assert [frame.stamp_ns - BASE_NS for frame in frames] == [-1_000_000, 5_000_000]
    assert isinstance(records[0], CameraInfoRecord) and frames[0].encoding == 'mono8'


def test_calibration_comes_before_the_first_events():
    """Who rectifies needs it, even where there are no pictures."""
    toy = Toy()
    toy.frames = None
    records = list(SequenceRecording(toy).messages())
    assert isinstance(records[0], CameraInfoRecord) and records[0].camera == toy.camera
    assert len(of_type(records, CameraInfoRecord)) == 1


def test_reading_begins_at_a_time():
    """In the middle of everything, with the calibration."""
    start_ns = BASE_NS + 5_000_000
    records = list(SequenceRecording(Toy()).messages(start_ns))
    assert all(record.record_ns >= start_ns for record in records)
    events = [decode_all(make_decoder('mono'), r.message) for r in of_type(records, EventsRecord)]
    assert np.concatenate(events)['t_ns'][0] == start_ns
    assert len(of_type(records, FrameRecord)) == 1 and of_type(records, CameraInfoRecord)


def test_topics_are_listed_with_what_is_not_played():
    """Depth and poses are for evaluate and convert."""
    recording = SequenceRecording(Toy())
    assert {t.name: t.count for t in recording.topics} == {
        '/davis/left/events': None, '/davis/left/image_raw': 2, '/davis/left/camera_info': None,
        '/davis/left/depth_image_raw': 1, '/davis/left/pose': 1}
    assert recording.events_topic == '/davis/left/events'
    assert recording.frames_topic == '/davis/left/image_raw'


def test_wishes_that_cannot_be_met_are_errors():
    """A topic that is not there, an encoding that cannot be written."""
    with pytest.raises(RecordingError, match="no events topic '/x'; it has /davis/left/events"):
        SequenceRecording(Toy(), Selection(events='/x'))
    with pytest.raises(ConfigError, match='evt2'):
        SequenceRecording(Toy(), encoding='evt2')
    toy = Toy()
    toy.frames = None
    with pytest.raises(RecordingError, match='it has none'):
        SequenceRecording(toy, Selection(frames='/davis/left/image_raw'))
