# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Merged windows against the picture of the union's events."""

from dataclasses import replace

import numpy as np
import pytest

from depthanyevent_ros.events.merge import merge_windows
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.events.window_builder import WindowBuilder
from depthanyevent_ros.events.windows import ByTime


def windows_of(events, policy=None):
    """Return all windows of a 12x8 stream."""
    return list(WindowBuilder(policy or ByTime(10_000), 12, 8).feed(events))


def random_stream(seed, n=400):
    """Return a stream of some tens of ms with pixels outside the picture."""
    rng = np.random.default_rng(seed)
    return make_events(rng.integers(0, 13, n), rng.integers(0, 8, n),
                       10**18 + np.cumsum(rng.integers(0, 300_000, n)), rng.integers(0, 2, n))


def assert_is_union(merged, events):
    """The merged window is the batch picture of all events in its bounds, within 1e-6."""
    members = events[(events['t_ns'] >= merged.start_ns) & (events['t_ns'] < merged.end_ns)]
    want = encode_tencode(members['x'], members['y'], members['t_ns'], members['p'], 8, 12)
    np.testing.assert_allclose(merged.image, want, rtol=0, atol=1e-6)
    assert merged.first_ns == members['t_ns'].min() and merged.last_ns == members['t_ns'].max()


@pytest.mark.parametrize('seed', range(5))
def test_merged_windows_equal_the_picture_of_all_their_events(seed):
    """Two, three, four windows in a row, merged one after the other."""
    events = random_stream(seed)
    merged, *others = windows_of(events)
    n_events = merged.n_events
    for window in others[:3]:
        merged = merge_windows(merged, window)
        n_events += window.n_events
        assert_is_union(merged, events)
        assert (merged.n_events, merged.index) == (n_events, window.index)


def test_overlapping_windows_merge_too():
    """Window 20 ms, stride 10 ms: the union lasts 30 ms."""
    events = random_stream(9)
    first, second, *_ = windows_of(events, ByTime(20_000, 10_000))
    merged = merge_windows(first, second)
    assert merged.end_ns - merged.start_ns == 30_000_000
    assert_is_union(merged, events)


def test_empty_windows_change_nothing_but_the_bounds():
    """Empty with empty, empty with full, full with empty."""
    events = make_events([1, 2, 3], [1, 1, 1], [0, 5_000_000, 45_000_000], [1, 0, 1])
    full, empty, empty_too, _ = windows_of(events)
    np.testing.assert_array_equal(merge_windows(full, empty).image, full.image)
    both = merge_windows(empty, empty_too)
    assert not both.image.any() and both.first_ns is None and both.n_events == 0
    later = replace(full, start_ns=20_000_000, end_ns=30_000_000)
    np.testing.assert_array_equal(merge_windows(empty, later).image, full.image)


def test_windows_of_one_event_each_merge_to_the_ends_of_the_scale():
    """Green 1 for the older, 0 for the newer; the newer wins its pixel."""
    older, newer = windows_of(make_events([1, 2, 3], [0, 0, 0], [0, 10_000_000, 20_000_000],
                                          [1, 0, 1]))
    image = merge_windows(older, newer).image
    np.testing.assert_array_equal(image[:, 0, 1], [1, 1, 0])
    np.testing.assert_array_equal(image[:, 0, 2], [0, 0, 1])


def test_the_merged_windows_are_left_as_they_were():
    """Pictures may already be in use elsewhere."""
    first, second, *_ = windows_of(random_stream(3))
    before = first.image.copy(), second.image.copy()
    merge_windows(first, second)
    np.testing.assert_array_equal(first.image, before[0])
    np.testing.assert_array_equal(second.image, before[1])


def test_windows_across_a_reset_or_in_the_wrong_order_are_refused():
    """A picture over a jump of time would be meaningless."""
    first, second, *_ = windows_of(random_stream(3))
    with pytest.raises(ValueError, match='epoch'):
        merge_windows(first, replace(second, epoch=1))
    with pytest.raises(ValueError, match='right before'):
        merge_windows(second, first)
