# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A plan that is loaded: its inputs and outputs, and how it is put into a stream."""

from typing import Any, Dict

import numpy as np

from depthanyevent_ros.engines.cuda.protocol import Gpu, Memory, Port, Stream
from depthanyevent_ros.errors import EngineLost, EngineUnavailable, NoDeviceMemory


class TensorRTSession:
    """
    Runtime, engine and execution context of one plan; the GPU's context is current in all calls.

    :param plan: what PlanBuilder.build returned.
    :param logger: kept alive by its maker.
    :raises EngineUnavailable: if the plan is of another version or GPU; NoDeviceMemory if memory
        does not do.
    """

    def __init__(self, gpu: Gpu, trt: Any, plan: bytes, logger: Any):
        self.version = trt.__version__
        self._runtime = trt.Runtime(logger)
        self._engine = self._runtime.deserialize_cuda_engine(plan)
        if self._engine is None:
            raise EngineUnavailable('TensorRT does not take the plan: it was built by another '
                                    f'version or for another GPU than {gpu.name}, or is damaged')
        self._context = self._engine.create_execution_context()
        if self._context is None:
            raise NoDeviceMemory(f'{gpu.name} has no memory left for the network')
        self.ports: Dict[str, Port] = {}
        for index in range(self._engine.num_io_tensors):
            name = self._engine.get_tensor_name(index)
            self.ports[name] = Port(
                name, tuple(self._engine.get_tensor_shape(name)),
                np.dtype(trt.nptype(self._engine.get_tensor_dtype(name))),
                self._engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT)

    def bind(self, name: str, memory: Memory) -> None:
        """
        Say where an input is read or an output is written from now on.

        :raises EngineLost: if TensorRT refuses: the old address would be used.
        """
        if not self._context.set_tensor_address(name, int(memory)):
            raise EngineLost(f'TensorRT refused the memory of {name}')

    def enqueue(self, stream: Stream) -> None:
        """
        Put one run into a stream.

        :raises EngineLost: if TensorRT refuses.
        """
        if not self._context.execute_async_v3(stream.handle):
            raise EngineLost('TensorRT could not run the network')

    def close(self) -> None:
        """Free everything, in the order in which TensorRT wants it."""
        self._context = None
        self._engine = None
        self._runtime = None
