# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The small encoder: EfficientNet-Lite0 without its classifier.

EfficientNet-B0 (Tan & Le, arXiv 1905.11946, table 1) made of MobileNetV2's blocks (Sandler et al.,
arXiv 1801.04381), in the lite variant: no squeeze-and-excitation, ReLU6, a stem that is not
scaled. Pictures are padded as TensorFlow pads them (SAME), where the weights were trained.
"""

from typing import List, Tuple

import torch
from torch import nn, Tensor
from torch.nn import functional

STEM = 32

#: Of the batch normalisations, as trained.
EPSILON = 1e-3

#: Kernel, stride of the first block, expansion, channels, number of blocks.
STAGES = ((3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3),
          (5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1))

#: The last stages of the strides 4, 8, 16, 32: what the head reads.
TAPS = (1, 2, 4, 6)


class FrozenNorm(nn.Module):
    """
    A batch normalisation whose statistics stay as they are, in training too.

    The batches of a sequence are small and alike, so that their own statistics would say little.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer('running_mean', torch.zeros(channels))
        self.register_buffer('running_var', torch.ones(channels))

    def fold(self, kernel: Tensor) -> List[Tensor]:
        """Return kernel and bias of the convolution that has this normalisation inside."""
        scale = self.weight * (self.running_var + EPSILON).rsqrt()
        return [kernel * scale.view(-1, 1, 1, 1), self.bias - self.running_mean * scale]


class ConvNorm(nn.Module):
    """A convolution and its normalisation, computed as one convolution."""

    def __init__(self, given: int, wanted: int, kernel: int = 1, stride: int = 1, groups: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(given, wanted, kernel, stride, groups=groups, bias=False)
        self.norm = FrozenNorm(wanted)
        before = (kernel - stride) // 2         # SAME, for even sides: one more at the end
        after = kernel - stride - before
        self.margins = (before, after, before, after)

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, given, h, w] to [B, wanted, h / stride, w / stride]."""
        return convolve(x, self.conv, self.margins, *self.norm.fold(self.conv.weight))


class FoldedConv(nn.Module):
    """What a ConvNorm is in an engine: a convolution with a bias, which cannot be trained."""

    def __init__(self, trained: ConvNorm):
        super().__init__()
        kernel, bias = trained.norm.fold(trained.conv.weight)
        like = trained.conv
        self.conv = nn.Conv2d(like.in_channels, like.out_channels, like.kernel_size, like.stride,
                              groups=like.groups)
        self.conv.load_state_dict({'weight': kernel, 'bias': bias})
        self.margins = trained.margins

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, given, h, w] to [B, wanted, h / stride, w / stride]."""
        return convolve(x, self.conv, self.margins, self.conv.weight, self.conv.bias)


def convolve(x: Tensor, conv: nn.Conv2d, margins: Tuple[int, int, int, int], kernel: Tensor,
             bias: Tensor) -> Tensor:
    """Return the convolution of x with margins that may differ: left, right, top, bottom."""
    margin = margins[0]
    if margins[1] != margin:
        x, margin = functional.pad(x, margins), 0
    return functional.conv2d(x, kernel, bias, conv.stride, margin, groups=conv.groups)


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; plus the input where the shapes are the same."""

    def __init__(self, given: int, wanted: int, kernel: int, stride: int, expansion: int):
        super().__init__()
        inner = expansion * given
        self.expand = ConvNorm(given, inner) if expansion > 1 else None
        self.depthwise = ConvNorm(inner, inner, kernel, stride, groups=inner)
        self.project = ConvNorm(inner, wanted)
        self.residual = stride == 1 and given == wanted

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, given, h, w] to [B, wanted, h / stride, w / stride]."""
        inner = x if self.expand is None else functional.relu6(self.expand(x))
        new = self.project(functional.relu6(self.depthwise(inner)))
        return x + new if self.residual else new


class EfficientNetLite0(nn.Module):
    """The encoder; what follows stage 6 is part of the classifier and not here."""

    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, STEM, 3, 2)
        self.stages = nn.ModuleList()
        given = STEM
        for kernel, stride, expansion, wanted, n_blocks in STAGES:
            blocks = [InvertedResidual(given, wanted, kernel, stride, expansion)]
            blocks += [InvertedResidual(wanted, wanted, kernel, 1, expansion)
                       for _ in range(n_blocks - 1)]
            self.stages.append(nn.Sequential(*blocks))
            given = wanted

    def position(self, height: int, width: int) -> Tensor:
        """Return an empty tensor: convolutions need no position embedding."""
        return torch.zeros(0)

    def forward(self, image: Tensor, position: Tensor) -> List[Tensor]:
        """
        Return the maps after the stages of ``TAPS``.

        :param image: [B, 3, 32 rows, 32 columns]; :param position: ignored.
        :returns: [B, 24, 8 rows, 8 columns], [B, 40, 4 rows, ...], [B, 112, ...], [B, 320, rows,
            columns].
        """
        x = functional.relu6(self.stem(image))
        tapped = []
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if index in TAPS:
                tapped.append(x)
        return tapped
