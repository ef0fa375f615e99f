# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A DeployedModel as a session: it reads and writes the memory that it is bound to."""

from typing import Any, Dict

import numpy as np
import torch

from depthanyevent_ros.engines.cuda.protocol import Port
from depthanyevent_ros.engines.deployed import DeployedModel


class TorchSession:
    """
    Runs a network in PyTorch between memories of a TorchGpu.

    Memory is what has ``tensor``, its bytes on the network's device.

    :param model: on that device already.
    """

    version = torch.__version__

    def __init__(self, model: DeployedModel):
        self._model = model
        example = model.example()
        names = ('image', *(f'state_in_{name}' for name in model.state_names))
        self._inputs = dict(zip(names, example))
        with torch.inference_mode():            # only shapes and types of what comes out matter
            like = torch.device('meta')
            outputs = (torch.empty(model.model.height, model.model.width, device=like),
                       *(tensor.to(like) for tensor in example[1:]),
                       *([torch.empty(1, device=like)] if model.types.check else []))
        self._outputs = dict(zip(model.output_names, outputs))
        self._views: Dict[str, torch.Tensor] = {}
        self.ports = {name: port_of(name, tensor, name in self._inputs)
                      for name, tensor in {**self._inputs, **self._outputs}.items()}

    def bind(self, name: str, memory: Any) -> None:
        """Say where an input is read or an output is written from now on."""
        like = self._inputs.get(name, self._outputs.get(name))
        self._views[name] = memory.tensor.view(like.dtype).view(like.shape)

    def enqueue(self, stream: Any) -> None:
        """Put one run into a stream, None where the device has none."""
        # Convolutions in TF32, PyTorch's default, miss the bound of f32 (factors have 11 bits).
        exact = torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
        with exact, torch.cuda.stream(stream), torch.inference_mode():
            results = self._model(*(self._views[name] for name in self._inputs))
            for name, result in zip(self._outputs, results):
                self._views[name].copy_(result)

    def close(self) -> None:
        """Let the network go."""
        self._model, self._views = None, {}


def port_of(name: str, tensor: torch.Tensor, is_input: bool) -> Port:
    """Return the description of an input or output."""
    dtype = np.dtype(str(tensor.dtype).removeprefix('torch.'))
    return Port(name, tuple(tensor.shape), dtype, is_input)
