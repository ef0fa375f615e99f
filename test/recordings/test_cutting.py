# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events are cut into short messages, in order, each event once."""

import numpy as np

from depthanyevent_ros.events.types import EVENT_DTYPE, make_events
from depthanyevent_ros.recordings.cutting import cut


def events_at(*t_ns):
    """Return events at these times; x tells which one it is."""
    return make_events(range(len(t_ns)), [0] * len(t_ns), t_ns, [1] * len(t_ns))


def columns(runs):
    """Return the x of each run."""
    return [run['x'].tolist() for run in runs]


def test_run_ends_before_an_event_that_is_a_whole_duration_after_its_first():
    """[0, 10) and [10, 20): the event at 10 begins the second run."""
    assert columns(cut(events_at(0, 9, 10, 19, 25), 10)) == [[0, 1], [2, 3], [4]]


def test_run_ends_at_the_limit_of_events_even_at_one_time():
    """Equal times are cut by number."""
    assert columns(cut(events_at(5, 5, 5, 5, 5), 10, max_events=2)) == [[0, 1], [2, 3], [4]]


def test_jump_back_in_time_begins_a_new_run():
    """No message spans a jump."""
    assert columns(cut(events_at(100, 101, 3, 4, 103), 10)) == [[0, 1], [2, 3], [4]]


def test_no_events_give_no_run_and_one_event_gives_one():
    """The smallest cases."""
    assert columns(cut(np.zeros(0, EVENT_DTYPE))) == []
    assert columns(cut(events_at(7))) == [[0]]
