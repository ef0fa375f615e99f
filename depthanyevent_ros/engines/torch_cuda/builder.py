# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The network on a GPU in PyTorch: nothing is compiled, only the comparison is kept."""

from functools import cached_property
from pathlib import Path

from depthanyevent_ros.engines.cuda.builder import CudaBuilder
from depthanyevent_ros.engines.deployed import DeployedModel
from depthanyevent_ros.engines.torch_cuda.gpu import TorchGpu
from depthanyevent_ros.engines.torch_cuda.session import TorchSession
from depthanyevent_ros.network.preprocess import SensorModel


class TorchCudaBuilder(CudaBuilder):
    """Puts the network on the device."""

    name = 'torch_cuda'
    sources = ('engines/torch_cuda/session.py',)
    version = TorchSession.version

    @cached_property
    def gpu(self) -> TorchGpu:
        """Return the GPU; EngineUnavailable says why there is none."""
        return TorchGpu()

    def make_session(self, folder: Path) -> TorchSession:
        """Return the network on the device."""
        return TorchSession(self.make_model())

    def make_model(self) -> DeployedModel:
        """Return the network, on the device."""
        least = self.spec.least_input(self.weights)
        model = SensorModel(self.weights.network(), *self.spec.sensor, *least)
        return DeployedModel(model, self.types).to(self.gpu.device)
