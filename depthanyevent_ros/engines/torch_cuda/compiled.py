# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""PyTorch's own compiler, as a yardstick: no node runs it, its first step takes a minute."""

from pathlib import Path

import torch

from depthanyevent_ros.engines.cache import EngineCache, Say
from depthanyevent_ros.engines.protocol import Engine, EngineSpec
from depthanyevent_ros.engines.torch_cuda.builder import TorchCudaBuilder
from depthanyevent_ros.engines.torch_cuda.gpu import first_line
from depthanyevent_ros.engines.torch_cuda.session import TorchSession
from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.network.weights import find_weights


class CompiledBuilder(TorchCudaBuilder):
    """As TorchCudaBuilder, with the network compiled by torch.compile."""

    name = 'torch_compiled'

    def make_session(self, folder: Path) -> TorchSession:
        """Return the network on the device; it is compiled when it runs for the first time."""
        return TorchSession(torch.compile(self.make_model()))


def build_compiled(spec: EngineSpec, say: Say, cache: EngineCache) -> Engine:
    """
    Return the compiled engine.

    :raises EngineUnavailable: also if the compiler itself fails, which it does in many ways.
    """
    try:
        return CompiledBuilder(spec, find_weights(spec.weights), cache, say).engine()
    except RuntimeError as error:               # all errors of the compiler are
        raise EngineUnavailable(f'torch.compile does not do it: {first_line(error)}') from error
