# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The network on a GPU in PyTorch, compared with PyTorch on the processor before it is used."""

from depthanyevent_ros.engines.cache import EngineCache, Say
from depthanyevent_ros.engines.cuda.engine import CudaEngine
from depthanyevent_ros.engines.deployed import DeployedModel
from depthanyevent_ros.engines.graph_weights import GraphTypes
from depthanyevent_ros.engines.keys import gpu_key
from depthanyevent_ros.engines.parity import measure_parity, Parity
from depthanyevent_ros.engines.protocol import Engine, EngineSpec
from depthanyevent_ros.engines.torch_cuda.gpu import TorchGpu
from depthanyevent_ros.engines.torch_cuda.session import TorchSession
from depthanyevent_ros.engines.torch_engine import TorchEngine
from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.network.preprocess import SensorModel
from depthanyevent_ros.network.weights import Weights

INSIDE = {'f16': 'float16', 'f32': 'float32', 'auto': 'float16'}


class TorchCudaBuilder:
    """The steps to one engine; only the comparison is kept in the cache."""

    def __init__(self, spec: EngineSpec, weights: Weights, cache: EngineCache, say: Say):
        if spec.precision not in INSIDE:
            raise EngineUnavailable(f'the torch_cuda engine has no precision {spec.precision}: '
                                    'choose f16, f32 or auto')
        self.spec, self.weights, self.cache, self.say = spec, weights, cache, say
        self.types = GraphTypes('uint8', INSIDE[spec.precision], check=True)
        self.precision = 'f32' if self.types.inside == 'float32' else 'f16'
        self.gpu = TorchGpu()

    def engine(self) -> Engine:
        """
        Return the engine.

        :raises EngineRefused: if it differs too much from PyTorch on the processor.
        """
        key = gpu_key(self.spec, self.weights, self.types, self.gpu, TorchSession.version)
        folder = self.cache.entry('torch_cuda', key, self._compare, self.say)
        parity = Parity.read(folder)
        parity.refuse_if_poor('the torch_cuda engine')
        engine = self._open()
        engine.facts = {'input_size': key['input'], 'parity': parity.as_dict(),
                        'cache': str(folder), 'notes': list(self.weights.notes)}
        return engine

    def _open(self) -> CudaEngine:
        """Return the engine, not compared yet."""
        least = self.spec.least_input(self.weights)
        model = SensorModel(self.weights.network(), *self.spec.sensor, *least)
        deployed = DeployedModel(model, self.types).to(self.gpu.device)
        return CudaEngine('torch_cuda', self.spec, self.weights, self.precision, self.gpu,
                          lambda: TorchSession(deployed))

    def _compare(self, folder) -> None:
        """Compare with PyTorch on the processor; a poor comparison is stored as well."""
        self.say(f'comparing PyTorch on {self.gpu.name} in {self.precision} with the processor')
        engine = self._open()
        try:
            reference = TorchEngine(self.spec.with_precision('f32'), self.weights)
            measure_parity(engine, reference, self.precision).write(folder)
        finally:
            engine.close()
