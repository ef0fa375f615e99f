# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Depth is marked by REP-117 and never clipped."""

import numpy as np
import pytest

from depthanyevent_ros.depth.rep117 import check_range, mark_no_evidence, mark_out_of_range
from depthanyevent_ros.errors import ConfigError

NAN, INF = np.nan, np.inf


def test_each_pixel_gets_the_mark_of_its_depth():
    """Worked out by hand: limits 0.5 and 20 m, both inside."""
    depth = np.array([[0.49, 0.5, 1, 20, 20.1], [NAN, INF, -INF, 0, -3]], np.float32)
    marked = mark_out_of_range(depth, 0.5, 20)
    expected = [[-INF, 0.5, 1, 20, INF], [NAN, INF, -INF, -INF, -INF]]
    np.testing.assert_array_equal(marked, np.array(expected, np.float32))
    assert marked.dtype == np.float32


def test_outside_the_rectified_view_there_is_no_evidence():
    """The mask wins over every other mark."""
    depth = np.array([[0.1, 1, 50, 2]], np.float32)
    mask = np.array([[False, False, False, True]])
    np.testing.assert_array_equal(mark_out_of_range(depth, 0.5, 20, mask), [[NAN, NAN, NAN, 2]])


def test_the_input_is_not_changed():
    """The raw depth may be needed again."""
    depth = np.array([[0.1, 50.0]], np.float32)
    mark_out_of_range(depth, 0.5, 20)
    mark_no_evidence(-depth)
    np.testing.assert_array_equal(depth, np.array([[0.1, 50]], np.float32))


def test_no_upper_limit_marks_nothing_far():
    """max_m may be infinite."""
    np.testing.assert_array_equal(
        mark_out_of_range(np.array([[1e9]], np.float32), 0.0, INF), np.array([[1e9]], np.float32))


def test_relative_depth_has_no_limits_but_keeps_only_depths():
    """What is not finite or not positive is no depth: NaN, and nothing else is marked."""
    depth = np.array([[0.001, 1e6, 0, -1, NAN, INF, -INF]], np.float32)
    np.testing.assert_array_equal(mark_no_evidence(depth),
                                  np.array([[0.001, 1e6] + [NAN] * 5], np.float32))


def test_relative_depth_outside_the_view_is_nan():
    """The mask holds for relative depth too."""
    mask = np.array([[True, False]])
    np.testing.assert_array_equal(mark_no_evidence(np.ones((1, 2)), mask), [[1, NAN]])


def test_a_strided_picture_gives_the_same():
    """A view that is not contiguous is marked as its copy is."""
    depth = np.arange(24, dtype=np.float64).reshape(4, 6)[::2, ::-1]
    np.testing.assert_array_equal(mark_out_of_range(depth, 3, 15),
                                  mark_out_of_range(depth.copy(), 3, 15))


@pytest.mark.parametrize('min_m, max_m, words', [
    (-1, 10, 'depth.min_m is -1'), (float('nan'), 10, 'depth.min_m'),
    (float('inf'), float('inf'), 'depth.min_m'), (2, 2, 'depth.max_m is 2'),
    (2, float('nan'), 'depth.max_m')])
def test_limits_that_are_no_range_are_refused(min_m, max_m, words):
    """The text names the parameter."""
    with pytest.raises(ConfigError, match=words):
        check_range(min_m, max_m)


def test_a_range_may_be_open():
    """0 to infinity is allowed."""
    check_range(0, float('inf'))
