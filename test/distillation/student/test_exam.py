# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How good weights are."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from depthanyevent_ros.distillation.protocol import TRUE
from depthanyevent_ros.distillation.student.batch import images_of, predict
from depthanyevent_ros.distillation.student.exam import Examiner


@pytest.fixture(scope='module')
def said(config, tensors, make_lesson):
    """Return what the network says at the labels of a lesson, float32 [2, H, W]."""
    examiner = Examiner(config, 40, 56, 2)
    examiner._network.network.load_state_dict(tensors)
    with torch.no_grad():
        return predict(examiner._network, images_of([make_lesson()]), 2)[:, 0].numpy()


def test_a_teacher_who_says_the_same_up_to_scale_is_agreed_with(
        config, tensors, make_lesson, said):
    """Three times as far."""
    examiner = Examiner(config, 40, 56, 2)
    lesson = make_lesson(depth=(3 * said).astype(np.float16))
    assert examiner.meet(tensors, lesson)[0] == pytest.approx(0, abs=1e-3)
    assert examiner.meet(tensors, make_lesson())[0] > 0.05
    assert np.isnan(examiner.meet(tensors, make_lesson(at=()))[0])
    held_out = examiner.held_out(tensors, [lesson, lesson])
    assert held_out['held_out'] == pytest.approx(0, abs=1e-3)
    assert held_out['correlation'] == pytest.approx(1, abs=1e-3)
    assert examiner.held_out(tensors, []) == {'held_out': None, 'correlation': None}


def test_the_factory_set_is_scored_by_true_depth(config, tensors, make_lesson, said):
    """Depth that is a tenth short is 0.1 / 0.9 wrong in metres and right after a scale."""
    lesson = make_lesson(kind=TRUE, depth=(0.9 * said).astype(np.float16))
    score = Examiner(config, 40, 56, 2, [lesson]).score(tensors, [])
    assert score.metres == pytest.approx(1 / 9, rel=0.01)
    assert score.aligned == pytest.approx(0, abs=2e-3) and score.held_out is None
    assert score.spread == pytest.approx(np.log(said).reshape(2, -1).std(1, ddof=1).mean(),
                                         rel=1e-3)
    assert Examiner(config, 40, 56, 2, [lesson], is_metric=False).score(tensors, []).metres is None


def test_pixels_without_confidence_do_not_count(config, tensors, make_lesson, said):
    """Half of the truth is nonsense, and known to be."""
    depth, confidence = said.astype(np.float16), np.full(said.shape, 255, np.uint8)
    depth[:, :, 28:], confidence[:, :, 28:] = 50, 0
    lesson = make_lesson(kind=TRUE, depth=depth, confidence=confidence)
    assert Examiner(config, 40, 56, 2, [lesson]).score(tensors, []).metres < 2e-3


def test_lessons_side_by_side_are_scored_as_one_by_one(config, tensors, make_lesson):
    """Six of them, in groups of four."""
    lessons = [make_lesson(seed, slope=0.05 * seed) for seed in range(6)]
    examiner = Examiner(config, 40, 56, 2)
    alone = [examiner.score(tensors, [lesson]).held_out for lesson in lessons]
    assert examiner.score(tensors, lessons).held_out == pytest.approx(np.mean(alone), rel=1e-4)


def test_weights_that_are_broken_have_a_score_that_says_so(config, tensors, make_lesson):
    """Constant depth has no spread; NaN is not finite."""
    examiner = Examiner(config, 40, 56, 2, [make_lesson(kind=TRUE)])
    last = 'depth_head.scratch.output_conv2.2.weight'
    flat = {**tensors, last: torch.zeros_like(tensors[last])}
    assert examiner.score(flat, []).spread == pytest.approx(0, abs=1e-4)
    broken = {**tensors, last: torch.full_like(tensors[last], torch.nan)}
    assert not examiner.score(broken, []).is_finite()


def test_an_anchor_is_the_mean_log_depth_where_the_teacher_knows_something(
        config, tensors, make_lesson, said):
    """Of each label; true depth needs none, nor does a student without metres."""
    confidence = np.full(said.shape, 255, np.uint8)
    confidence[:, :, 28:] = 0
    lesson = make_lesson(confidence=confidence)
    found = Examiner(config, 40, 56, 2).meet(tensors, lesson)[1].anchor
    np.testing.assert_allclose(found, np.log(said[:, :, :28]).mean((1, 2)), rtol=1e-4)
    warm = Examiner(config, 40, 56, 3).meet(tensors, lesson)[1].anchor
    assert np.isnan(warm[0]) and warm[1] == pytest.approx(found[1], rel=1e-3)
    assert Examiner(config, 40, 56, 2).meet(tensors, make_lesson(kind=TRUE))[1].anchor == ()
    assert Examiner(config, 40, 56, 2, is_metric=False).meet(tensors, lesson)[1].anchor == ()


def test_a_picture_that_is_lost_does_not_decide_about_all_others(
        config, tensors, make_lesson, said):
    """A hundred times too far counts as AbsRel 1."""
    depth = said.astype(np.float16)
    depth[0] /= 100
    lesson = make_lesson(kind=TRUE, depth=depth)
    assert Examiner(config, 40, 56, 2, [lesson]).score(tensors, []).metres == pytest.approx(
        0.5, abs=2e-3)


def test_simulated_lessons_can_be_labelled_with_what_weights_see(
        config, tensors, make_lesson, said):
    """At the same windows, where there is a truth; the lesson itself stays as it was."""
    lesson = make_lesson(kind=TRUE)
    lesson.depth[0, :5] = np.nan
    seen, = Examiner(config, 40, 56, 2).seen_by(tensors, [lesson])
    assert seen.kind == TRUE and seen.at == lesson.at and seen.depth.dtype == np.float16
    assert np.isnan(seen.depth[0, :5]).all() and lesson.depth[0, 5, 0] == np.float16(2)
    np.testing.assert_allclose(seen.depth[1], said[1], rtol=2e-3)


def test_nothing_to_be_scored_on_is_none(config, tensors):
    """Neither lessons nor a factory set."""
    score = Examiner(config, 40, 56, 2).score(tensors, [])
    assert replace(score, spread=0.0) == type(score)(None, None, None, 0.0)


def test_whoever_waits_for_an_examination_can_end_it(config, tensors, make_lesson):
    """Asked before each four lessons, and before each one that is labelled."""
    class Enough(Exception):
        pass

    asked = []

    def twice():
        asked.append(1)
        if len(asked) > 2:
            raise Enough
    examiner = Examiner(config, 40, 56, 2, between=twice)
    lessons = [make_lesson(seed, kind=TRUE) for seed in range(9)]
    with pytest.raises(Enough):
        examiner.held_out(tensors, lessons)
    asked.clear()
    with pytest.raises(Enough):
        examiner.seen_by(tensors, lessons)
    asked.clear()
    assert examiner.held_out(tensors, lessons[:8])['held_out'] > 0
