# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The honest protocol: nothing that the prediction does removes a pixel from the score."""

import math

import numpy as np
import pytest

from depthanyevent_ros.evaluation.clean_protocol import CleanProtocol


def score(predicted, depth_m, align=False):
    """Return the metrics of one map."""
    protocol = CleanProtocol(align)
    return protocol.metrics(protocol.prepare(np.asarray(predicted), np.asarray(depth_m)))


def test_truth_alone_decides_what_is_scored():
    """The sky, unknown and farther than 80 m are out; whatever the prediction is stays in."""
    depth_m = np.array([[np.nan, np.inf, 90.0, 0.0, 80.0, 2.0, 4.0]])
    predicted = np.array([[1.0, 1.0, 1.0, 1.0, 1e6, -5.0, 4.0]])
    prepared = CleanProtocol(False).prepare(predicted, depth_m)
    np.testing.assert_array_equal(prepared.mask, [[False] * 4 + [True] * 3])
    found = CleanProtocol(False).metrics(prepared)
    # 80 (cut) for 80, 0.05 for 2, 4 for 4.
    assert found['abs_rel'] == pytest.approx((0 + 1.95 / 2 + 0) / 3)
    assert found['delta1'] == pytest.approx(2 / 3) and found['coverage'] == 1


def test_a_missing_prediction_is_a_gross_error_and_shows_in_the_coverage():
    """Leaving pixels out cannot help."""
    found = score([[np.nan, 2.0]], [[2.0, 2.0]])
    assert found['coverage'] == 0.5
    assert found['abs_rel'] == pytest.approx(1.95 / 2 / 2)


def test_metres_are_metres_unless_aligned():
    """A map of half the depth is wrong by half, and right after the fit."""
    depth_m = np.linspace(1, 8, 80).reshape(8, 10)
    assert score(depth_m / 2, depth_m)['abs_rel'] == pytest.approx(0.5)
    assert score(depth_m / 2, depth_m, align=True)['abs_rel'] < 1e-9


def test_distance_bins_by_hand():
    """Each bin has its own error; an empty one has none."""
    found = score([[1.1, 3.0, 30.0]], [[1.0, 2.0, 20.0]])
    assert found['abs_rel_0_2m'] == pytest.approx((0.1 + 0.5) / 2)      # 2 m belongs to 0..2
    assert found['abs_rel_10_20m'] == pytest.approx(0.5)
    assert found['delta1_0_2m'] == 0.5 and found['delta1_10_20m'] == 0
    assert math.isnan(found['abs_rel_2_5m']) and math.isnan(found['delta1_40_80m'])


def test_a_scale_that_jumps_shows_over_time():
    """The same scene, predicted 10 % larger in the next map."""
    protocol, depth_m = CleanProtocol(False), np.full((4, 5), 2.0)
    before, now = (protocol.prepare(depth_m * factor, depth_m) for factor in (1.0, 1.1))
    found = protocol.changes(before, now)
    assert found['scale_change'] == pytest.approx(math.log(1.1))
    assert found['flicker'] == pytest.approx(0.1)


def test_a_true_change_is_no_flicker_and_moving_edges_are_not_compared():
    """Everything comes 4 % nearer; one pixel jumps to another surface."""
    protocol = CleanProtocol(False)
    first, second = np.full((2, 2), 5.0), np.full((2, 2), 4.8)
    second[0, 0] = 1.0
    predicted = second.copy()
    predicted[0, 0] = 50.0
    found = protocol.changes(protocol.prepare(first, first), protocol.prepare(predicted, second))
    assert found['flicker'] == pytest.approx(0)


def test_nothing_in_common_over_time():
    """Maps without a pixel in common have no change."""
    protocol, nothing = CleanProtocol(True), np.full((2, 2), np.nan)
    prepared = protocol.prepare(np.ones((2, 2)), nothing)
    assert all(math.isnan(x) for x in protocol.changes(prepared, prepared).values())
    assert all(math.isnan(x) for x in protocol.metrics(prepared).values())


def test_aligned_abs_rel_of_the_clean_and_the_paper_protocol_agree_where_both_score():
    """Without far pixels or saturation they differ by the stretch alone, which AbsRel ignores."""
    from depthanyevent_ros.evaluation.published_protocols import PaperProtocol
    random = np.random.default_rng(1)
    depth_m = random.uniform(2, 6, (30, 40))
    depth_m[0, 0] = 8.0
    predicted = depth_m + random.normal(0, 0.3, depth_m.shape)
    paper, clean = PaperProtocol(), CleanProtocol(True)
    of_paper = paper.metrics(paper.prepare(predicted, depth_m))
    of_clean = clean.metrics(clean.prepare(predicted, depth_m))
    assert of_paper['abs_rel'] == pytest.approx(of_clean['abs_rel'], rel=2e-3)


def test_the_training_validates_by_the_same_score():
    """Its quick score, in torch, of a map with unknown pixels and the sky."""
    import torch

    from depthanyevent_ros.training.validation import frame_scores
    random = np.random.default_rng(2)
    depth_m = random.uniform(1, 70, (20, 30)).astype(np.float32)
    depth_m[0], depth_m[1] = np.nan, np.inf
    predicted = random.uniform(0.5, 60, (20, 30)).astype(np.float32)
    quick = frame_scores(torch.from_numpy(predicted)[None], torch.from_numpy(depth_m)[None], 80.0)
    found = [score(predicted, depth_m, align)[name] for align in (False, True)
             for name in ('abs_rel', 'delta1')]
    np.testing.assert_allclose(quick[0].numpy(), found, rtol=1e-5)
