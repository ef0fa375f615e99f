# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events in pieces answer as one array would."""

import numpy as np
import pytest

from depthanyevent_ros.datasets.chunks import ChunkedEvents, KEPT
from depthanyevent_ros.events.types import make_events

COUNTS = [0, 3, 0, 1, 5, 0]
EVENTS = make_events(range(9), range(9), [0, 10, 10, 10, 20, 20, 30, 40, 40], [1] * 9)
LAST_NS = [0, 10, 0, 10, 40, 0]


def chunked(last_ns, loads=None):
    """Return the events above in their pieces; loads notes which were read."""
    ends = np.cumsum(COUNTS)

    def load(k):
        if loads is not None:
            loads.append(k)
        return EVENTS[ends[k] - COUNTS[k]:ends[k]]
    return ChunkedEvents(COUNTS, load, last_ns)


@pytest.mark.parametrize('last_ns', [None, LAST_NS])
def test_any_range_is_the_same_as_of_one_array(last_ns):
    """By index and by time, beyond the ends and the wrong way round too."""
    events = chunked(last_ns)
    for a in range(-1, 11):
        for b in range(-1, 11):
            np.testing.assert_array_equal(events.by_index(a, b), EVENTS[max(a, 0):max(b, 0)])
    for a in range(-5, 50, 5):
        for b in range(-5, 50, 5):
            wanted = EVENTS[(EVENTS['t_ns'] >= a) & (EVENTS['t_ns'] < b)]
            np.testing.assert_array_equal(events.between(a, b), wanted)
    assert events.span_ns == (0, 40) and events.n_events == 9


def test_few_pieces_are_kept():
    """A piece is read again after others."""
    loads = []
    events = chunked(LAST_NS, loads)
    events.by_index(0, 9)
    events.by_index(4, 9)
    assert loads == [1, 3, 4] and KEPT == 2
    events.by_index(0, 1)
    assert loads == [1, 3, 4, 1]


def test_no_events_at_all():
    """Neither first nor last."""
    events = ChunkedEvents([], None)
    assert events.span_ns == (None, None) and len(events.between(0, 10**18)) == 0
