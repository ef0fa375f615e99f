# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
DepthAnyEvent and DepthAnyEvent-R (Bartolomei et al., arXiv 2509.15224), written from the paper.

The parameters carry the names of the published checkpoints.
"""

from typing import Optional, Tuple

import torch
from torch import nn, Tensor

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.config import ModelConfig, PATCH
from depthanyevent_ros.network.dpt_head import DPTHead, RecurrentDPTHead, State
from depthanyevent_ros.network.vit import VisionTransformer

#: Of the inversion; the largest depth is its reciprocal.
EPSILON = 1e-6

INVERSIONS = {
    'relu': lambda raw: 1 / (raw + EPSILON),
    'sigmoid': lambda raw: 1 - raw,
    'softplus': lambda raw: raw,
}


class DepthAnyEvent(nn.Module):
    """
    Depth of one normalised picture.

    ``forward(image, state=(), position=None) -> (depth, state)``; the state is empty.
    """

    Head = DPTHead

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        sizes = config.sizes
        self.pretrained = VisionTransformer(sizes.dim, sizes.depth, sizes.heads)
        self.depth_head = self.Head(sizes, config.activation)

    def zero_state(self, batch: int, height: int, width: int) -> State:
        """Return the state before the first picture of this size: there is none."""
        return ()

    def forward(self, image: Tensor, state: Optional[State] = None,
                position: Optional[Tensor] = None) -> Tuple[Tensor, State]:
        """
        Return depth and new state.

        :param image: [B, 3, h, w], ImageNet-normalised, h and w multiples of 14.
        :param state: what the last call returned, None before the first picture.
        :param position: ``pretrained.position(h // 14, w // 14)`` if it was computed before.
        :returns: depth [B, 1, h, w] after inversion and scale, and the state.
        """
        height, width = image.shape[-2:]
        rows, columns = height // PATCH, width // PATCH
        if position is None:
            position = self.pretrained.position(rows, columns)
        if state is None:
            state = tuple((hidden.to(image), cell.to(image)) for hidden, cell
                          in self.zero_state(image.shape[0], height, width))
        tokens = self.pretrained(image, position, self.config.sizes.taps)
        raw, state = self.depth_head(tokens, rows, columns, state)
        if self.config.inv_prediction:
            raw = INVERSIONS[self.config.activation](raw)
        return raw * self.config.scale_factor, state


class DepthAnyEventR(DepthAnyEvent):
    """
    DepthAnyEvent with a convolutional LSTM on each of the four levels of its head.

    The state is a tuple for the levels (4, 3, 2, 1), coarse to fine, of pairs (hidden, cell),
    each [B, F, h, w]. For a 266x350 picture h x w is 8x11, 17x23, 36x48, 74x98.
    """

    Head = RecurrentDPTHead

    def zero_state(self, batch: int, height: int, width: int) -> State:
        """
        Return the state before the first picture: zeros.

        :raises ConfigError: if the picture is too small for the coarsest level.
        """
        features = self.config.sizes.features
        shapes = [(batch, features, h, w) for h, w in state_sizes(height, width)]
        return tuple((torch.zeros(shape), torch.zeros(shape)) for shape in shapes)


def state_sizes(height: int, width: int) -> Tuple[Tuple[int, int], ...]:
    """
    Return height and width of the state of the levels 4, 3, 2, 1.

    Level 1 has 4 samples per patch, level 2 has 2, level 3 has 1 and level 4 one for two patches;
    the unpadded convolution of the recurrent block then takes 2.
    """
    rows, columns = height // PATCH, width // PATCH
    if min(rows, columns) < 5:
        raise ConfigError(f'a network input of {height}x{width} is too small: the recurrent '
                          f'network needs at least {5 * PATCH} pixels each way')
    grids = [(-(-rows // 2), -(-columns // 2))] + [(rows * k, columns * k) for k in (1, 2, 4)]
    return tuple((h - 2, w - 2) for h, w in grids)


def build_network(config: ModelConfig) -> DepthAnyEvent:
    """Return the network that the configuration names, its parameters not yet meaningful."""
    return (DepthAnyEventR if config.recurrent else DepthAnyEvent)(config)
