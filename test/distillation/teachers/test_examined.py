# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The exam knows a teacher from one that only looks like one."""

import numpy as np
import pytest

from depthanyevent_ros.distillation.protocol import INVERSE, METRIC
from depthanyevent_ros.distillation.teachers.confidence import SelfConsistent
from depthanyevent_ros.distillation.teachers.examined import (
    aligned_depth, aligned_inverse, examine, rank_correlation)
from depthanyevent_ros.distillation.teachers.factory import make_teacher
from depthanyevent_ros.errors import ConfigError, MalformedInput

N, H, W = 6, 60, 80
BOTH = pytest.mark.parametrize('kind', [METRIC, INVERSE])


@pytest.fixture
def scenes():
    """Return frames whose grey value is the depth, 2 cm each, and that depth."""
    random = np.random.default_rng(2)
    coarse = random.uniform(30, 240, (N, 6, 8))
    frames = np.rint(np.kron(coarse, np.ones((10, 10)))).astype(np.uint8)
    return frames, 0.02 * frames.astype(np.float32)


def knows(kind):
    """Return a function from these frames to labels of a kind, its scale and shift unknown."""
    return (lambda grey: 7.0 * grey) if kind == METRIC else (lambda grey: 300.0 / grey - 4)


@BOTH
def test_one_that_knows_passes(pretend, scenes, kind):
    """Without an error, whatever its scale (and shift)."""
    exam = examine(pretend(knows(kind), kind), *scenes)
    assert exam.refusal() is None and exam.n_frames == N and exam.known == 1
    assert exam.abs_rel < 1e-3 and exam.rank_correlation == pytest.approx(1)
    assert exam.abs_rel_constant > 0.2


@BOTH
def test_one_that_takes_near_for_far_is_refused(pretend, scenes, kind):
    """Also where a fitted scale of the other sign would hide it."""
    other = INVERSE if kind == METRIC else METRIC
    inverted = pretend(lambda grey: 1.0 / grey if kind == METRIC else 0.5 * grey, kind)
    exam = examine(inverted, *scenes)
    assert exam.rank_correlation == pytest.approx(-1)
    assert 'takes near for far' in exam.refusal() and 'pretend' in exam.refusal()
    mistaken = pretend(lambda grey: knows(other)(grey) + 5, kind)     # right, but of another kind
    assert 'its kind may not be' in examine(mistaken, *scenes).refusal()


@BOTH
def test_constant_and_noise_are_refused(pretend, scenes, kind):
    """Their rank correlation is about 0; looking twice does not help them."""
    random = np.random.default_rng(1)
    for function in (lambda grey: np.full(grey.shape, 2.0),
                     lambda grey: random.uniform(0.5, 5, grey.shape)):
        for teacher in (pretend(function, kind), SelfConsistent(pretend(function, kind))):
            exam = examine(teacher, *scenes)
            assert abs(exam.rank_correlation) < 0.1
            assert 'little to do with the true depth' in exam.refusal()


def test_one_that_is_worse_than_a_constant_is_refused(pretend, scenes):
    """Right order alone is not depth."""
    exam = examine(pretend(lambda grey: np.exp(grey / 20.0)), *scenes)
    assert exam.rank_correlation > 0.99
    assert 'that of a constant map' in exam.refusal()


@BOTH
def test_one_that_knows_nothing_is_refused(pretend, scenes, kind):
    """Neither NaN nor, for METRIC, 0 are answers."""
    def function(grey):
        depth = knows(kind)(grey)
        depth[3:] = np.nan
        return depth
    for teacher in (pretend(function, kind), pretend(lambda g: np.full(g.shape, np.nan), kind)):
        exam = examine(teacher, *scenes)
        assert exam.known < 0.1 and 'knows the depth of' in exam.refusal()


def test_sky_and_unknown_depth_are_not_asked_for(pretend, scenes):
    """Nor are frames that have no depth at all; what the teacher says there is its own affair."""
    frames, depth_m = scenes
    depth_m[:, :20], depth_m[:, 20:30], depth_m[-1] = np.inf, np.nan, np.nan

    def function(grey):
        depth = knows(METRIC)(grey)
        depth[:30] = 1e6
        return depth
    exam = examine(pretend(function), frames, depth_m)
    assert exam.n_frames == N - 1 and exam.known == 1 and exam.abs_rel < 1e-3


def test_an_exam_without_questions_is_an_error(pretend, scenes):
    """No frames, no depth, or not as many of one as of the other."""
    frames, depth_m = scenes
    teacher = pretend(knows(METRIC))
    for given in ((frames[:0], depth_m[:0]), (frames, np.full_like(depth_m, np.nan))):
        with pytest.raises(ConfigError, match='needs frames with true depth'):
            examine(teacher, *given)
    with pytest.raises(ConfigError, match='needs a depth map for each frame'):
        examine(teacher, frames[1:], depth_m)


def plain_ranks(values):
    """Return how many are smaller, and half of those that are as large: slow and plain."""
    smaller, equal = values[:, None] > values, values[:, None] == values
    return smaller.sum(1) + equal.sum(1) / 2


def test_rank_correlation_is_that_of_plain_ranks():
    """With ties, as of maps with clipped values; of a constant it is 0."""
    random = np.random.default_rng(3)
    for digits in (0, 1, 6):
        a = random.standard_normal(500).round(digits)
        b = (a + random.standard_normal(500)).round(digits)
        expected = np.corrcoef(plain_ranks(a), plain_ranks(b))[0, 1]
        assert rank_correlation(a, b) == pytest.approx(expected)
    assert rank_correlation(np.ones(50), np.arange(50)) == 0
    assert rank_correlation(np.arange(1), np.arange(1)) == 0


def test_alignment_undoes_scale_and_shift():
    """And a constant inverse becomes a constant depth, not a division by 0."""
    true = np.random.default_rng(4).uniform(0.5, 20, 200)
    np.testing.assert_allclose(aligned_depth(0.3 * true, true), true)
    np.testing.assert_allclose(aligned_inverse(5 / true + 2, true), true)
    assert np.ptp(aligned_inverse(np.ones(200), true)) == 0


def test_the_teacher_that_ships_passes(simulated):
    """On scenes that it never saw, and it takes frames of its own size alone."""
    frames, depth_m = simulated
    teacher = make_teacher('', *frames.shape[1:])
    exam = examine(teacher, frames, depth_m)
    assert exam.refusal() is None and exam.rank_correlation > 0.6
    assert exam.abs_rel < exam.abs_rel_constant
    with pytest.raises(MalformedInput):
        examine(teacher, frames[:, :-1], depth_m[:, :-1])
