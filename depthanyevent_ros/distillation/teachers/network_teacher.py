# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Teachers on PyTorch: our own networks for frames, and Depth Anything V2."""

from dataclasses import replace
from typing import Optional, Tuple

import numpy as np
import torch
from torch.nn import functional

from depthanyevent_ros.distillation.protocol import INVERSE, Label, METRIC
from depthanyevent_ros.distillation.teachers.frames import check_frame, check_size, label_of
from depthanyevent_ros.errors import ConfigError, WeightsError
from depthanyevent_ros.network.depth_anyevent import DepthAnyEvent
from depthanyevent_ros.network.device import usable_device
from depthanyevent_ros.network.dpt_head import DPTHead
from depthanyevent_ros.network.input_size import network_size
from depthanyevent_ros.network.preprocess import Preprocessing
from depthanyevent_ros.network.weights import Weights


class StockHead(DPTHead):
    """The head as Depth Anything V2 has it: the corners stay where they are in the last resize."""

    corners_stay = True


class DepthAnythingV2(DepthAnyEvent):
    """Depth Anything V2; our networks are made of its parts, but resample in another way."""

    Head = StockHead


class NetworkTeacher:
    """
    A network for frames on PyTorch; implements Teacher.

    Metric weights give METRIC labels. Relative ones whose head ends in a ReLU give INVERSE ones:
    the head's own output, without the inversion that the configuration may ask for. A recurrent
    network sees each frame as the first.
    """

    def __init__(self, weights: Weights, height: int, width: int, *, threads: int = 0,
                 device: str = 'cpu', least_side: Optional[int] = None):
        """
        Load the network.

        :param height, width: of the frames, pixels.
        :param threads: of PyTorch, for the whole process; 0 leaves them as they are.
        :param device: a name that PyTorch knows: cpu, cuda, cuda:1.
        :param least_side: pixels that each side of the network's input has at least; None: as the
            weights were trained. Less is faster and coarser.
        :raises WeightsError: for weights that look at events, or give what is no kind of label.
        :raises ConfigError: for a size, a device or threads that cannot be used.
        """
        check_size(height, width)
        weights, self.kind = for_labels(weights)
        self.weights, self.size = weights, (height, width)
        self.name, self.licence = weights.name, weights.licence
        if threads < 0:
            raise ConfigError(f'the threads of the teacher are {threads}; they must not be '
                              'negative')
        if threads:
            torch.set_num_threads(threads)
        self._device = usable_device(device)
        self.input_size = input_size(weights, height, width, least_side)
        self._network = weights.network().to(self._device)
        self._corners = isinstance(self._network, DepthAnythingV2)
        self._preprocessing = Preprocessing(height, width, self.input_size).to(self._device)
        with torch.inference_mode():
            self._position = self._network.pretrained.position(*self.input_size)

    @torch.inference_mode()
    def label(self, grey: np.ndarray) -> Label:
        """
        Return the depth of a frame, uint8 [H, W], at the frame's size.

        :raises MalformedInput: for a frame of another type or shape.
        """
        check_frame(grey, *self.size)
        frame = torch.from_numpy(np.array(grey, order='C')).to(self._device)
        image = self._preprocessing((frame.float() / 255).expand(1, 3, -1, -1))
        depth, _ = self._network(image, None, self._position)
        depth = functional.interpolate(depth.float(), size=self.size, mode='bilinear',
                                       align_corners=self._corners)
        return label_of(depth[0, 0].cpu().numpy(), self.kind)

    def close(self) -> None:
        """Let the network go."""
        self._network = self._preprocessing = self._position = None


def for_labels(weights: Weights) -> Tuple[Weights, str]:
    """Return the weights as a teacher uses them, and the kind of their labels."""
    config = weights.config
    if config.input_type == 'events':
        raise WeightsError(f'the teacher {weights.name} looks at events; it must be a network for '
                           'frames')
    if weights.output_kind == 'metric':
        return weights, METRIC
    if config.activation == 'relu':
        return replace(weights, config=replace(config, inv_prediction=False)), INVERSE
    raise WeightsError(f'the teacher {weights.name} gives depth up to scale and shift '
                       f'({config.activation}); a teacher must give depth up to a scale, or '
                       'inverse depth')


def input_size(weights: Weights, height: int, width: int, least_side: Optional[int]
               ) -> Tuple[int, int]:
    """Return height and width of the network's input."""
    config = weights.config
    least = (config.input_size_height, config.input_size_width)
    if least_side is not None:
        if not 14 <= least_side <= 4096:
            raise ConfigError(f'least_side of the teacher is {least_side}; it must be from 14 to '
                              '4096 pixels')
        least = (least_side, least_side)
    return network_size(height, width, *least, config.stride)
