# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a sensor's Tencode image to depth at the sensor's size, in one module for export."""

from typing import Tuple

import torch
from torch import nn, Tensor
from torch.nn import functional

from depthanyevent_ros.network.depth_anyevent import DepthAnyEvent
from depthanyevent_ros.network.dpt_head import State
from depthanyevent_ros.network.input_size import network_size

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def bicubic_matrix(size: int, new: int) -> Tensor:
    """
    Return the [new, size] matrix of torch's bicubic resize along one axis.

    A resize is linear and separable, so it is known by what it does to the unit vectors; no
    antialiasing, align_corners=False, not clamped.
    """
    units = torch.eye(size).reshape(size, 1, size, 1)
    resized = functional.interpolate(units, size=(new, 1), mode='bicubic', align_corners=False)
    return resized.reshape(size, new).T.contiguous()


class Preprocessing(nn.Module):
    """
    Resize (bicubic, not clamped) and ImageNet normalisation of images of one size.

    The resize is two products with constant matrices: for a DAVIS346 OpenVINO computes them three
    times as fast as its cubic interpolation, which is 2 % of the whole step.
    """

    def __init__(self, height: int, width: int, input_size: Tuple[int, int]):
        super().__init__()
        constants = {'mean': torch.tensor(IMAGENET_MEAN).view(3, 1, 1),
                     'std': torch.tensor(IMAGENET_STD).view(3, 1, 1),
                     'rows': bicubic_matrix(height, input_size[0]),
                     'columns': bicubic_matrix(width, input_size[1]).T.contiguous()}
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """Map [..., 3, height, width] in 0..1 to [..., 3, *input_size]."""
        return (self.rows @ (image @ self.columns) - self.mean) / self.std


class SensorModel(nn.Module):
    """
    A network between an image and a depth map of one fixed sensor size.

    ``forward(image, *state) -> (depth, *state)`` with image [3, H, W], Tencode in 0..1, depth
    [H, W] and the state as flat tensors in the order of ``state_names``. Preprocessing and the
    last bilinear resize are part of it.
    """

    def __init__(self, network: DepthAnyEvent, height: int, width: int,
                 least_height: int, least_width: int):
        super().__init__()
        self.network = network
        self.height, self.width = height, width
        self.input_size = network_size(height, width, least_height, least_width,
                                       network.config.stride)
        with torch.no_grad():
            position = network.pretrained.position(*self.input_size).clone()
        self.register_buffer('position', position, persistent=False)
        self.preprocessing = Preprocessing(height, width, self.input_size)

    @property
    def state_names(self) -> Tuple[str, ...]:
        """Return the names of the state tensors: 4_hidden, 4_cell, 3_hidden, ... 1_cell."""
        return tuple(f'{level}_{part}' for level in (4, 3, 2, 1)
                     for part in ('hidden', 'cell')) if self.network.config.recurrent else ()

    def zero_state(self) -> Tuple[Tensor, ...]:
        """Return the flat state before the first window."""
        pairs = self.network.zero_state(1, *self.input_size)
        return tuple(tensor for pair in pairs for tensor in pair)

    def forward(self, image: Tensor, *flat: Tensor) -> Tuple[Tensor, ...]:
        """Return depth [H, W] and the new flat state."""
        state: State = tuple(zip(flat[0::2], flat[1::2]))
        x = self.preprocessing(image)
        depth, state = self.network(x.unsqueeze(0), state, self.position)
        depth = functional.interpolate(depth, size=(self.height, self.width), mode='bilinear',
                                       align_corners=self.network.corners_stay)
        return (depth[0, 0], *(tensor for pair in state for tensor in pair))
