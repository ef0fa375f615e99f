# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From weights to a TensorRT engine: the graph with its weights, compiled to a plan."""

from functools import cached_property
from pathlib import Path
from typing import Any

from depthanyevent_ros.engines.cuda.builder import CudaBuilder
from depthanyevent_ros.engines.cuda.find_gpu import find_gpu
from depthanyevent_ros.engines.cuda.protocol import Gpu
from depthanyevent_ros.engines.graph_weights import GRAPH_FILE, read_places
from depthanyevent_ros.engines.onnx_source import OnnxSource
from depthanyevent_ros.engines.tensorrt.library import load_tensorrt
from depthanyevent_ros.engines.tensorrt.plan import PlanBuilder, the_logger
from depthanyevent_ros.engines.tensorrt.session import TensorRTSession

PLAN_FILE = 'network.plan'


class TensorRTBuilder(CudaBuilder):
    """Compiles plans, minutes each; EngineUnavailable names what is missing here."""

    name = 'tensorrt'
    sources = ('engines/tensorrt/plan.py',)

    @cached_property
    def gpu(self) -> Gpu:
        """Return the GPU; nothing of TensorRT is touched before."""
        return find_gpu()

    @cached_property
    def trt(self) -> Any:
        """Return the tensorrt module."""
        return load_tensorrt(self.gpu.driver)

    @property
    def version(self) -> str:
        """Return the version of TensorRT."""
        return self.trt.__version__

    def make_files(self, folder: Path) -> None:
        """Compile the plan; it fails if TensorRT does not find a weight by its name."""
        onnx = OnnxSource(self.spec, self.weights, self.cache, self.say).folder(self.types)
        with self.gpu.current():
            self.say(f'compiling for {self.gpu.name} with TensorRT {self.version} in '
                     f'{self.precision}: minutes, once')
            builder = PlanBuilder(self.trt, onnx / GRAPH_FILE, self.say)
            names = [place.name for place in read_places(onnx)]
            builder.refuse_unknown_weights(names)
            builder.unmark_weights(names)
            plan = builder.build()
        (folder / PLAN_FILE).write_bytes(plan)

    def make_session(self, folder: Path) -> TensorRTSession:
        """Load the plan."""
        return TensorRTSession(self.gpu, self.trt, (folder / PLAN_FILE).read_bytes(),
                               the_logger(self.trt, self.say))
