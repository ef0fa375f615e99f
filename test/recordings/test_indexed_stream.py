# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Things of a stream by index, with as few openings as the order allows."""

import numpy as np
import pytest

from depthanyevent_ros.recordings.indexed_stream import IndexedStream, SKIPPED

TIMES_NS = np.repeat(np.arange(300) * 10, 2)        # two things at each time


@pytest.mark.parametrize('seekable', [True, False])
def test_every_order_gives_the_right_things(seekable):
    """Forwards, backwards, at random."""
    opened = []

    def open_at(start_ns):
        opened.append(start_ns)
        return (i for i in range(600) if start_ns is None or TIMES_NS[i] >= start_ns)
    stream = IndexedStream(open_at, TIMES_NS, seekable)
    assert [stream.read(i) for i in range(600)] == list(range(600)) and len(opened) == 1
    for i in (599, 0, 1, SKIPPED, 500, 501, 501, 3):
        assert stream.read(i) == i
    assert seekable == any(opened)


def test_times_that_run_back_are_not_sought():
    """A seek by time would find another thing."""
    times_ns = [0, 50, 20, 70]
    stream = IndexedStream(lambda start_ns: iter(range(4)) if start_ns is None else iter([]),
                           times_ns)
    assert [stream.read(i) for i in (3, 2, 0)] == [3, 2, 0]


def test_source_that_became_shorter_ends():
    """No endless search."""
    assert IndexedStream(lambda start_ns: iter([]), [0, 1, 2]).read(2) is None
