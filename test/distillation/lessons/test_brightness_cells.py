# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Brightness of cells, counted by hand."""

import numpy as np
import pytest

from depthanyevent_ros.distillation.lessons.brightness_cells import BrightnessCells, OFFSETS_NS
from depthanyevent_ros.events.types import make_events

MS = 1_000_000
AT_0 = OFFSETS_NS.tolist().index(0)


def test_polarities_are_summed_by_cell_and_time():
    """Two cells, 1000 to 1040 ms; moved by 20 ms the time is 980 to 1020."""
    events = make_events([0, 7, 8, 15, 3], [0, 7, 1, 2, 3],
                         np.array([1005, 1035, 1015, 985, 1055]) * MS, [1, 1, 0, 0, 1])
    sums, n_events = BrightnessCells(8, 16).polarities(events, 1000 * MS, 1040 * MS)
    assert sums[AT_0].tolist() == [2, -1] and n_events[AT_0] == 3
    assert sums[AT_0 + 2].tolist() == [1, -2] and n_events[AT_0 + 2] == 3
    assert sums[AT_0 - 2].tolist() == [2, 0] and n_events[AT_0 - 2] == 2
    assert not sums[AT_0 + 10].any() and not n_events[AT_0 + 10]


def test_within_ten_milliseconds_events_are_spread_evenly():
    """A time that ends in the middle of a bin has half of its events."""
    events = make_events([0], [0], [1042 * MS], [1])
    sums, n_events = BrightnessCells(8, 8).polarities(events, 1000 * MS, 1045 * MS)
    assert sums[AT_0, 0] == n_events[AT_0] == pytest.approx(0.5)


def test_what_does_not_fill_a_cell_is_left_out():
    """The last three columns, and pixels outside the sensor."""
    cells = BrightnessCells(8, 11)
    events = make_events([8, 10, 0, 0xFFFF], [0, 0, 8, 0xFFFF], np.full(4, 1010 * MS), [1] * 4)
    sums, n_events = cells.polarities(events, 1000 * MS, 1040 * MS)
    assert sums.shape[1] == 1 and not sums.any() and not n_events.any()
    assert cells.log_brightness(np.zeros((8, 11), np.uint8)).shape == (1,)


def test_no_events_are_no_change():
    """An empty time."""
    sums, n_events = BrightnessCells(16, 16).polarities(make_events([], [], [], []), 0, 40 * MS)
    assert sums.shape == (61, 4) and not sums.any() and not n_events.any()


def test_brightness_is_the_log_of_what_the_frame_says():
    """An even frame stays even; 8 grey levels more keep black finite."""
    log = BrightnessCells(16, 24).log_brightness(np.full((16, 24), 92, np.uint8))
    np.testing.assert_allclose(log, np.full(6, np.log(100)), rtol=1e-6)
