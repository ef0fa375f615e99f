# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
DepthAnyEvent and DepthAnyEvent-R (Bartolomei et al., arXiv 2509.15224), written from the paper.

The parameters carry the names of the published checkpoints.
"""

import math
from typing import Optional, Sequence, Tuple

import torch
from torch import nn, Tensor

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.config import ModelConfig, Sizes, TransformerSizes
from depthanyevent_ros.network.dpt_head import (
    DPTHead, RecurrentDPTHead, State, StockDPTHead)
from depthanyevent_ros.network.efficientnet import EfficientNetLite0
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
        self.pretrained = make_encoder(sizes)
        self.depth_head = self.Head(sizes, config.activation)

    @property
    def corners_stay(self) -> bool:
        """Tell whether the resize of the depth keeps the corner pixels where they are."""
        return self.depth_head.corners_stay

    def zero_state(self, batch: int, height: int, width: int) -> State:
        """Return the state before the first picture of this size: there is none."""
        return ()

    def forward(self, image: Tensor, state: Optional[State] = None,
                position: Optional[Tensor] = None) -> Tuple[Tensor, State]:
        """
        Return depth and new state.

        :param image: [B, 3, h, w], ImageNet-normalised, h and w multiples of ``config.stride``.
        :param state: what the last call returned, None before the first picture.
        :param position: ``pretrained.position(h, w)`` if it was computed before.
        :returns: depth [B, 1, h, w] after inversion and scale, and the state.
        """
        size = image.shape[-2:]
        if position is None:
            position = self.pretrained.position(*size)
        if state is None:
            state = tuple((hidden.to(image), cell.to(image)) for hidden, cell
                          in self.zero_state(image.shape[0], *size))
        return self.decode(self.pretrained(image, position), size, state)

    def decode(self, maps: Sequence[Tensor], size: Sequence[int], state: State
               ) -> Tuple[Tensor, State]:
        """
        Return depth and new state from the maps that ``pretrained`` made of a picture.

        Only this part has a memory: training may encode the pictures of a sequence together.

        :param size: height and width of the picture.
        """
        raw, state = self.depth_head(maps, size, state)
        return self.to_depth(raw), state

    def to_depth(self, raw: Tensor) -> Tensor:
        """Return the depth that a raw map of the head stands for: inverted and scaled."""
        if self.config.inv_prediction:
            raw = INVERSIONS[self.config.activation](raw)
        return raw * self.config.scale_factor


class DepthAnyEventR(DepthAnyEvent):
    """
    DepthAnyEvent with a convolutional LSTM on each of the four levels of its head.

    The state is a tuple for the levels (4, 3, 2, 1), coarse to fine, of pairs (hidden, cell),
    each [B, F, h, w]. For a 266x350 picture h x w is 8x11, 17x23, 36x48, 74x98 (transformers).
    """

    Head = RecurrentDPTHead

    def zero_state(self, batch: int, height: int, width: int) -> State:
        """
        Return the state before the first picture: zeros.

        :raises ConfigError: if the picture is too small for the coarsest level.
        """
        sizes = self.config.sizes
        shapes = [(batch, sizes.features, *size) for size in state_sizes(sizes, height, width)]
        return tuple((torch.zeros(shape), torch.zeros(shape)) for shape in shapes)


class DepthAnythingV2(DepthAnyEvent):
    """Depth Anything V2; our networks are made of its parts, but resample in another way."""

    Head = StockDPTHead


#: By the model_type of a configuration.
NETWORKS = {'DAv2': DepthAnyEvent, 'RecDAv2': DepthAnyEventR, 'StockDAv2': DepthAnythingV2}


def state_sizes(sizes: Sizes, height: int, width: int) -> Tuple[Tuple[int, int], ...]:
    """
    Return height and width of the state of the levels 4, 3, 2, 1.

    A transformer's level 1 has 4 samples per patch, level 2 has 2, level 3 has 1 and level 4 one
    for two patches; the levels of a pyramid are its maps. A recurrent block without padding then
    takes 2.

    :raises ConfigError: if the coarsest level is left without a sample.
    """
    lost = 2 - 2 * sizes.padding
    least = sizes.stride * (math.floor(lost / sizes.resizes[3]) + 1)
    if min(height, width) < least:
        raise ConfigError(f'a network input of {height}x{width} is too small: the recurrent '
                          f'network needs at least {least} pixels each way')
    levels = zip(sizes.map_strides, sizes.resizes)
    return tuple((math.ceil(height // stride * resize) - lost,
                  math.ceil(width // stride * resize) - lost)
                 for stride, resize in reversed(list(levels)))


def make_encoder(sizes: Sizes) -> nn.Module:
    """
    Return the encoder of these sizes.

    ``encoder(image, encoder.position(height, width))`` gives the four maps that the head reads.
    """
    if isinstance(sizes, TransformerSizes):
        return VisionTransformer(sizes.dim, sizes.depth, sizes.heads, sizes.taps)
    return EfficientNetLite0()


def build_network(config: ModelConfig) -> DepthAnyEvent:
    """Return the network that the configuration names, its parameters not yet meaningful."""
    return NETWORKS[config.model_type](config)
