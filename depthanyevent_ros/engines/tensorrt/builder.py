# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From weights to a checked TensorRT engine: graph, plan, comparison with PyTorch, cache."""

from functools import cached_property
from pathlib import Path
from typing import Any

from depthanyevent_ros.engines.cache import EngineCache, Say
from depthanyevent_ros.engines.cuda.engine import CudaEngine
from depthanyevent_ros.engines.cuda.find_gpu import find_gpu
from depthanyevent_ros.engines.cuda.protocol import Gpu
from depthanyevent_ros.engines.graph_weights import GRAPH_FILE, GraphTypes, read_places
from depthanyevent_ros.engines.keys import gpu_key
from depthanyevent_ros.engines.onnx_source import OnnxSource
from depthanyevent_ros.engines.parity import measure_parity, Parity
from depthanyevent_ros.engines.protocol import Engine, EngineSpec
from depthanyevent_ros.engines.tensorrt.library import load_tensorrt
from depthanyevent_ros.engines.tensorrt.plan import make_logger, PlanBuilder
from depthanyevent_ros.engines.tensorrt.session import TensorRTSession
from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.network.weights import Weights

PLAN_FILE = 'network.plan'

#: Arithmetic by the name of a precision. Half precision is what GPUs are built for.
INSIDE = {'f16': 'float16', 'f32': 'float32', 'auto': 'float16'}


class TensorRTBuilder:
    """
    The steps from one specification to one engine; each result is kept in the cache.

    :raises EngineUnavailable: one sentence that names what is missing here.
    """

    def __init__(self, spec: EngineSpec, weights: Weights, cache: EngineCache, say: Say):
        if spec.precision not in INSIDE:
            raise EngineUnavailable(f'the tensorrt engine has no precision {spec.precision}: '
                                    'choose f16, f32 or auto')
        self.spec, self.weights, self.cache, self.say = spec, weights, cache, say
        self.types = GraphTypes('uint8', INSIDE[spec.precision], check=True)
        self.precision = 'f32' if self.types.inside == 'float32' else 'f16'
        self.onnx = OnnxSource(spec, weights, cache, say)

    @cached_property
    def gpu(self) -> Gpu:
        """Return the GPU; nothing of TensorRT is touched before."""
        return find_gpu()

    @cached_property
    def trt(self) -> Any:
        """Return the tensorrt module."""
        return load_tensorrt(self.gpu.driver)

    @property
    def key(self):
        """Return what the engine depends on."""
        return gpu_key(self.spec, self.weights, self.types, self.gpu, self.trt.__version__)

    def engine(self) -> Engine:
        """
        Return the engine, built and checked if it is not in the cache.

        :raises EngineUnavailable: if something is missing, or TensorRT cannot build or load it.
        :raises EngineRefused: if it differs too much from PyTorch.
        """
        folder = self._entry()
        try:
            return self._load(folder)
        except (EngineUnavailable, OSError, ValueError, TypeError, KeyError) as error:
            self.say(f'the cached engine cannot be used and is built again: {error}')
        self.cache.discard(folder)
        return self._load(self._entry())

    def _entry(self) -> Path:
        """Return the folder of the engine."""
        return self.cache.entry('tensorrt', self.key, self._build, self.say)

    def _load(self, folder: Path) -> Engine:
        """Return the engine of a folder; the stored comparison decides once more."""
        parity = Parity.read(folder)
        parity.refuse_if_poor('the tensorrt engine')
        engine = self._open((folder / PLAN_FILE).read_bytes())
        engine.facts = {'input_size': self.key['input'], 'parity': parity.as_dict(),
                        'cache': str(folder), 'notes': list(self.weights.notes)}
        return engine

    def _open(self, plan: bytes) -> CudaEngine:
        """Return the engine of a plan."""
        return CudaEngine('tensorrt', self.spec, self.weights, self.precision, self.gpu,
                          lambda: TensorRTSession(self.gpu, self.trt, plan,
                                                  make_logger(self.trt, self.say)))

    def _build(self, folder: Path) -> None:
        """
        Compile, compare with PyTorch, store both.

        A poor comparison is stored as well, so that a start does not repeat a refused build.
        """
        onnx = self.onnx.folder(self.types)
        with self.gpu.current():
            self.say(f'compiling for {self.gpu.name} with TensorRT {self.trt.__version__} in '
                     f'{self.precision}: minutes, once')
            builder = PlanBuilder(self.trt, onnx / GRAPH_FILE, self.say)
            names = [place.name for place in read_places(onnx)]
            builder.refuse_unknown_weights(names)
            builder.unmark_weights(names)
            plan = builder.build()
        (folder / PLAN_FILE).write_bytes(plan)
        self.say('comparing with PyTorch')
        engine = self._open(plan)
        try:
            measure_parity(engine, self._reference(), self.precision).write(folder)
        finally:
            engine.close()

    def _reference(self) -> Engine:
        """Return the network in PyTorch."""
        from depthanyevent_ros.engines.torch_engine import TorchEngine
        return TorchEngine(self.spec.with_precision('f32'), self.weights)
