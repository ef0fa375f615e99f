# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stamps in seconds become whole microseconds in ns, and are found with bounded reads."""

import numpy as np
import pytest

from depthanyevent_ros.datasets.times import BLOCK, seconds_to_ns, TimeIndex, without_gaps


def test_seconds_are_rounded_not_truncated():
    """15 us in seconds, times 10^6, is a little less in float64: truncation loses a us."""
    assert int(15 * 1e-6 * 1e6) == 14
    us = np.arange(200_000)
    np.testing.assert_array_equal(seconds_to_ns(us * 1e-6), us * 1000)


def test_epoch_seconds_keep_their_microseconds():
    """Their grid in float64 is 238 ns."""
    us = np.arange(0, 10**6, 7) + 1_505_000_000 * 10**6
    np.testing.assert_array_equal(seconds_to_ns(us / 1e6), us * 1000)


@pytest.mark.parametrize('n', [0, 1, BLOCK - 1, BLOCK, 3 * BLOCK + 17])
def test_times_are_found_as_searchsorted_finds_them(n):
    """With ties, also across the borders of blocks."""
    t_ns = np.sort(np.random.default_rng(n).integers(0, max(n // 50, 2), n))
    index = TimeIndex(lambda start, stop: t_ns[start:stop], n)
    for t in (-1, 0, 1, n // 100, n // 50 - 1, n // 50, n):
        assert index.first_at(t) == np.searchsorted(t_ns, t, 'left')


def test_searching_reads_little():
    """One block, and the first stamp of a few."""
    read = []

    def times(start, stop):
        read.append(stop - start)
        return np.arange(start, stop)
    assert TimeIndex(times, 10**9).first_at(765_432_101) == 765_432_101
    assert sum(read) < BLOCK + 20


def test_a_gap_takes_the_time_before_it():
    """At the start the first that is known; nothing known is 0."""
    nan = np.nan
    assert without_gaps(np.array([nan, nan, 2, nan, np.inf, 7])).tolist() == [2, 2, 2, 2, 2, 7]
    assert without_gaps(np.array([nan, nan])).tolist() == [0, 0]
    assert without_gaps(np.array([3.0])).tolist() == [3] and not len(without_gaps(np.zeros(0)))
