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
from depthanyevent_ros.recordings.summary import summarize
from depthanyevent_ros.recordings.synthetic import davis346, make_records, START_NS
from depthanyevent_ros.recordings.synthetic_scene import make_scene, render
from depthanyevent_ros.recordings.synthetic_sensor import EventSensor

BUNDLED = Path(depthanyevent_ros.__file__).parent / 'data' / 'demo'
SHORT_S = 0.05


def of_type(records, kind):
    """Return the records of a type."""
    return [record for record in records if isinstance(record, kind)]


def events_of(records):
    """Decode all events of records."""
    decoder = make_decoder('libcaer')
    return np.concatenate([decode_all(decoder, record.message)
                           for record in of_type(records, EventsRecord)])


@pytest.fixture(scope='module')
def remade():
    """Return the first 50 ms, made anew."""
    return list(make_records(duration_s=SHORT_S))


@pytest.fixture(scope='module')
def bundled():
    """Return the first 50 ms of the bundled recording, and a little more."""
    with open_recording(BUNDLED) as recording:
        end_ns = START_NS + int(SHORT_S * 1e9) + 2_000_000
        return list(takewhile(lambda record: record.record_ns < end_ns, recording.messages()))


def test_bundled_recording_is_what_the_tool_makes(remade, bundled):
    """Event for event over the first 50 ms, but for what a last bit of a logarithm may move."""
    made, stored = (events_of(records) for records in (remade, bundled))
    stored = stored[stored['t_ns'] < START_NS + SHORT_S * 1e9]
    made_set, stored_set = (set(events.tolist()) for events in (made, stored))
    assert len(made) > 5000
    assert len(made_set ^ stored_set) <= 1e-3 * len(made)


def test_bundled_frames_and_calibration_are_what_the_tool_makes(remade, bundled):
    """Two frames, 40 ms apart."""
    made, stored = (of_type(records, FrameRecord) for records in (remade, bundled))
    assert [f.stamp_ns for f in made] == [START_NS, START_NS + 40_000_000]
    for a, b in zip(made, stored):
        assert a.stamp_ns == b.stamp_ns
        assert np.abs(a.image.astype(int) - b.image).max() <= 1
    assert of_type(bundled, CameraInfoRecord)[0].camera == davis346()


def test_bundled_recording_is_small_whole_and_of_a_davis346():
    """At most 5 MB; frames at 25 Hz; no packet lost; time in order."""
    assert sum(file.stat().st_size for file in BUNDLED.iterdir()) < 5_000_000
    with open_recording(BUNDLED) as recording:
        found = summarize(recording)
    assert (found.width, found.height) == (346, 260)
    assert found.duration_s == pytest.approx(2.5, abs=0.01)
    assert found.n_frames == found.n_camera_infos == 63
    assert 0.1 < found.rate_mev_s < 1.0 and 0.4 < found.n_on / found.n_events < 0.6
    assert list(found.encodings) == ['libcaer']
    assert (found.lost_messages, found.time_jumps_back, found.malformed) == (0, 0, {})


def test_sensor_fires_where_a_straight_line_meets_the_levels():
    """By hand: ln rises by 0.69 in 10 ms; steps of 0.3 are met at 0.43 and 0.87 of it."""
    sensor = EventSensor(1, 1, seed=0)
    sensor._threshold[:] = 30_000                       # of 1e-5
    sensor._rng = np.random.Generator(np.random.PCG64(1))
    assert len(sensor.look(np.array([0.09]), 0)) == 0
    events = sensor.look(np.array([0.19]), 10_000_000)  # ln(0.2 / 0.1) = 0.69315
    assert events['p'].tolist() == [1, 1]
    np.testing.assert_allclose(events['t_ns'], [4_328_000, 8_656_000], atol=1000)
    assert sensor.look(np.array([0.19]), 20_000_000).size == 0
    assert sensor.look(np.array([0.12]), 30_000_000)['p'].tolist() == [0]


def test_scene_has_its_faces_where_they_were_put():
    """Straight ahead is the back wall at 5 m; the floor is 1 m below the camera."""
    scene = make_scene(0)
    _, depth = render(scene, np.array([[0.0, 0.0, 1.0], [0.0, 0.5, 1.0]]), 0.0)
    forward, down = depth
    assert forward == pytest.approx(5.0, rel=0.01)
    assert down == pytest.approx(2.0, rel=0.03)
