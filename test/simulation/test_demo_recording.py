# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The bundled recording is what its tool makes, and what a DAVIS346 would send."""

from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest

import depthanyevent_ros
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.recordings import (
    CameraInfoRecord, EventsRecord, FrameRecord, open_recording,
)
from depthanyevent_ros.recordings.open_sequence import open_sequence
from depthanyevent_ros.recordings.summary import summarize
from depthanyevent_ros.simulation.demo_recording import (
    DemoSimulation, DEPTH_STEP_M, rounded, START_NS, write_recording,
)
from depthanyevent_ros.simulation.demo_world import REST_S
from depthanyevent_ros.simulation.optics import davis346

BUNDLED = Path(depthanyevent_ros.__file__).parent / 'data' / 'demo'
SHORT_S = 0.1


def of_type(records, kind):
    """Return the records of a type."""
    return [record for record in records if isinstance(record, kind)]


def events_of(records):
    """Decode all events of records."""
    decoder = make_decoder('libcaer')
    return np.concatenate([decode_all(decoder, record.message)
                           for record in of_type(records, EventsRecord)])


def in_tenths_of_ms(events):
    """Return pixel, polarity and time of events in steps of 0.1 ms, as a set."""
    return set(zip(events['x'].tolist(), events['y'].tolist(), events['p'].tolist(),
                   (events['t_ns'] // 100_000).tolist()))


def beginning(path):
    """Return the records of the first 100 ms and a little more."""
    with open_recording(path) as recording:
        end_ns = START_NS + int(SHORT_S * 1e9) + 20_000_000
        return list(takewhile(lambda record: record.record_ns < end_ns, recording.messages()))


@pytest.fixture(scope='module')
def remade_path(tmp_path_factory):
    """Return the first 100 ms, made anew."""
    path = tmp_path_factory.mktemp('demo') / 'remade'
    write_recording(path, duration_s=SHORT_S)
    return path


@pytest.fixture(scope='module')
def remade(remade_path):
    """Return its records."""
    return beginning(remade_path)


@pytest.fixture(scope='module')
def bundled():
    """Return the records at the beginning of the bundled recording."""
    return beginning(BUNDLED)


def test_bundled_recording_is_what_the_tool_makes(remade, bundled):
    """
    Event for event over the first 100 ms, but for what the last bits of a float32 may move.

    Processors multiply and add in one step or in two: measured, 1 event in 15 then comes 1 us
    earlier or later, and 1 in 1000 lands in another tenth of a ms.
    """
    made, stored = (events_of(records) for records in (remade, bundled))
    stored = stored[stored['t_ns'] < START_NS + SHORT_S * 1e9]
    assert len(made) > 5000
    differing = in_tenths_of_ms(made) ^ in_tenths_of_ms(stored)
    assert len(differing) <= 0.01 * len(made)


def test_bundled_packets_are_stamped_when_they_arrive(bundled):
    """That is 0.7 ms after the last event; no packet is longer than 1 ms, none is missing."""
    stored = of_type(bundled, EventsRecord)
    for record in stored[:50]:
        t_ns = events_of([record])['t_ns']
        assert record.record_ns == record.message.stamp_ns == t_ns[-1] + 700_000
        assert t_ns[-1] - t_ns[0] < 1_000_000
    assert [record.message.seq for record in stored] == list(range(len(stored)))


def test_bundled_frames_and_calibration_are_what_the_tool_makes(remade, bundled):
    """Two frames, 80 ms apart."""
    made, stored = (of_type(records, FrameRecord) for records in (remade, bundled))
    assert [f.stamp_ns for f in made] == [START_NS, START_NS + 80_000_000]
    for a, b in zip(made, stored):
        assert a.stamp_ns == b.stamp_ns
        assert np.abs(a.image.astype(int) - b.image).max() <= 1
    assert of_type(bundled, CameraInfoRecord)[0].camera == davis346()


def test_bundled_depth_is_what_the_tool_makes(remade_path):
    """To a step, but for a few pixels on edges."""
    with open_sequence(BUNDLED) as stored, open_sequence(remade_path) as made:
        assert len(stored.depths.stamps_ns) == 13 == len(stored.poses.stamps_ns)
        assert made.depths.stamps_ns.tolist() == [START_NS] == stored.depths.stamps_ns[:1].tolist()
        a, b = made.depths.read(0), stored.depths.read(0)
    assert np.mean(np.abs(a - b) > DEPTH_STEP_M) < 1e-3
    assert 0.5 < b.min() and b.max() < 10.0


def test_bundled_recording_is_small_whole_and_of_a_davis346():
    """At most 4 MB; frames at 12.5 Hz; no packet lost; time in order."""
    assert sum(file.stat().st_size for file in BUNDLED.iterdir()) < 4_000_000
    with open_recording(BUNDLED) as recording:
        found = summarize(recording)
    assert (found.width, found.height) == (346, 260)
    assert found.duration_s == pytest.approx(2.5, abs=0.01)
    assert found.n_frames == found.n_camera_infos == 32
    assert 0.1 < found.rate_mev_s < 1.0 and 0.4 < found.n_on / found.n_events < 0.6
    assert list(found.encodings) == ['libcaer']
    assert (found.lost_messages, found.time_jumps_back, found.malformed) == (0, 0, {})


def test_a_standing_camera_sees_little_but_still_something():
    """After the walk only a person and a ball move: less than a quarter of the events before."""
    with open_sequence(BUNDLED) as sequence:
        rest_ns = START_NS + int((REST_S + 0.1) * 1e9)
        walking = len(sequence.events_between(START_NS, START_NS + int(1e9)))
        for start_ns in range(rest_ns, START_NS + 2_450_000_000, 50_000_000):
            n_events = len(sequence.events_between(start_ns, start_ns + 50_000_000))
            assert 500 < n_events < walking / 20 / 4


def test_a_shorter_recording_is_the_beginning_of_a_longer_one(remade):
    """The first 50 ms of 100 ms."""
    short = np.concatenate([item for item in DemoSimulation(duration_s=0.05).items()
                            if isinstance(item, np.ndarray)])
    long = events_of(remade)
    assert np.array_equal(short, long[:len(short)])
    assert len(short) < len(long)


def test_rounded_depth_is_off_by_half_a_step_at_most():
    """By hand, and at random."""
    assert rounded(np.float32([1.0, 1.009, np.inf])).tolist() == [1.0, 1.015625, np.inf]
    depth_m = np.random.default_rng(0).uniform(0.5, 10, 1000).astype(np.float32)
    assert np.abs(rounded(depth_m) - depth_m).max() <= DEPTH_STEP_M / 2
    assert rounded(depth_m).dtype == np.float32
