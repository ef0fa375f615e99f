# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Each quirk of the published protocols on its own, and the whole against a plain version."""

import math

import numpy as np
import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.evaluation.published_protocols import (
    E2DepthProtocol, EReFormerProtocol, NEAR_M, PaperProtocol, RamNetProtocol, stretched,
)


def score(protocol, predicted, depth_m):
    """Return the metrics of one map."""
    return protocol.metrics(protocol.prepare(np.asarray(predicted), np.asarray(depth_m)))


def test_truth_is_stretched_until_its_maximum_is_80_m():
    """A room of 4 m becomes a street; unknown pixels stay unknown; a wall stays NaN if empty."""
    np.testing.assert_allclose(stretched(np.array([1.0, 2.0, 4.0])), [20, 40, 80])
    np.testing.assert_allclose(stretched(np.array([40.0, 200.0])), [40, 80])
    assert np.isnan(stretched(np.array([np.nan, 4.0]))[0])
    assert np.isnan(stretched(np.zeros(3))).all()


def test_paper_equals_the_plain_version(plain_paper):
    """Unknown pixels, the sky, far pixels, a relative prediction: every metric and cut-off."""
    random = np.random.default_rng(5)
    depth_m = random.uniform(1, 120, (20, 30)).astype(np.float32)
    depth_m[random.random(depth_m.shape) < 0.2] = np.nan
    depth_m[0] = np.inf
    predicted = (np.nan_to_num(depth_m, nan=5, posinf=100) * 0.01 + 3
                 + random.normal(0, 0.2, depth_m.shape)).astype(np.float32)
    found, expected = score(PaperProtocol(), predicted, depth_m), plain_paper(
        predicted.astype(float), depth_m.astype(float))
    assert set(found) == set(expected) and len(found) == 17
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-5), name


def test_paper_forgives_scale_and_shift():
    """A perfect map up to scale and shift has no error, in rooms and in streets."""
    depth_m = np.linspace(1, 6, 60).reshape(6, 10)
    found = score(PaperProtocol(), 0.3 - 0.01 * depth_m, depth_m)
    assert found['abs_rel'] < 1e-9 and found['delta1'] == 1


def test_paper_fits_pixels_beyond_80_m_too_but_does_not_score_them():
    """Two pixels cut to 80 m pull the fit: the near ones, exact up to scale, get an error."""
    near = np.array([[10.0, 20.0, 30.0]])
    alone = score(PaperProtocol(), near, np.append(near, [[80.0]], 1)[:, :3])
    assert alone['abs_rel'] < 1e-9
    depth_m, predicted = np.array([[10.0, 20, 30, 200, 300]]), np.array([[1.0, 2, 3, 20, 30]])
    prepared = PaperProtocol().prepare(predicted, depth_m)
    np.testing.assert_array_equal(prepared.mask, [[True, True, True, False, False]])
    assert PaperProtocol().metrics(prepared)['abs_rel'] > 0.1


def test_saturated_and_negative_predictions_drop_out_of_the_score():
    """The favourable quirk: the worst pixels are not counted."""
    depth_m = np.array([[10.0, 20, 40, 80]])
    prepared = PaperProtocol(align=False).prepare(np.array([[10.0, 500.0, -3.0, 80.0]]), depth_m)
    np.testing.assert_array_equal(prepared.mask, [[True, False, False, False]])
    assert PaperProtocol(align=False).metrics(prepared)['abs_rel'] == 0


def test_e2depth_takes_the_sky_for_80_m_and_the_paper_for_nothing():
    """Infinity stretches E2Depth's truth no further; the paper's is stretched by the rest."""
    depth_m, predicted = np.array([[np.inf, 40.0, 20.0]]), np.array([[80.0, 40.0, 20.0]])
    assert score(E2DepthProtocol(), predicted, depth_m)['mean_true'] == 30
    prepared = PaperProtocol(align=False).prepare(predicted, depth_m)
    np.testing.assert_array_equal(prepared.true, [[0, 80, 40]])


def test_cut_offs_look_at_the_stretched_truth():
    """A pixel at 1 m in a room of 4 m counts as 20 m: it is in none of the 10 m."""
    depth_m = np.array([[1.0, 2.0, 4.0]])
    found = score(E2DepthProtocol(), np.array([[25.0, 40.0, 50.0]]), depth_m)
    assert math.isnan(found['mean_depth_error_10m']) and math.isnan(found['mean_depth_error_20m'])
    assert found['mean_depth_error_30m'] == 5


def test_ereformer_scores_what_the_truth_says_in_its_crop():
    """Bad predictions stay in the score: NaN as 1.97 m, infinity as 80 m."""
    depth_m = np.full((260, 346), 20.0)
    depth_m[33, 121] = 80.0                     # so that nothing is stretched
    depth_m[33, 122] = 1.0                      # too near
    predicted = np.full((260, 346), 20.0)
    predicted[34, 121], predicted[34, 122] = np.nan, np.inf
    protocol = EReFormerProtocol()
    prepared = protocol.prepare(predicted, depth_m)
    assert prepared.true.shape == (224, 224) and prepared.mask.sum() == 224 * 224 - 2
    assert prepared.predicted[1, 0] == NEAR_M and prepared.predicted[1, 1] == 80
    expected = (abs(20 - NEAR_M) + 60) / 20 / (224 * 224 - 2)
    assert protocol.metrics(prepared)['abs_rel'] == pytest.approx(expected, rel=1e-4)


def test_ereformer_is_for_one_size():
    """Its crop has fixed corners."""
    with pytest.raises(ConfigError, match='346x260'):
        EReFormerProtocol().prepare(np.ones((480, 640)), np.ones((480, 640)))


def test_ramnet_cuts_both_maps_and_drops_nothing_known():
    """1 m counts as 1.97 m, 500 m as 80 m; the first two maps of a sequence are not scored."""
    protocol = RamNetProtocol()
    prepared = protocol.prepare(np.array([[0.5, 500.0, 3.0]]), np.array([[1.0, 200.0, np.nan]]))
    np.testing.assert_array_equal(prepared.mask, [[True, True, False]])
    assert protocol.metrics(prepared)['abs_rel'] == 0 and protocol.first_scored == 2
    assert pytest.approx(1.97042, abs=1e-5) == NEAR_M


def test_a_map_without_truth_scores_nan():
    """In every protocol, without a warning or an error."""
    empty, predicted = np.full((260, 346), np.nan), np.ones((260, 346))
    for protocol in (PaperProtocol(), PaperProtocol(False), E2DepthProtocol(),
                     EReFormerProtocol(), RamNetProtocol()):
        assert math.isnan(score(protocol, predicted, empty)['abs_rel'])


@pytest.mark.parametrize('path, first, n_known, pixel, depth_m', [
    ('mini_dsec/train/mini_city_00_a', -3, None, (351, 320), None),
    ('mini_mvsec_data.hdf5', 0, 48712, (201, 170), 4.318106)])
def test_paper_equals_the_plain_version_on_data_sets(shared, plain_paper, path, first, n_known,
                                                     pixel, depth_m):
    """Ground truth of the fixtures, whose figures are known, against a noisy relative map."""
    from depthanyevent_ros.recordings.open_sequence import open_sequence
    with open_sequence(shared / 'fixtures' / path) as sequence:
        depths = sequence.depths_rect if n_known else sequence.depths
        true = depths.read(first)
    if n_known:
        assert np.isfinite(true).sum() == n_known
        assert true[pixel] == pytest.approx(depth_m, rel=1e-6)
    true = true[::4, ::4]
    predicted = 1 / (np.nan_to_num(true, nan=9.0) + np.random.default_rng(0).uniform(
        0, 2, true.shape))
    found, expected = score(PaperProtocol(), predicted, true), plain_paper(predicted, true)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-6, nan_ok=True), name
