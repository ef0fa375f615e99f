# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The recurrent block of DepthAnyEvent-R: a convolution, then a convolutional LSTM.

The cell is Shi et al.'s (arXiv 1506.04214) without peepholes; the checkpoints call the block
``gru_layer`` although it is an LSTM.
"""

from typing import Tuple

import torch
from torch import nn, Tensor
from torch.nn import functional

LevelState = Tuple[Tensor, Tensor]              # hidden, cell: each [B, F, h, w]


class ConvLayer(nn.Module):
    """A 3x3 convolution and ReLU; without padding two pixels are lost in height and width."""

    def __init__(self, features: int, padding: int = 0):
        super().__init__()
        self.conv2d = nn.Conv2d(features, features, 3, padding=padding)

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, F, h, w] to [B, F, h - 2, w - 2], with padding 1 to [B, F, h, w]."""
        return functional.relu(self.conv2d(x))


class ConvLSTM(nn.Module):
    """One step of a convolutional LSTM; the gates are stacked as in, forget, out, cell."""

    def __init__(self, features: int):
        super().__init__()
        self.Gates = nn.Conv2d(2 * features, 4 * features, 3, padding=1)

    @property
    def forget_bias(self) -> Tensor:
        """Return the biases of the forget gates, a view."""
        return self.Gates.bias.chunk(4)[1]

    def forward(self, x: Tensor, state: LevelState) -> LevelState:
        """
        Return the new (hidden, cell) from the input [B, F, h, w] and the old state.

        Both keep their types: the cell, which adds up small steps over many windows, may have
        more bits than the rest.
        """
        hidden, cell = state
        wide = cell.dtype
        gates = self.Gates(torch.cat([x, hidden], 1))
        in_gate, forget_gate, out_gate, candidate = gates.chunk(4, 1)
        cell = (forget_gate.sigmoid().to(wide) * cell
                + in_gate.sigmoid().to(wide) * candidate.tanh().to(wide))
        return (out_gate.sigmoid().to(wide) * cell.tanh()).to(hidden.dtype), cell


class RecurrentConvLayer(nn.Module):
    """
    Convolution and LSTM; the hidden state is what the next layer reads.

    :param padding: of the convolution; the published networks have 0.
    """

    def __init__(self, features: int, padding: int = 0):
        super().__init__()
        self.conv = ConvLayer(features, padding)
        self.recurrent_block = ConvLSTM(features)

    def forward(self, x: Tensor, state: LevelState) -> LevelState:
        """Return the new state, [B, F, h - 2, w - 2] each (padding 0), for [B, F, h, w]."""
        return self.recurrent_block(self.conv(x), state)
