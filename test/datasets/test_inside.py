# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events outside the sensor are left out and counted; order is watched, not changed."""

from depthanyevent_ros.datasets.inside import InsideSensor
from depthanyevent_ros.events.types import make_events


def test_only_events_inside_are_kept():
    """By column, row, and time; across blocks."""
    inside = InsideSensor()
    events = make_events([0, 4, 3, 1, 1], [0, 0, 3, 2, 1], [5, 6, 7, -1, 2**31 * 10**9],
                         [1, 1, 1, 1, 1])
    assert inside.keep(events, 4, 3)['t_ns'].tolist() == [5]
    assert inside.keep(events[1:], 4, 3).tolist() == []
    assert inside.n_outside == 8 and inside.n_jumps == 0
    assert [note.split(' are')[0] for note in inside.notes] == ['8 events']


def test_a_sensor_of_unknown_size_keeps_every_pixel():
    """Messages may not say how large it is."""
    events = make_events([60_000], [50_000], [1], [1])
    assert len(InsideSensor().keep(events, 0, 0)) == 1


def test_jumps_back_are_counted_within_blocks_and_between_them():
    """4 to 3 inside, 9 to 5 between; equal times are no jump."""
    inside = InsideSensor()
    for t_ns in ([1, 4, 3, 9], [], [5, 5]):
        assert len(inside.keep(make_events([0] * len(t_ns), [0] * len(t_ns), t_ns,
                                           [0] * len(t_ns)), 1, 1)) == len(t_ns)
    assert inside.n_jumps == 2 and inside.notes == ['2 times the events run back in time']
