# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When records are due: rate, parts, loops, clock ticks, and waiting."""

import math
import threading
from types import SimpleNamespace

import pytest

from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.recordings import open_recording
from depthanyevent_ros.recordings.player import (
    LOOP_GAP_NS, Pacer, PlayOptions, timeline, with_clock_ticks,
)


class Fake:
    """A recording of records at given times."""

    path = 'fake'

    def __init__(self, *record_ns):
        self._records = [SimpleNamespace(record_ns=ns) for ns in record_ns]

    def messages(self, start_ns=None):
        """Yield the records from start_ns on."""
        return (r for r in self._records if start_ns is None or r.record_ns >= start_ns)


def due(recording, **options):
    """Return when each record is due."""
    return [cue.due_ns for cue in timeline(recording, PlayOptions(**options))]


def test_first_record_is_due_at_once_and_the_rest_by_their_distance():
    """Whatever the epoch of the recording."""
    assert due(Fake(1000, 1010, 1040)) == [0, 10, 40]


def test_rate_divides_the_distances_and_an_infinite_one_removes_them():
    """Twice as fast; as fast as possible."""
    assert due(Fake(1000, 1010, 1040), rate=2) == [0, 5, 20]
    assert due(Fake(1000, 1010, 1040), rate=math.inf) == [0, 0, 0]


def test_record_out_of_order_is_due_at_once_not_in_the_past():
    """Some recorders write images late."""
    assert due(Fake(1000, 1050, 1020, 1060)) == [0, 50, 50, 60]


def test_start_and_duration_choose_a_part():
    """From 1 s on, for 1 s: both ends belong to it."""
    second = 10**9
    recording = Fake(0, second, 2 * second, 3 * second)
    assert due(recording, start_s=1, duration_s=1) == [0, second]


def test_loop_repeats_the_recording_and_time_jumps_back_as_in_a_bag():
    """Due times go on, the recording's clock does not."""
    cues = list(timeline(Fake(1000, 1040), PlayOptions(loops=2)))
    assert [cue.due_ns for cue in cues] == [0, 40, 40 + LOOP_GAP_NS, 80 + LOOP_GAP_NS]
    assert [cue.clock_ns for cue in cues] == [1000, 1040, 1000, 1040]
    assert [(cue.loop, cue.shift_ns) for cue in cues] == [(0, 0), (0, 0), (1, 0), (1, 0)]


def test_monotone_loop_shifts_the_clock_instead():
    """Time never runs back."""
    cues = list(timeline(Fake(1000, 1040), PlayOptions(loops=3, monotone=True)))
    clock = [cue.clock_ns for cue in cues]
    assert clock == sorted(clock)
    assert clock[4] == 1000 + 2 * (40 + LOOP_GAP_NS)
    assert all(cue.clock_ns == cue.record.record_ns + cue.shift_ns for cue in cues)


def test_endless_loop_goes_on():
    """``inf`` has no last pass."""
    stream = timeline(Fake(5), PlayOptions(loops=math.inf))
    assert [next(stream).loop for _ in range(5)] == [0, 1, 2, 3, 4]


def test_nothing_to_play_is_an_error():
    """An empty recording, and a start behind its end."""
    with pytest.raises(RecordingError, match='neither events nor frames'):
        due(Fake())
    with pytest.raises(RecordingError, match='from 9 s on'):
        due(Fake(0, 1), start_s=9)


@pytest.mark.parametrize('options, word', [
    ({'rate': 0}, 'rate'), ({'rate': -1}, 'rate'), ({'rate': math.nan}, 'rate'),
    ({'loops': 0}, 'loop'), ({'start_s': -1}, 'start'), ({'duration_s': 0}, 'duration')])
def test_options_out_of_range_are_errors_that_name_them(options, word):
    """They are checked before anything is opened."""
    with pytest.raises(ConfigError, match=word):
        PlayOptions(**options)


def test_clock_ticks_come_before_the_first_record_and_through_gaps():
    """A period of 10 and a gap of 35: ticks at 0, 10, 20, 30, due at twice that at rate 1/2."""
    cues = list(with_clock_ticks(timeline(Fake(100, 135), PlayOptions(rate=0.5)), 10))
    assert [(cue.clock_ns, cue.due_ns, cue.record is None) for cue in cues] == [
        (100, 0, True), (100, 0, False),
        (110, 20, True), (120, 40, True), (130, 60, True), (135, 70, False)]


def test_clock_begins_anew_where_time_jumps_back():
    """Who follows /clock sees the jump before the first event after it."""
    cues = with_clock_ticks(timeline(Fake(100, 105), PlayOptions(loops=2)), 1000)
    assert [(cue.clock_ns, cue.record is None) for cue in cues] == [
        (100, True), (100, False), (105, False), (100, True), (100, False), (105, False)]


def test_real_bag_plays_all_of_its_records(bag):
    """28 records, due within the 19 ms from the first to the last packet."""
    with open_recording(bag) as recording:
        cues = list(timeline(recording, PlayOptions()))
    assert len(cues) == 28
    assert cues[-1].due_ns == 19_000_000


class Clock:
    """A steady clock that moves only by waiting; it is the stop event too."""

    def __init__(self):
        self.now_ns = 5_000
        self.stopped = False

    def wait(self, seconds):
        """Pass the time."""
        self.now_ns += round(seconds * 1e9)

    def is_set(self):
        """Tell whether playing was stopped."""
        return self.stopped


def test_pacer_waits_until_each_cue_and_counts_how_late_it_was():
    """Due 1 ms and 2 ms after the first; then 3 ms are lost and the next is 2 ms late."""
    clock = Clock()
    pacer = Pacer(clock, lambda: clock.now_ns)
    assert pacer.wait(0) and clock.now_ns == 5_000
    assert pacer.wait(1_000_000) and clock.now_ns == 1_005_000
    assert pacer.wait(2_000_000) and clock.now_ns == 2_005_000
    clock.now_ns += 3_000_000
    assert pacer.wait(3_000_000) and clock.now_ns == 5_005_000
    assert pacer.latest_ns == 2_000_000


def test_pacer_ends_when_playing_is_stopped():
    """A real Event cuts a long wait short."""
    stop = threading.Event()
    pacer = Pacer(stop)
    assert pacer.wait(0)
    threading.Timer(0.05, stop.set).start()
    assert not pacer.wait(3600 * 10**9)
