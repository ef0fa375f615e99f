# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The depth mode says what the numbers mean, and refuses to call guesses metres."""

import numpy as np
import pytest

from depthanyevent_ros.depth.modes import make_depth_mode
from depthanyevent_ros.errors import ConfigError

RAW = np.array([[0.5, 2.0, -1.0, np.nan]], np.float32)


def test_relative_depth_is_the_output_and_is_not_metric():
    """No unit; limits in metres mark nothing."""
    mode = make_depth_mode('relative')
    assert mode.name == 'relative' and not mode.is_metric and 'not metres' in mode.describe()
    marked = mode.mark(mode.to_depth(RAW), 1.0, 1.5)
    np.testing.assert_array_equal(marked, [[0.5, 2.0, np.nan, np.nan]])


def test_metric_depth_is_the_output_with_limits():
    """Metres: what lies outside the limits is marked."""
    mode = make_depth_mode('metric', output_kind='metric')
    assert mode.name == 'metric' and mode.is_metric
    marked = mode.mark(mode.to_depth(RAW), 1.0, 1.5)
    np.testing.assert_array_equal(marked, [[-np.inf, np.inf, -np.inf, np.nan]])


def test_metric_is_refused_for_weights_that_do_not_give_metres():
    """The error says why and what to do."""
    with pytest.raises(ConfigError, match='give relative depth .* use relative, or aligned'):
        make_depth_mode('metric', output_kind='relative')


def test_aligned_depth_is_scaled_and_shifted():
    """depth = 2 raw + 0.5 m, by hand."""
    mode = make_depth_mode('aligned', scale=2.0, shift_m=0.5)
    depth = mode.to_depth(RAW)
    np.testing.assert_array_equal(depth, np.array([[1.5, 4.5, -1.5, np.nan]], np.float32))
    assert depth.dtype == np.float32 and mode.is_metric
    assert '2 x output +0.5 m' in mode.describe()
    np.testing.assert_array_equal(mode.mark(depth, 1, 4), [[1.5, np.inf, -np.inf, np.nan]])
    assert RAW[0, 0] == 0.5


@pytest.mark.parametrize('arguments, words', [
    (dict(scale=0.0), 'depth.scale is 0'), (dict(scale=-1.0), 'depth.scale'),
    (dict(scale=float('nan')), 'depth.scale'), (dict(shift_m=float('inf')), 'depth.shift_m')])
def test_an_unusable_alignment_is_refused(arguments, words):
    """A scale that is not above 0 turns near and far around."""
    with pytest.raises(ConfigError, match=words):
        make_depth_mode('aligned', **arguments)


def test_unknown_names_are_refused():
    """The error lists what is known."""
    with pytest.raises(ConfigError, match="depth_mode is 'inverse'"):
        make_depth_mode('inverse')
    with pytest.raises(ConfigError, match="output_kind 'disparity'"):
        make_depth_mode('relative', output_kind='disparity')
