# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How student and teacher are compared."""

import math

import pytest
import torch

from depthanyevent_ros.distillation.protocol import INVERSE, METRIC, TRUE
from depthanyevent_ros.distillation.student.losses import (
    correlation, disagreement, distillation_loss, RESIDUALS,
)

ONES = torch.ones(1, 2, 3)
DEPTH = torch.tensor([[[1.0, 2, 4], [8, 4, 2]]])


def test_a_teacher_of_depth_is_right_up_to_a_scale():
    """Three times as far is no difference; a pixel that is e times too far is one."""
    assert disagreement(DEPTH, 3 * DEPTH, ONES, METRIC).item() == pytest.approx(0, abs=1e-6)
    wrong = DEPTH.clone()
    wrong[0, 0, 0] *= math.e
    # Residuals 1, 0, 0, 0, 0, 0, their mean 1/6: |5/6| and five times 1/6, over six.
    assert disagreement(wrong, DEPTH, ONES, METRIC).item() == pytest.approx(10 / 36, rel=1e-5)


def test_a_teacher_of_inverse_depth_is_right_up_to_scale_and_shift():
    """Seven times the inverse plus two."""
    assert disagreement(DEPTH, 7 / DEPTH + 2, ONES, INVERSE).item() == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize('kind, label', [(METRIC, 1 / DEPTH), (INVERSE, -1 / DEPTH)])
def test_far_for_near_is_never_agreement(kind, label):
    """The scale is positive: least squares would take a negative one and find no difference."""
    assert disagreement(DEPTH, label, ONES, kind).item() > 0.9


def test_true_depth_is_compared_as_it_is():
    """Twice as far is ln 2 wrong."""
    assert disagreement(2 * DEPTH, DEPTH, ONES, TRUE).item() == pytest.approx(math.log(2))


@pytest.mark.parametrize('kind', RESIDUALS)
def test_what_is_not_known_has_no_part(kind):
    """Neither a NaN nor a pixel without confidence, whatever is there: no value, no gradient."""
    label = (1 / DEPTH if kind == INVERSE else DEPTH).clone()
    weight = ONES.clone()
    label[0, 0, 0], label[0, 0, 1], weight[0, 0, 1] = math.nan, 1e9, 0
    prediction = DEPTH.clone().requires_grad_()
    loss = distillation_loss(prediction, label, weight, kind)
    loss.backward()
    assert disagreement(prediction, label, weight, kind).item() == pytest.approx(0, abs=1e-5)
    assert torch.isfinite(prediction.grad).all()
    assert prediction.grad[0, 0, :2].tolist() == [0, 0]


def test_doubt_counts_for_less():
    """A wrong pixel with a tenth of the confidence."""
    wrong, doubt = DEPTH.clone(), ONES.clone()
    wrong[0, 0, 0], doubt[0, 0, 0] = 100.0, 0.1
    assert disagreement(wrong, DEPTH, doubt, METRIC) < disagreement(wrong, DEPTH, ONES, METRIC) / 3


@pytest.mark.parametrize('kind', RESIDUALS)
def test_a_picture_in_which_nothing_is_known_is_nan_and_harms_no_other(kind):
    """All NaN, or no confidence at all."""
    label = torch.cat([DEPTH, torch.full_like(DEPTH, math.nan)])
    found = disagreement(label.nan_to_num(1.0), label, torch.ones(2, 2, 3), kind)
    assert torch.isfinite(found[0]) and torch.isnan(found[1])
    prediction = torch.cat([DEPTH, DEPTH]).requires_grad_()
    distillation_loss(prediction, label, torch.ones(2, 2, 3), kind).backward()
    assert torch.isfinite(prediction.grad).all() and not prediction.grad[1].any()


def test_the_gradient_term_sees_an_edge_at_each_scale():
    """A step of ln 2 in 8x8: it is crossed by 8 rows of 64 pixels, 4 of 16, 2 of 4, none of 1."""
    flat = torch.ones(1, 8, 8)
    step = flat.clone()
    step[:, :, 4:] = 2
    plain, full = (distillation_loss(step, flat, flat, METRIC, weight).item()
                   for weight in (0, 0.5))
    assert plain == pytest.approx(0.5 * math.log(2))    # half of it to both sides of the mean
    assert full - plain == pytest.approx(0.5 * math.log(2) * (8 / 64 + 4 / 16 + 2 / 4))


def test_losses_fall_when_the_student_is_moved_down_their_gradient():
    """For each kind, from a wrong depth towards the label."""
    for kind in RESIDUALS:
        label = 1 / DEPTH if kind == INVERSE else DEPTH
        prediction = torch.full_like(DEPTH, 3.0) + 0.1 * torch.arange(6.).view(1, 2, 3)
        prediction.requires_grad_()
        before = distillation_loss(prediction, label, ONES, kind)
        gradient, = torch.autograd.grad(before, prediction)
        after = distillation_loss(prediction - 1e-2 * gradient, label, ONES, kind)
        assert after < before, kind


def test_correlation_is_that_of_numpy_and_knows_near_from_far():
    """Of logarithms, or of the inverse; a flat label has none; unknown pixels have no part."""
    random = torch.Generator().manual_seed(3)
    depth = 1 + 9 * torch.rand(1, 5, 7, generator=random)
    label = depth ** 2 * (1 + torch.rand(1, 5, 7, generator=random))
    weight = torch.ones_like(depth)
    weight[0, 0] = 0
    label[0, 1, 1] = torch.nan
    counts = (weight > 0) & torch.isfinite(label)
    expected = torch.corrcoef(torch.stack([depth[counts].log(), label[counts].log()]))[0, 1]
    assert correlation(depth, label, weight, METRIC).item() == pytest.approx(expected.item(),
                                                                             rel=1e-4)
    assert correlation(depth, 1 / depth, weight, METRIC).item() == pytest.approx(-1, abs=1e-5)
    assert correlation(depth, 7 / depth - 3, weight, INVERSE).item() == pytest.approx(1, abs=1e-5)
    assert correlation(depth, 0 * depth + 3, weight, METRIC).item() == pytest.approx(0, abs=1e-6)
    assert torch.isnan(correlation(depth, label, 0 * weight, METRIC))
