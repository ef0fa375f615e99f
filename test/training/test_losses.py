# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The losses, against values by hand, slow loops and autograd's own check."""

import math

import numpy as np
import pytest
import torch

from depthanyevent_ros.training.losses import (
    MetricLoss, MultiScaleGradient, scale_and_shift, ScaleAndShiftInvariantLoss, SiLogLoss,
    strided_gradients,
)

ALL = [ScaleAndShiftInvariantLoss(), SiLogLoss(), MetricLoss(), MultiScaleGradient(scales=2)]


def maps(seed=0, n=2, height=9, width=11):
    """Return prediction, target and mask, float64."""
    random = torch.Generator().manual_seed(seed)
    prediction = torch.rand(n, height, width, generator=random, dtype=torch.float64) + 0.5
    target = 3 * torch.rand(n, height, width, generator=random, dtype=torch.float64) + 1
    return prediction, target, torch.rand(n, height, width, generator=random) < 0.8


def slow_ssi(prediction, target, mask, alpha, scales):
    """Return the loss by NumPy's least squares and loops over pixels."""
    residuals = []
    for p, t, m in zip(prediction, target, mask):
        (s, shift), *_ = np.linalg.lstsq(np.stack([p[m], np.ones(m.sum())], 1), t[m], rcond=None)
        residuals.append(np.where(m, s * p + shift - t, 0))
    total = sum((r ** 2).sum() for r in residuals) / (2 * mask.sum())
    for k in range(scales):
        sums = count = 0
        for r, m in zip(residuals, mask):
            r, m = r[::2 ** k, ::2 ** k], m[::2 ** k, ::2 ** k]
            count += m.sum()
            for y in range(r.shape[0]):
                for x in range(r.shape[1]):
                    if x + 1 < r.shape[1] and m[y, x] and m[y, x + 1]:
                        sums += abs(r[y, x + 1] - r[y, x])
                    if y + 1 < r.shape[0] and m[y, x] and m[y + 1, x]:
                        sums += abs(r[y + 1, x] - r[y, x])
        total += alpha * sums / count
    return total


def test_scale_and_shift_by_hand():
    """Two pixels 1, 2 onto 5, 7: twice plus three."""
    prediction = torch.tensor([[[1.0, 2.0, 9.0]]])
    scale, shift = scale_and_shift(prediction, torch.tensor([[[5.0, 7.0, 0.0]]]),
                                   torch.tensor([[[True, True, False]]]))
    assert scale.item() == pytest.approx(2) and shift.item() == pytest.approx(3)


def test_where_there_is_no_single_solution_both_are_zero():
    """A flat prediction or an empty mask."""
    flat = torch.ones(2, 1, 3)
    mask = torch.tensor([[[True, True, True]], [[False, False, False]]])
    scale, shift = scale_and_shift(flat, flat * 4, mask)
    assert scale.tolist() == shift.tolist() == [0, 0]


def test_relative_loss_is_the_slow_version():
    """Closed form against least squares, strides against loops."""
    prediction, target, mask = maps()
    value = ScaleAndShiftInvariantLoss(0.5, 4)(prediction, target, mask).item()
    assert value == pytest.approx(
        slow_ssi(prediction.numpy(), target.numpy(), mask.numpy(), 0.5, 4), rel=1e-10)


def test_relative_loss_does_not_see_scale_and_shift():
    """An affine copy of the target costs nothing, and a masked NaN neither."""
    _, target, mask = maps()
    prediction = (target - 0.3) / 7
    target[~mask], prediction[~mask] = math.nan, math.inf
    assert ScaleAndShiftInvariantLoss()(prediction, target, mask).item() < 1e-12


def test_silog_by_hand():
    """Two pixels off by the factors e and e^3: mean -2, unbiased variance 2."""
    target = torch.ones(1, 1, 2, dtype=torch.float64)
    prediction = torch.tensor([[[math.e, math.e ** 3]]], dtype=torch.float64)
    mask = torch.ones(1, 1, 2, dtype=torch.bool)
    for lambda_, value in ((0, 2), (0.5, 4), (1, 6)):
        assert SiLogLoss(lambda_)(prediction, target, mask).item() \
            == pytest.approx(math.sqrt(value), abs=1e-5)


def test_strided_gradients_by_hand():
    """A ramp of 1 per column in 4 x 4: 12 steps of 1 over 16, then 2 steps of 2 over 4."""
    ramp = torch.arange(4.0).expand(1, 4, 4)
    mask = torch.ones(1, 4, 4, dtype=torch.bool)
    assert strided_gradients(ramp, mask, 2).item() == pytest.approx(12 / 16 + 4 / 4)
    mask[0, :, 1] = False                       # only the steps from column 2 to 3 remain
    assert strided_gradients(ramp, mask, 1).item() == pytest.approx(4 / 12)


def test_sobel_gradient_by_hand():
    """A ramp of 1 per column: 1 inside, half at the two edges; nothing downwards."""
    ramp = torch.arange(6.0).expand(1, 6, 6)
    mask = torch.ones(1, 6, 6, dtype=torch.bool)
    value = MultiScaleGradient(scales=1)(ramp, torch.zeros_like(ramp), mask).item()
    assert value == pytest.approx(2 * (4 * 1 + 2 * 0.5) / 6 / 2)


@pytest.mark.parametrize('loss', ALL, ids=lambda loss: type(loss).__name__)
def test_gradients_are_those_of_the_loss(loss):
    """Finite differences in float64, with holes in the mask."""
    prediction, target, mask = maps(3, 2, 5, 6)
    prediction.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda p: loss.double()(p, target, mask), (prediction,), eps=1e-7, atol=1e-5)


@pytest.mark.parametrize('loss', ALL, ids=lambda loss: type(loss).__name__)
def test_what_is_masked_has_no_part(loss):
    """Whatever is there, and if nothing is left, the gradient is finite and zero there."""
    prediction, target, mask = maps(1)
    target[~mask] = math.nan
    for use in (mask, torch.zeros_like(mask)):
        leaf = prediction.clone().requires_grad_()
        value = loss.double()(leaf, target, use)
        value.backward()
        assert torch.isfinite(value) and torch.isfinite(leaf.grad).all()
        assert (leaf.grad[~use] == 0).all()


def test_a_perfect_prediction_has_a_finite_gradient():
    """The square root of the logarithmic loss has none of its own at zero."""
    _, target, mask = maps(2)
    leaf = target.clone().requires_grad_()
    MetricLoss()(leaf, target, mask).backward()
    assert torch.isfinite(leaf.grad).all()
