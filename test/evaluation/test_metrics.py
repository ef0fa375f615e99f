# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The metrics against numbers worked out by hand and against a version pixel by pixel."""

import math

import numpy as np
import pytest

from depthanyevent_ros.evaluation.metrics import (
    e2depth_metrics, E2DEPTH_NAMES, usual_metrics, USUAL_NAMES,
)

TRUE = np.array([1.0, 2.0, 4.0, 10.0])
PREDICTED = np.array([1.2, 1.0, 4.0, 20.0])


def test_e2depth_metrics_by_hand():
    """Four pixels: off by +20 %, half, exact, double."""
    found = e2depth_metrics(TRUE, PREDICTED)
    assert found['abs_rel'] == pytest.approx((0.2 + 0.5 + 0 + 1.0) / 4, rel=1e-4)
    # SqRel divides by the square of the truth: 0.04 / 1, 1 / 4, 0, 100 / 100.
    assert found['sq_rel'] == pytest.approx((0.04 + 0.25 + 0 + 1) / 4, rel=1e-4)
    assert found['rmse'] == pytest.approx(math.sqrt((0.04 + 1 + 0 + 100) / 4))
    assert [found['delta1'], found['delta2'], found['delta3']] == [0.5, 0.5, 0.5]
    assert found['mean_depth_error'] == pytest.approx((0.2 + 1 + 0 + 10) / 4)
    assert found['median_difference'] == pytest.approx(3.0 - 2.6)
    assert found['mean_true'] == 4.25 and found['median_predicted'] == pytest.approx(2.6)


def test_silog_has_no_root_and_forgives_a_common_factor():
    """A constant factor has a log error and no SILog."""
    found = e2depth_metrics(TRUE, 2 * TRUE)
    assert found['silog'] == pytest.approx(0, abs=1e-9)
    assert found['rmse_log'] == pytest.approx(math.log(2), rel=1e-4)
    found = e2depth_metrics(np.array([1.0, 1.0]), np.array([1.0, math.e]))
    assert found['silog'] == pytest.approx(0.5 - 0.25, abs=1e-4)


def test_usual_sq_rel_divides_by_the_truth():
    """The one difference of definition that changes figures by an order of magnitude."""
    assert usual_metrics(TRUE, PREDICTED)['sq_rel'] == pytest.approx((0.04 + 0.5 + 0 + 10) / 4)
    assert usual_metrics(TRUE, PREDICTED)['delta1'] == 0.5


def test_a_ratio_on_the_edge_counts_by_e2depth_alone():
    """E2Depth's eps pushes 1.25 below the threshold; strictly it is not below."""
    true, predicted = np.array([4.0]), np.array([5.0])
    assert e2depth_metrics(true, predicted)['delta1'] == 1
    assert usual_metrics(true, predicted)['delta1'] == 0


def test_metrics_equal_the_plain_version(plain_metrics):
    """Random pixels, every metric."""
    random = np.random.default_rng(3)
    true, predicted = random.uniform(0.5, 79, 301), random.uniform(0.1, 79, 301)
    found, expected = e2depth_metrics(true, predicted), plain_metrics(list(zip(true, predicted)))
    assert set(found) == set(expected) == set(E2DEPTH_NAMES)
    for name in E2DEPTH_NAMES:
        assert found[name] == pytest.approx(expected[name], rel=1e-10), name


def test_no_pixel_gives_nan_and_no_warning():
    """Nothing to score is not a score of zero."""
    nothing = np.zeros(0)
    for metrics, names in ((e2depth_metrics, E2DEPTH_NAMES), (usual_metrics, USUAL_NAMES)):
        found = metrics(nothing, nothing)
        assert tuple(found) == names and all(math.isnan(x) for x in found.values())
