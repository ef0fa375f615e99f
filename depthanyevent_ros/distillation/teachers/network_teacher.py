# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Teachers on an engine: our own networks for frames, and Depth Anything V2."""

from dataclasses import replace
from typing import Optional, Tuple

import numpy as np

from depthanyevent_ros.distillation.protocol import INVERSE, Label, METRIC
from depthanyevent_ros.distillation.teachers.frames import check_frame, check_size, label_of
from depthanyevent_ros.engines.cache import Say
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.errors import ConfigError, WeightsError
from depthanyevent_ros.network.input_size import network_size
from depthanyevent_ros.network.weights import Weights


class NetworkTeacher:
    """
    A network for frames; implements Teacher.

    Metric weights give METRIC labels. Relative ones whose head ends in a ReLU give INVERSE ones:
    the head's own output, without the inversion that the configuration may ask for. A recurrent
    network sees each frame as the first.
    """

    def __init__(self, weights: Weights, height: int, width: int, *, threads: int = 0,
                 engine: str = 'torch', least_side: Optional[int] = None,
                 say: Say = lambda sentence: None):
        """
        Make the engine; any but torch is built the first time, and compared with PyTorch.

        :param height, width: of the frames, pixels.
        :param threads: of an engine on the CPU (PyTorch's are those of the whole process); 0 for
            all cores.
        :param engine: of engines.factory: torch, openvino, tensorrt, torch_cuda, cpu, auto.
        :param least_side: pixels that each side of the network's input has at least; None: as the
            weights were trained. Less is faster and coarser.
        :param say: told of each long step, and of a licence that asks for care.
        :raises WeightsError: for weights that look at events, or give what is no kind of label.
        :raises ConfigError: for a size, an engine or threads that cannot be used.
        :raises EngineUnavailable, EngineRefused: if the engine cannot run here.
        """
        check_size(height, width)
        weights, self.kind = for_labels(weights)
        self.weights, self.size = weights, (height, width)
        self.name, self.licence = weights.name, weights.licence
        least = checked(least_side)
        spec = EngineSpec(height, width, weights.name, engine, threads=threads,
                          input_height=least, input_width=least)
        self.input_size = network_size(height, width, *spec.least_input(weights),
                                       weights.config.stride)
        self._engine = make_engine(spec, say, weights=weights)

    def label(self, grey: np.ndarray) -> Label:
        """
        Return the depth of a frame, uint8 [H, W], at the frame's size.

        :raises MalformedInput: for a frame of another type or shape.
        """
        check_frame(grey, *self.size)
        image = np.broadcast_to(grey.astype(np.float32) / np.float32(255), (3, *self.size))
        depth, _ = self._engine.step(image, None)
        return label_of(depth, self.kind)

    @property
    def precision(self) -> str:
        """Return the arithmetic of the engine."""
        return self._engine.describe()['precision']

    def close(self) -> None:
        """Free the engine."""
        self._engine.close()


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


def checked(least_side: Optional[int]) -> int:
    """Return the least side as an engine's specification has it: 0 as it was trained."""
    if least_side is not None and not 14 <= least_side <= 4096:
        raise ConfigError(f'least_side of the teacher is {least_side}; it must be from 14 to 4096 '
                          'pixels')
    return least_side or 0
