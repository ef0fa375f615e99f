# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The timeline counts every event where it belongs."""

import numpy as np
import pytest

from depthanyevent_ros.recordings import open_recording
from depthanyevent_ros.report.timeline import MAX_BINS, read_timeline, Timeline

MS = 1_000_000


def test_rates_are_counts_over_time():
    """By hand: 100 events in the first 10 ms, 300 in the next 10 ms: 0.01 and 0.03 Mev/s."""
    timeline = Timeline()
    timeline.add(7 * MS + np.arange(100, dtype=np.int64) * MS // 10)
    timeline.add(17 * MS + np.arange(300, dtype=np.int64) * MS // 30)
    assert timeline.n_events == 400
    assert timeline.rate_mev_s(0, 0.01) == pytest.approx(0.01)
    assert timeline.rate_mev_s(0.01, 0.02) == pytest.approx(0.03)
    series = timeline.series()
    assert series.values == pytest.approx([0.01, 0.03])
    assert series.time_s == pytest.approx([0.005, 0.015])


def test_nothing_gives_nothing():
    """No event, no time."""
    timeline = Timeline()
    timeline.add(np.zeros(0, np.int64))
    assert timeline.duration_s == 0 and timeline.rate_mev_s(0, 1) == 0
    assert timeline.series().values == ()


def test_one_event_has_a_time_but_no_duration():
    """One event is one event."""
    timeline = Timeline()
    timeline.add(np.array([5], np.int64))
    assert timeline.n_events == 1 and timeline.duration_s == 0
    assert timeline.series().values == [0.001]


def test_broken_stamps_are_counted_as_events_but_take_no_memory():
    """Before the first one, and a day or more after it."""
    timeline = Timeline()
    timeline.add(np.array([10 * MS, 0, 2**62, 11 * MS], np.int64))
    assert timeline.n_events == 4 and timeline.duration_s <= MAX_BINS * 1e-3
    assert timeline._bins.size < 10_000
    assert sum(timeline.series().values) == pytest.approx(2 / 2 * 1e-3)


def test_a_rate_over_no_time_is_zero():
    """An end before the start is no error."""
    timeline = Timeline()
    timeline.add(np.arange(10, dtype=np.int64) * MS)
    assert timeline.rate_mev_s(0.005, 0.005) == 0 and timeline.rate_mev_s(0.5, 0.1) == 0
    assert timeline.rate_mev_s(-1, 0.01) == pytest.approx(10 / 10 * 1e-3)


def test_a_recording_is_read_in_one_pass(run_files):
    """2100 events in 209.9 ms and 3 frames, as written."""
    seen = []
    with open_recording(run_files[0].recording) as recording:
        timeline = read_timeline(recording, seen.append)
    assert (timeline.n_events, timeline.n_frames, len(seen)) == (2100, 3, 213)
    assert (timeline.width, timeline.height) == (32, 24)
    assert timeline.duration_s == pytest.approx(0.2099)


def test_every_event_of_a_real_recording_is_counted(newtons_cradle):
    """319,512 events and 13 frames, as two other readers count."""
    with open_recording(newtons_cradle) as recording:
        timeline = read_timeline(recording)
    assert (timeline.n_events, timeline.n_frames) == (319_512, 13)
    assert timeline.duration_s == pytest.approx(0.511, abs=1e-3)
