# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Window policies: what is accepted, and which parameter an error names."""

import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.windows import (
    ByCount, ByTime, ByTimeOrCount, make_window_policy)


def test_a_window_is_a_whole_number_of_slots():
    """50 ms every 10 ms are five slots; without a stride it is one."""
    assert ByTime(50_000, 10_000).n_slots == 5
    assert ByTime(50_000).n_slots == 1
    assert ByCount(3000, 1000).n_slots == 3
    assert ByTimeOrCount(50_000, 3000, 25_000).n_slots == 2


@pytest.mark.parametrize('make, named', [
    (lambda: ByTime(50_000, 30_000), 'window_us.*stride_us'),
    (lambda: ByTime(10_000, 50_000), 'window_us.*stride_us'),
    (lambda: ByTime(0), 'window_us'),
    (lambda: ByTime(-5, -5), 'window_us'),
    (lambda: ByTime(50_000, 0), 'stride_us'),
    (lambda: ByTime(50_000, 1), 'window_us / stride_us'),
    (lambda: ByCount(1000, 300), 'n_events.*stride_events'),
    (lambda: ByCount(0), 'n_events'),
    (lambda: ByTimeOrCount(50_000, 1001, 25_000), 'n_events.*window_us / stride_us'),
    (lambda: ByTimeOrCount(50_000, 0), 'n_events'),
    (lambda: make_window_policy('sometimes', 1, 1, 1, 1), 'time, count, time_or_count'),
])
def test_sizes_that_do_not_fit_are_refused_by_name(make, named):
    """The error names the parameters that do not go together."""
    with pytest.raises(ConfigError, match=named):
        make()


def test_policies_are_made_by_name():
    """A stride of 0 stands for the whole window, as a ROS parameter cannot be None."""
    assert isinstance(make_window_policy('time', 50_000, 0, 0, 0), ByTime)
    assert make_window_policy('count', 0, 0, 900, 300).n_slots == 3
    assert make_window_policy('time_or_count', 50_000, 0, 900, 0).slot_events == 900
