# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A teacher is as sure of a label as it agrees with itself on the mirror image."""

from collections import Counter

import numpy as np
import pytest

from depthanyevent_ros.distillation.protocol import INVERSE, METRIC
from depthanyevent_ros.distillation.teachers.confidence import (
    careful, MOST_DISAGREEMENT, SelfConsistent,
)
from depthanyevent_ros.distillation.teachers.factory import bare_teacher
from depthanyevent_ros.errors import MalformedInput

BOTH = pytest.mark.parametrize('kind', [METRIC, INVERSE])


def in_turn(*functions):
    """Return a function that does the first thing for the frame, the second for its mirror."""
    turns = []

    def function(grey):
        turns.append(grey)
        return functions[(len(turns) - 1) % len(functions)](grey)
    return function


def seen(grey):
    """Return a map that belongs to what is in the frame, 1 to 3.5."""
    return 1 + grey / 100


@BOTH
def test_one_that_agrees_is_sure(pretend, frame, kind):
    """The mirror image of the label is the label of the mirror image."""
    teacher = pretend(seen, kind)
    judged = SelfConsistent(teacher).judge(frame)
    np.testing.assert_allclose(judged.label.depth, seen(frame), rtol=1e-5)
    np.testing.assert_allclose(judged.label.confidence, 1, atol=1e-6)
    assert judged.disagreement < 1e-10
    assert np.array_equal(teacher.seen[1], frame[:, ::-1])
    assert judged.label.depth.dtype == judged.label.confidence.dtype == np.float32


def test_scale_is_not_disagreement(pretend, frame):
    """A METRIC label may come out at any scale; of an inverse one the shift is free as well."""
    metric = pretend(in_turn(seen, lambda grey: 3 * seen(grey)))
    inverse = pretend(in_turn(seen, lambda grey: 3 * seen(grey) - 7), INVERSE)
    for teacher in (metric, inverse):
        judged = SelfConsistent(teacher).judge(frame)
        np.testing.assert_allclose(judged.label.depth, seen(frame), rtol=1e-5)
        assert judged.label.confidence.min() > 0.999 and judged.disagreement < 1e-8


def test_a_shift_of_depth_is_disagreement(pretend, frame):
    """METRIC depth is known up to a scale alone."""
    teacher = pretend(in_turn(seen, lambda grey: seen(grey) + 3))
    assert SelfConsistent(teacher).judge(frame).label.confidence.min() < 0.1


def test_confidence_falls_where_the_two_differ(pretend, frame):
    """By the documented formula: a fifth of depth is two units, exp(-2)."""
    def other(grey):
        depth = seen(grey)
        depth[:20] *= np.exp(0.2)
        return depth
    judged = SelfConsistent(pretend(in_turn(seen, other))).judge(frame)
    np.testing.assert_allclose(judged.label.confidence[20:], 1, atol=1e-5)
    np.testing.assert_allclose(judged.label.confidence[:20], np.exp(-2), atol=1e-5)
    np.testing.assert_allclose(judged.label.depth[:20], seen(frame)[:20] * np.exp(0.1), rtol=1e-5)


@BOTH
def test_noise_disagrees_and_does_not_teach(pretend, frame, kind):
    """Its two labels have nothing to do with each other: disagreement 1."""
    random = np.random.default_rng(1)
    judged = SelfConsistent(pretend(
        lambda grey: random.uniform(0.5, 5, grey.shape), kind)).judge(frame)
    assert judged.disagreement == pytest.approx(1, abs=0.05)
    assert judged.disagreement > MOST_DISAGREEMENT
    assert judged.label.confidence.mean() < 0.4


@BOTH
def test_an_opposite_answer_is_worse_than_noise(pretend, frame, kind):
    """No sign is fitted: near and far may not be exchanged."""
    teacher = pretend(in_turn(seen, lambda grey: 1 / seen(grey)), kind)
    assert SelfConsistent(teacher).judge(frame).disagreement > 1.5


@BOTH
def test_a_wall_is_no_disagreement(pretend, frame, kind):
    """Flat with a little noise: the spread of its label is not all there is."""
    random = np.random.default_rng(1)
    teacher = pretend(lambda grey: 2 + 0.01 * random.standard_normal(grey.shape), kind)
    judged = SelfConsistent(teacher).judge(frame)
    assert judged.disagreement < 0.1 and judged.label.confidence.mean() > 0.5


@BOTH
def test_a_constant_is_consistent(pretend, frame, kind):
    """No division by nothing; that it is useless is for the exam to find."""
    for value in (2.0, 0.0 if kind == INVERSE else 1e-3):
        teacher = pretend(lambda grey: np.full(grey.shape, value), kind)
        judged = SelfConsistent(teacher).judge(frame)
        assert judged.disagreement == pytest.approx(0, abs=1e-6)
        np.testing.assert_allclose(judged.label.depth, value, rtol=1e-5)


def test_black_and_saturated_pixels_teach_nothing(pretend, frame):
    """Their depth stays, their confidence is 0; those beside them keep theirs."""
    frame[5, 7], frame[6, 7], frame[7, 7] = 0, 255, 1
    label = SelfConsistent(pretend(seen)).label(frame)
    assert label.confidence[5:8, 7].tolist() == [0, 0, 0] and label.confidence[8, 7] == 1
    assert (label.confidence == 0).sum() == 3 and np.isfinite(label.depth).all()


def test_what_one_of_the_labels_does_not_know_is_unknown(pretend, frame):
    """NaN, infinite, or for METRIC not above 0."""
    def holes(grey):
        depth = seen(grey)
        depth[0, :3] = np.nan, np.inf, -1
        return depth
    label = SelfConsistent(pretend(holes)).label(frame)
    unknown = np.zeros(frame.shape, bool)
    unknown[0, :3] = unknown[0, -3:] = True
    assert np.array_equal(np.isnan(label.depth), unknown)
    assert np.array_equal(label.confidence == 0, unknown)


@BOTH
def test_one_that_knows_nothing_disagrees(pretend, frame, kind):
    """All NaN: confidence 0, disagreement 1."""
    judged = SelfConsistent(pretend(
        lambda grey: np.full(grey.shape, np.nan), kind)).judge(frame)
    assert judged.disagreement == 1 and judged.label.confidence.max() == 0
    assert np.isnan(judged.label.depth).all()


def test_the_teachers_own_confidence_counts(pretend, frame):
    """The lower of the two, pixel by pixel."""
    teacher = pretend(seen)
    plain = teacher.label

    def doubtful(grey):
        label = plain(grey)
        label.confidence[:, 0] = 0.5
        label.confidence[3, 0] = 0
        return label
    teacher.label = doubtful
    label = SelfConsistent(teacher).label(frame)
    np.testing.assert_allclose(label.confidence[:3, [0, 1, -1]], [[0.5, 1, 0.5]] * 3, atol=1e-6)
    assert label.confidence[3, 0] == label.confidence[3, -1] == 0


def test_it_is_a_teacher_like_the_one_inside(pretend):
    """Name, kind, licence and the end."""
    teacher = pretend(seen, INVERSE, 'somebody')
    outside = SelfConsistent(teacher)
    assert (outside.name, outside.kind, outside.licence) == ('somebody', INVERSE, 'a test')
    outside.close()
    assert teacher.closed


def test_the_teacher_that_ships_agrees_with_itself(simulated):
    """On frames like those it was trained on; and the label of both views is the better one."""
    frames, depth_m = simulated
    bare = bare_teacher('', *frames.shape[1:])
    teacher = SelfConsistent(bare)
    judged = [teacher.judge(frame) for frame in frames[::2]]
    assert max(each.disagreement for each in judged) < 0.2
    assert all(each.label.confidence.mean() > 0.5 for each in judged)
    for wrong in (frames, frames[0, :-1], frames[0].astype(float)):
        with pytest.raises(MalformedInput):
            teacher.judge(wrong)


def test_what_is_known_at_all_counts_and_what_cannot_be_decided_does_not(pretend, frame):
    """exp(-2) becomes 0.3 + 0.7 exp(-2); a black pixel stays at 0; noise is counted."""
    def other(grey):
        depth = seen(grey)
        depth[:20] *= np.exp(0.2)
        return depth
    counts, dark = Counter(), frame.copy()
    dark[30, 30] = 0
    label = careful(SelfConsistent(pretend(in_turn(seen, other))), counts)(dark)
    np.testing.assert_allclose(label.confidence[:20], 0.3 + 0.7 * np.exp(-2), atol=1e-5)
    assert label.confidence[30, 30] == 0 and label.confidence[30, 31] == pytest.approx(1)
    assert label.confidence.dtype == np.float32 and not counts
    random = np.random.default_rng(5)
    noise = careful(SelfConsistent(pretend(lambda grey: random.uniform(1, 9, grey.shape))), counts)
    assert not noise(frame).confidence.any() and counts == {'teacher_disagrees': 1}
