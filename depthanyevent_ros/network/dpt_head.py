# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The head: dense prediction transformer (Ranftl et al., arXiv 2103.13413), with and without memory.

Differs from stock Depth Anything V2 in the last upsampling, which is align_corners=False here.
"""

from typing import List, Sequence, Tuple

from torch import nn, Tensor
from torch.nn import functional

from depthanyevent_ros.network.config import Sizes
from depthanyevent_ros.network.conv_lstm import LevelState, RecurrentConvLayer

State = Tuple[LevelState, ...]                  # levels 4, 3, 2, 1, or empty
ACTIVATIONS = {'relu': nn.ReLU, 'sigmoid': nn.Sigmoid, 'softplus': nn.Softplus}


class ResidualConvUnit(nn.Module):
    """ReLU, convolution, ReLU, convolution, plus the input."""

    def __init__(self, features: int):
        super().__init__()
        self.conv1 = nn.Conv2d(features, features, 3, padding=1)
        self.conv2 = nn.Conv2d(features, features, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, F, h, w] to [B, F, h, w]."""
        return self.conv2(functional.relu(self.conv1(functional.relu(x)))) + x


class FeatureFusionBlock(nn.Module):
    """Add a level to what came from below it, refine, enlarge to the next level's size."""

    def __init__(self, features: int):
        super().__init__()
        self.out_conv = nn.Conv2d(features, features, 1)
        self.resConfUnit1 = ResidualConvUnit(features)
        self.resConfUnit2 = ResidualConvUnit(features)

    def forward(self, size: Sequence[int], x: Tensor, *level: Tensor) -> Tensor:
        """Return [B, F, *size]; the lowest block has no ``level`` and skips its first unit."""
        for skip in level:
            x = x + self.resConfUnit1(skip)
        # The published order is interpolate, then out_conv. They commute (the weights of an
        # interpolation add up to 1), and before it the convolution has a quarter of the pixels.
        x = self.out_conv(self.resConfUnit2(x))
        return functional.interpolate(x, size=tuple(size), mode='bilinear', align_corners=True)


class Scratch(nn.Module):
    """The layers that stock Depth Anything V2 does not initialise from its encoder."""

    def __init__(self, sizes: Sizes, activation: str):
        super().__init__()
        features = sizes.features
        for level, channels in enumerate(sizes.out_channels, 1):
            conv = nn.Conv2d(channels, features, 3, padding=1, bias=False)
            self.add_module(f'layer{level}_rn', conv)
        for level in (1, 2, 3, 4):
            self.add_module(f'refinenet{level}', FeatureFusionBlock(features))
        self.output_conv1 = nn.Conv2d(features, features // 2, 3, padding=1)
        self.output_conv2 = nn.Sequential(
            nn.Conv2d(features // 2, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 1, 1),
            ACTIVATIONS[activation]())


def resize_layer(channels: int, factor: float) -> nn.Module:
    """Return the layer that gives a map ``factor`` times its size: 4, 2, 1 or 0.5."""
    if factor == 1:
        return nn.Identity()
    if factor < 1:
        return nn.Conv2d(channels, channels, 3, 2, 1)
    return nn.ConvTranspose2d(channels, channels, int(factor), int(factor))


class DPTHead(nn.Module):
    """From four maps of the encoder to one map at the network's input size."""

    #: Whether the last resize keeps the corner pixels where they are (Depth Anything V2 does).
    corners_stay = False

    def __init__(self, sizes: Sizes, activation: str):
        super().__init__()
        self.projects = nn.ModuleList(
            nn.Conv2d(given, wanted, 1)
            for given, wanted in zip(sizes.channels, sizes.out_channels))
        self.resize_layers = nn.ModuleList(
            resize_layer(*pair) for pair in zip(sizes.out_channels, sizes.resizes))
        self.scratch = Scratch(sizes, activation)

    def levels(self, maps: Sequence[Tensor]) -> List[Tensor]:
        """Return the four feature maps layer_rn 1..4, [B, F, h, w], finest first."""
        return [getattr(self.scratch, f'layer{level}_rn')(resize(project(x)))
                for level, (x, project, resize)
                in enumerate(zip(maps, self.projects, self.resize_layers), 1)]

    def fuse(self, maps: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Return the raw map [B, 1, *size] from four feature maps, finest first."""
        scratch, (map1, map2, map3, map4) = self.scratch, maps
        x = scratch.refinenet4(map3.shape[2:], map4)
        x = scratch.refinenet3(map2.shape[2:], x, map3)
        x = scratch.refinenet2(map1.shape[2:], x, map2)
        x = scratch.refinenet1([2 * side for side in map1.shape[2:]], x, map1)
        x = functional.interpolate(scratch.output_conv1(x), size=tuple(size), mode='bilinear',
                                   align_corners=self.corners_stay)
        return scratch.output_conv2(x)

    def forward(self, maps: Sequence[Tensor], size: Sequence[int],
                state: State) -> Tuple[Tensor, State]:
        """
        Return the raw map and the new state.

        :param maps: of the encoder; :param size: height and width of the raw map.
        """
        maps, state = self.remember(self.levels(maps), state)
        return self.fuse(maps, size), state

    def remember(self, maps: Sequence[Tensor], state: State) -> Tuple[Sequence[Tensor], State]:
        """Return the feature maps, finest first, and the state: empty here, and it stays so."""
        return maps, state


class StockDPTHead(DPTHead):
    """The head as Depth Anything V2 has it: the corners stay where they are in the last resize."""

    corners_stay = True


class RecurrentDPTHead(DPTHead):
    """The head with a recurrent block on each level."""

    def __init__(self, sizes: Sizes, activation: str):
        super().__init__(sizes, activation)
        for level in (1, 2, 3, 4):
            block = RecurrentConvLayer(sizes.features, sizes.padding)
            self.add_module(f'gru_layer_{level}', block)

    def remember(self, maps: Sequence[Tensor], state: State) -> Tuple[Sequence[Tensor], State]:
        """Return what is remembered of the feature maps, finest first, and the new state."""
        new = tuple(getattr(self, f'gru_layer_{level}')(maps[level - 1], old)
                    for level, old in zip((4, 3, 2, 1), state))
        return [hidden for hidden, _ in reversed(new)], new
