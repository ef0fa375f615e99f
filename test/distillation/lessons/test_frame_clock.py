# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whose time a frame's stamp is, by hand."""

from depthanyevent_ros.distillation.lessons.frame_clock import FrameClock, HOST, SENSOR

S, MS = 1_000_000_000, 1_000_000
NEWEST, OFFSET = 100 * S, 1_700_000_000 * S     # the sensor counts from its start


def test_a_stamp_of_the_sensor_is_taken_as_it_is():
    """A tenth of a second before the newest event."""
    clock = FrameClock()
    assert clock.to_sensor_ns(NEWEST - S // 10, NEWEST, OFFSET) == NEWEST - S // 10
    assert clock.source == SENSOR and clock.counts == {SENSOR: 1}


def test_a_stamp_of_the_host_is_moved():
    """The same frame as another driver stamps it."""
    clock = FrameClock()
    assert clock.to_sensor_ns(OFFSET + NEWEST - S // 10, NEWEST, OFFSET) == NEWEST - S // 10
    assert clock.source == HOST


def test_where_both_clocks_are_one_nothing_changes():
    """EventArray: the times of events are host time."""
    assert FrameClock().to_sensor_ns(NEWEST, NEWEST, 0) == NEWEST


def test_a_stamp_of_no_known_clock_is_refused_with_a_sentence():
    """Counted; and the next good one takes the sentence back."""
    clock = FrameClock()
    assert clock.to_sensor_ns(NEWEST + 30 * S, NEWEST, OFFSET) is None
    assert '30.0 s after the events' in clock.problem and clock.counts == {'another_clock': 1}
    assert clock.to_sensor_ns(0, NEWEST, OFFSET) is None
    assert '100.0 s before' in clock.problem
    assert clock.to_sensor_ns(NEWEST, NEWEST, OFFSET) == NEWEST and clock.problem is None


def test_where_both_clocks_are_near_all_frames_are_read_alike():
    """The host's time is 20 ms ahead; frames arrive 30 ms before to 120 ms after their events."""
    for late_ms in (0, 20):                     # stamps of the sensor, of the host
        clock = FrameClock()
        found = {clock.to_sensor_ns(NEWEST + late_ms * MS, NEWEST + ahead_ms * MS, 20 * MS)
                 for ahead_ms in range(-30, 121)}
        assert len(found) == 1 and len(clock.counts) == 1
        # What is left is the same for all, and found by comparing frames with events.
        assert abs(found.pop() - NEWEST) <= 20 * MS


def test_a_stamp_that_contradicts_the_clock_of_those_before_is_read_by_the_other():
    """A replay may mix both."""
    clock = FrameClock()
    for stamp_ns, source in ((NEWEST, SENSOR), (OFFSET + NEWEST, HOST), (NEWEST, SENSOR)):
        assert clock.to_sensor_ns(stamp_ns, NEWEST, OFFSET) == NEWEST and clock.source == source
