# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plots have round ticks and keep their peaks."""

import numpy as np
import pytest

from depthanyevent_ros.report.plots import make_plot, MAX_POINTS, thin, ticks
from depthanyevent_ros.report.summary import Series


@pytest.mark.parametrize('highest, expected', [
    (1.0, [0, 0.25, 0.5, 0.75, 1]), (9.3, [0, 2.5, 5, 7.5, 10]), (80, [0, 20, 40, 60, 80]),
    (0.04, [0, 0.01, 0.02, 0.03, 0.04]), (0, [0, 0.25, 0.5, 0.75, 1]),
    (float('nan'), [0, 0.25, 0.5, 0.75, 1])])
def test_ticks_are_round_and_reach_the_highest_value(highest, expected):
    """By hand."""
    assert ticks(highest) == pytest.approx(expected)


def test_a_long_series_keeps_its_peak():
    """A single slow step among 100,000 stays visible."""
    values = np.ones(100_000)
    values[54_321] = 70
    time, thinned = thin(np.arange(100_000.0), values)
    assert thinned.size == MAX_POINTS and thinned.max() == 70
    assert time[thinned.argmax()] == 54_321


def test_values_that_are_not_finite_are_left_out():
    """A gap is no zero."""
    time, values = thin(np.arange(3.0), np.array([1, np.nan, 3]))
    assert time.tolist() == [0, 2] and values.tolist() == [1, 3]


def test_a_plot_stays_inside_its_frame():
    """Every point lies between the axes; the first value 0 lies on the base line."""
    plot = make_plot(Series([0, 1, 2], [0, 5, 8]))
    points = [tuple(map(float, pair.split(','))) for pair in plot.line.split()]
    assert points[0] == (plot.left, plot.bottom)
    assert points[2] == (plot.right, min(y for y, _ in plot.y_ticks))
    assert len(plot.dots) == 3


@pytest.mark.parametrize('series', [Series([], []), Series([0], [0]), Series([0, 0], [1, 1]),
                                    Series([1], [float('nan')])])
def test_degenerate_series_are_drawn(series):
    """Empty, single, all at one time, all missing: no error."""
    plot = make_plot(series)
    assert (plot.line == '') == (not np.isfinite(series.values).any())


def test_a_series_has_a_time_for_each_value():
    """Otherwise it is refused."""
    with pytest.raises(ValueError, match='2 times for 1 values'):
        Series([0, 1], [1])
