# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Losses between predicted and target depth, [N, H, W] each, with a mask of the pixels that count.

The relative loss is the one that DepthAnyEvent's equation gives (arXiv 2509.15224; its first form
is MiDaS's, Ranftl et al., arXiv 1907.01341), the metric one Eigen's (arXiv 1406.2283) with the
gradient term of MegaDepth (Li and Snavely, arXiv 1804.00607) on the logarithm. All of them are
written so that a masked pixel, whatever its value, has no part in value or gradient.

Sums and counts go over a whole batch. Where several processes share it, ``total`` adds up what
each has (``Processes.total``), so that all have the loss that one would have.
"""

from typing import Callable, Tuple

import torch
from torch import nn, Tensor
from torch.nn import functional

#: Added to depths before a logarithm.
EPSILON = 1e-6

Total = Callable[[Tensor], Tensor]


def alone(sums: Tensor) -> Tensor:
    """Return the sums as they are: nobody else has a part of the batch."""
    return sums


def scale_and_shift(prediction: Tensor, target: Tensor, mask: Tensor) -> Tuple[Tensor, Tensor]:
    """
    Return scale and shift, [N] each, that take each prediction closest to its target.

    Least squares in closed form over the mask; 0 and 0 where it has no single solution. The
    gradient flows through both.
    """
    m = mask.to(prediction.dtype)
    a00 = (m * prediction * prediction).sum((1, 2))
    a01 = (m * prediction).sum((1, 2))
    a11 = m.sum((1, 2))
    b0 = (m * prediction * target).sum((1, 2))
    b1 = (m * target).sum((1, 2))
    determinant = a00 * a11 - a01 * a01
    solvable = determinant != 0
    safe = torch.where(solvable, determinant, torch.ones_like(determinant))
    zero = torch.zeros_like(safe)
    scale = torch.where(solvable, (a11 * b0 - a01 * b1) / safe, zero)
    shift = torch.where(solvable, (a00 * b1 - a01 * b0) / safe, zero)
    return scale, shift


def strided_gradients(residual: Tensor, mask: Tensor, scales: int, total: Total = alone
                      ) -> Tensor:
    """
    Return the sum over scales of mean absolute differences of a residual.

    Scale k takes every 2^k-th row and column, without blur; differences are forward and count
    where both pixels are valid, and the divisor is the number of valid pixels of the scale.
    """
    sums = []
    m = mask.to(residual.dtype)
    for k in range(scales):
        r, v = (m * residual)[:, ::2 ** k, ::2 ** k], m[:, ::2 ** k, ::2 ** k]
        across = ((r[:, :, 1:] - r[:, :, :-1]).abs() * v[:, :, 1:] * v[:, :, :-1]).sum()
        down = ((r[:, 1:] - r[:, :-1]).abs() * v[:, 1:] * v[:, :-1]).sum()
        sums += [across + down, v.sum()]
    if not sums:
        return residual.new_zeros(())
    sums = total(torch.stack(sums))
    return (sums[::2] / sums[1::2].clamp(min=1)).sum()


def masked(values: Tensor, mask: Tensor, fill: float = 0.0) -> Tensor:
    """Return the values with ``fill`` outside the mask, whatever was there, NaN included."""
    return torch.where(mask, values, torch.full_like(values, fill))


class ScaleAndShiftInvariantLoss(nn.Module):
    """
    Squared error after the best scale and shift per picture, plus multi-scale gradients.

    L = sum M (sD + t - D*)^2 / (2 sum M) + alpha * strided_gradients, sums over the batch. The
    target is not normalised: the loss has the unit of its square.
    """

    def __init__(self, alpha: float = 0.5, scales: int = 4, weight: float = 1.0):
        super().__init__()
        self.alpha, self.scales, self.weight = alpha, scales, weight

    def forward(self, prediction: Tensor, target: Tensor, mask: Tensor, total: Total = alone
                ) -> Tensor:
        """Return the loss of [N, H, W] maps, a scalar."""
        prediction, target = masked(prediction, mask), masked(target, mask)
        scale, shift = scale_and_shift(prediction, target, mask)
        residual = masked(scale[:, None, None] * prediction + shift[:, None, None] - target, mask)
        squares, n = total(torch.stack([residual.square().sum(), mask.sum().to(residual)]))
        data = squares / (2 * n.clamp(min=1))
        smooth = strided_gradients(residual, mask, self.scales, total) if self.alpha else 0
        return self.weight * (data + self.alpha * smooth)


class SiLogLoss(nn.Module):
    """
    The scale-invariant logarithmic loss: weight * sqrt(var(d) + lambda mean(d)^2).

    d = log D* - log D over the valid pixels of the batch, var unbiased. With ``lambda_`` 0 a
    common factor of all depths costs nothing, with 1 it costs in full.
    """

    def __init__(self, lambda_: float = 0.5, weight: float = 1.0):
        super().__init__()
        self.lambda_, self.weight = lambda_, weight

    def forward(self, prediction: Tensor, target: Tensor, mask: Tensor, total: Total = alone
                ) -> Tensor:
        """Return the loss of [N, H, W] maps of metres, a scalar."""
        m = mask.to(prediction.dtype)
        d = masked(log_ratio(prediction, target, mask), mask)
        logs, n = total(torch.stack([d.sum(), m.sum()]))
        mean = logs / n.clamp(min=1)
        # No gradient through this mean: over the whole batch it is 0 (the deviations add up to
        # 0), over one process's part it is not.
        squares = total((m * (d - mean.detach()).square()).sum())
        variance = squares / (n - 1).clamp(min=1)
        # The square root has no derivative at 0, where prediction and target agree everywhere.
        return self.weight * (variance + self.lambda_ * mean.square() + EPSILON ** 2).sqrt()


class MultiScaleGradient(nn.Module):
    """
    Mean absolute Sobel gradients of the error at block sizes start * 2^k, as E2Depth has them.

    Averages over blocks; a block or a Sobel stencil with an invalid pixel does not count. Each
    scale is multiplied by twice the number of pictures, the sum divided by the number of scales.
    """

    def __init__(self, start: int = 1, scales: int = 4):
        super().__init__()
        self.blocks = [start * 2 ** k for k in range(scales)]
        across = torch.tensor([[-1., 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
        self.register_buffer('sobel', torch.stack([across, across.T])[:, None], persistent=False)

    def forward(self, prediction: Tensor, target: Tensor, mask: Tensor, total: Total = alone
                ) -> Tensor:
        """Return the loss of [N, H, W] maps, a scalar."""
        error = masked(prediction - target, mask)[:, None]
        invalid = (~mask)[:, None].to(error.dtype)
        sums = [error.new_tensor(len(error))]
        for block in self.blocks:
            mean = functional.pad(functional.avg_pool2d(error, block), (1, 1, 1, 1), 'replicate')
            hole = functional.max_pool2d(functional.max_pool2d(invalid, block), 3, 1, 1)
            gradient = functional.conv2d(mean, self.sobel.to(error))
            valid = (hole == 0).to(error.dtype)
            sums += [(gradient.abs() * valid).sum(), valid.sum()]
        sums = total(torch.stack(sums))
        means = sums[1::2] / (2 * sums[2::2]).clamp(min=1)
        return 2 * sums[0] * means.sum() / len(self.blocks)


class MetricLoss(nn.Module):
    """The scale-invariant logarithmic loss plus gradients of the logarithm's error."""

    def __init__(self, lambda_: float = 0.85, gradient: float = 0.25, scales: int = 4):
        super().__init__()
        self.silog, self.gradient, self.scales = SiLogLoss(lambda_), gradient, scales

    def forward(self, prediction: Tensor, target: Tensor, mask: Tensor, total: Total = alone
                ) -> Tensor:
        """Return the loss of [N, H, W] maps of metres, a scalar."""
        error = log_ratio(prediction, target, mask)
        return self.silog(prediction, target, mask, total) \
            + self.gradient * strided_gradients(error, mask, self.scales, total)


def log_ratio(prediction: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Return log D* - log D, 0 outside the mask."""
    return (masked(target, mask, 1.0) + EPSILON).log() \
        - (masked(prediction, mask, 1.0) + EPSILON).log()


#: The names that recipes use.
LOSSES = {
    'scale_and_shift_invariant': ScaleAndShiftInvariantLoss,
    'silog': SiLogLoss,
    'metric': MetricLoss,
}
