# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the student's depth is compared with a teacher's in, and by how much they differ.

A teacher of inverse depth says it up to scale and shift: both inverses are brought to weighted
mean 0 and weighted mean deviation 1 (Ranftl et al., arXiv 1907.01341, section 5, with means in
place of medians). The scale is positive by construction: a student that sees far as near can never
be taken for one that agrees. A teacher of depth says it up to a scale: that is a shift of the
logarithm, which is removed as a weighted mean. True depth, a simulator's, is compared as it is.

A loss that takes any scale for right lets a student that gives metres lose them. So the mean
logarithm of its depth in a picture is held where it was before the lesson (the anchor).

Differences are absolute, not squared, as labels have outliers, and weighted by confidence.
Gradients are compared at several scales as in training/losses.py.
"""

from typing import Callable, Dict

import torch
from torch import Tensor

from depthanyevent_ros.distillation.protocol import INVERSE, METRIC, TRUE

#: Metres: depth is kept above this before a logarithm or an inverse.
LEAST = 1e-3
SCALES = 4
#: Variance below which a map is flat: what is left of it are rounding errors.
FLAT = 1e-6


def weighted_mean(values: Tensor, weight: Tensor) -> Tensor:
    """Return the mean of each picture, [N, 1, 1]; 0 where nothing counts."""
    return (values * weight).sum((1, 2), keepdim=True) \
        / weight.sum((1, 2), keepdim=True).clamp(min=1e-6)


def normalised_inverse(depth: Tensor, weight: Tensor, is_inverse: bool) -> Tensor:
    """Return inverse depth with weighted mean 0 and weighted mean deviation 1."""
    inverse = depth if is_inverse else 1 / depth.clamp(min=LEAST)
    centred = inverse - weighted_mean(inverse, weight)
    return centred / weighted_mean(centred.abs(), weight).clamp(min=1e-4)


def inverse_residual(prediction: Tensor, label: Tensor, weight: Tensor) -> Tensor:
    """Return how far normalised inverse depths are apart; ``label`` is inverse depth."""
    return normalised_inverse(prediction, weight, False) - normalised_inverse(label, weight, True)


def log_residual(prediction: Tensor, label: Tensor, weight: Tensor) -> Tensor:
    """Return the difference of the logarithms."""
    return prediction.clamp(min=LEAST).log() - label.clamp(min=LEAST).log()


def scaled_log_residual(prediction: Tensor, label: Tensor, weight: Tensor) -> Tensor:
    """Return the difference of the logarithms after the best scale."""
    residual = log_residual(prediction, label, weight)
    return residual - weighted_mean(residual, weight)


RESIDUALS: Dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    INVERSE: inverse_residual, METRIC: scaled_log_residual, TRUE: log_residual}


def known(label: Tensor, weight: Tensor):
    """Return label and weight without what is not known: 1 and 0 there, so that nothing is NaN."""
    usable = torch.isfinite(label) & (weight > 0)
    return torch.where(usable, label, torch.ones_like(label)), \
        torch.where(usable, weight, torch.zeros_like(weight))


def disagreement(prediction: Tensor, label: Tensor, weight: Tensor, kind: str) -> Tensor:
    """
    Return the weighted mean difference of each picture, [N]; no unit, 0 is agreement.

    :param prediction: depth, [N, H, W]; :param label: of the kind, NaN unknown.
    :param weight: confidence, 0..1.
    :returns: NaN for pictures in which nothing is known.
    """
    label, weight = known(label, weight)
    residual = RESIDUALS[kind](prediction, label, weight).abs()
    empty = weight.sum((1, 2)) <= 0
    return torch.where(empty, torch.nan, weighted_mean(residual, weight)[:, 0, 0])


def correlation(prediction: Tensor, label: Tensor, weight: Tensor, kind: str) -> Tensor:
    """
    Return the weighted correlation of each picture with its label, [N], -1..1.

    Of logarithms for depth, of inverse depth for a teacher of that; arguments as for
    :func:`disagreement`. A label that is the same everywhere has 0.
    """
    label, weight = known(label, weight)
    if kind == INVERSE:
        a, b = 1 / prediction.clamp(min=LEAST), label
    else:
        a, b = prediction.clamp(min=LEAST).log(), label.clamp(min=LEAST).log()
    a, b = a - weighted_mean(a, weight), b - weighted_mean(b, weight)
    both, of_a, of_b = (weighted_mean(product, weight) for product in (a * b, a * a, b * b))
    found = both / (of_a.clamp(min=FLAT) * of_b.clamp(min=FLAT)).sqrt()
    return torch.where(weight.sum((1, 2)) <= 0, torch.nan, found[:, 0, 0])


def mean_log(prediction: Tensor, label: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted mean logarithm of the depth of each picture, [N], where it is known."""
    _, weight = known(label, weight)
    return weighted_mean(prediction.clamp(min=LEAST).log(), weight)[:, 0, 0]


def distillation_loss(prediction: Tensor, label: Tensor, weight: Tensor, kind: str,
                      gradient: float = 0.5) -> Tensor:
    """
    Return the loss of pictures of one kind, a scalar: differences plus their gradients.

    Arguments as for :func:`disagreement`; a picture in which nothing is known has no part.
    """
    label, weight = known(label, weight)
    residual = RESIDUALS[kind](prediction, label, weight)
    loss = weighted_mean(residual.abs(), weight).mean()
    for k in range(SCALES if gradient else 0):
        r, w = residual[:, ::2 ** k, ::2 ** k], weight[:, ::2 ** k, ::2 ** k]
        for axis in (1, 2):
            both = w.narrow(axis, 1, w.shape[axis] - 1) * w.narrow(axis, 0, w.shape[axis] - 1)
            loss = loss + gradient * (r.diff(dim=axis).abs() * both).sum() / w.sum().clamp(min=1)
    return loss
