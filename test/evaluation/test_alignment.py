# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The fit of scale and shift against numpy's least squares."""

import numpy as np
import pytest

from depthanyevent_ros.evaluation.alignment import aligned, fit_scale_and_shift


def test_an_exact_relation_is_found():
    """g = 3 p - 2, whatever the order of magnitude of p."""
    p = np.linspace(1, 2, 50)
    assert fit_scale_and_shift(p, 3 * p - 2) == pytest.approx((3, -2))
    assert fit_scale_and_shift(1e6 * p, 3 * p - 2) == pytest.approx((3e-6, -2))


@pytest.mark.parametrize('offset', [0.0, 1e4])
def test_the_fit_equals_numpys(offset):
    """Noisy, and with a mean far from 0, where the textbook formula loses its digits."""
    random = np.random.default_rng(0)
    p = (random.normal(size=400) + offset).astype(np.float32)
    g = random.uniform(1, 80, 400)
    expected = np.linalg.lstsq(np.stack([p.astype(float), np.ones(400)], 1), g, rcond=None)[0]
    assert fit_scale_and_shift(p, g) == pytest.approx(expected, rel=1e-4)


def test_of_a_constant_map_only_the_mean_is_left():
    """No scale can be had from it; rounding noise is not turned into one."""
    p = np.full(100, 7.3, np.float32)
    p[3] = np.nextafter(p[3], np.float32(8))
    g = np.linspace(1, 3, 100)
    assert fit_scale_and_shift(p, g) == pytest.approx((0, 2))


def test_nothing_to_fit():
    """No pixel gives zeros, as upstream for a singular system."""
    assert fit_scale_and_shift(np.zeros(0), np.zeros(0)) == (0, 0)


def test_a_prediction_without_value_takes_no_part():
    """NaN and infinity stay, the others are fitted without them."""
    predicted = np.array([[1.0, 2.0, np.nan, np.inf]])
    true = np.array([[3.0, 5.0, 1000.0, 1000.0]])
    found = aligned(predicted, true, np.ones((1, 4), bool))
    np.testing.assert_allclose(found[0, :2], [3, 5])
    assert np.isnan(found[0, 2]) and np.isinf(found[0, 3])
