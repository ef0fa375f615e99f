# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Colours show depth: near at the upper end of the map, invalid black, without flicker."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.depth.colour import COLOUR_MAPS, colour_table, make_colouriser
from depthanyevent_ros.errors import ConfigError


def picture(*depths):
    return np.array([depths], np.float32)


def test_inverse_depth_is_spread_over_the_map():
    """Gray, 1 to 4 m by hand: 1/1 -> 255, 1/4 -> 0, 1/2 is a third of the way: 85."""
    colouriser = make_colouriser('fixed', 'gray', 'inverse', 1, 4)
    np.testing.assert_array_equal(colouriser.colour(picture(1, 4, 2))[0, :, 0], [255, 0, 85])
    assert colouriser.range == (1, 4)


def test_linear_depth_is_spread_over_the_map():
    """Gray, 1 to 4 m by hand: 2 m lies two thirds from the far end: 170."""
    colouriser = make_colouriser('fixed', 'gray', 'linear', 1, 4)
    np.testing.assert_array_equal(colouriser.colour(picture(1, 4, 2))[0, :, 0], [255, 0, 170])


@pytest.mark.parametrize('scale', ['inverse', 'linear'])
def test_marks_have_their_colours(scale):
    """NaN is black; too near and too far have the colours of the ends, as depths beyond have."""
    table = colour_table('turbo')
    bgr = make_colouriser('fixed', 'turbo', scale, 1, 4).colour(
        picture(np.nan, -np.inf, np.inf, 0.1, 100, -1, 0))
    expected = np.stack([[0, 0, 0], table[255], table[0], table[255], table[0],
                         table[255], table[255]])
    np.testing.assert_array_equal(bgr[0], expected)
    assert bgr.dtype == np.uint8


@pytest.mark.parametrize('name', [n for n, code in COLOUR_MAPS.items() if code is not None])
def test_the_maps_are_those_of_opencv(name):
    """A ramp gets the colours that OpenCV gives it, in bgr."""
    ramp = np.arange(256, dtype=np.uint8)[None]
    expected = cv2.applyColorMap(ramp, COLOUR_MAPS[name])
    depth = (255 - np.arange(256, dtype=np.float32))[None]       # 255 (far) ... 0 (near)
    np.testing.assert_array_equal(
        make_colouriser('fixed', name, 'linear', 0, 255).colour(depth), expected)


def test_the_robust_range_ignores_outliers():
    """One pixel in a thousand does not change the range."""
    rng = np.random.default_rng(0)
    depth = rng.uniform(2, 4, (40, 50)).astype(np.float32)
    depth[0, :2] = [1e-9, 1e9]
    colouriser = make_colouriser('robust', scale='linear')
    colouriser.colour(depth)
    near, far = colouriser.range
    assert near == pytest.approx(2.04, abs=0.03) and far == pytest.approx(3.96, abs=0.03)


@pytest.mark.parametrize('scale', ['inverse', 'linear'])
def test_the_robust_range_moves_slowly_and_starts_anew_after_reset(scale):
    """A picture 10 times as deep moves the limits a tenth of the way on the scale of colours."""
    rng = np.random.default_rng(0)
    depth = rng.uniform(2, 4, (40, 50)).astype(np.float32)
    colouriser = make_colouriser('robust', scale=scale)
    assert colouriser.range is None
    colouriser.colour(depth)
    near, far = colouriser.range
    colouriser.colour(depth)
    assert colouriser.range == pytest.approx((near, far))
    colouriser.colour(10 * depth)
    follow = (lambda v: v * 1.9) if scale == 'linear' else (lambda v: v / 0.91)
    assert colouriser.range == pytest.approx((follow(near), follow(far)), rel=1e-5)
    colouriser.reset()
    assert colouriser.range is None
    colouriser.colour(10 * depth)
    assert colouriser.range == pytest.approx((10 * near, 10 * far), rel=1e-5)


def test_a_picture_without_depth_is_black_and_leaves_the_range():
    """All NaN: nothing to learn a range from."""
    colouriser = make_colouriser('robust')
    blank = np.full((3, 4), np.nan, np.float32)
    assert not colouriser.colour(blank).any() and colouriser.range is None
    colouriser.colour(np.full((3, 4), 5, np.float32))
    colouriser.colour(blank)
    assert colouriser.range == pytest.approx((5, 5))


def test_a_flat_picture_does_not_divide_by_zero():
    """Equal limits give one colour, not a warning."""
    with np.errstate(all='raise'):
        bgr = make_colouriser('robust', 'gray').colour(np.full((3, 4), 5, np.float32))
    assert len(np.unique(bgr)) == 1


@pytest.mark.parametrize('arguments, words', [
    (dict(range_kind='auto'), "colour.range is 'auto'"),
    (dict(range_kind='fixed', colour_map='jet2'), "colour.map is 'jet2': known are turbo"),
    (dict(range_kind='fixed', scale='log'), "colour.scale is 'log'"),
    (dict(range_kind='fixed', max_m=float('inf')), 'depth.max_m must be finite'),
    (dict(range_kind='fixed', min_m=0.0), 'depth.min_m must be above 0'),
    (dict(range_kind='fixed', min_m=5, max_m=1), 'depth.max_m is 1')])
def test_unusable_parameters_are_named(arguments, words):
    """The text names the parameter."""
    with pytest.raises(ConfigError, match=words):
        make_colouriser(**arguments)
