# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which engine: one decision, at construction."""

from typing import Callable, Dict, List, Optional, Tuple

from depthanyevent_ros.engines.cache import EngineCache, Say
from depthanyevent_ros.engines.cuda.device_files import has_nvidia_device
from depthanyevent_ros.engines.openvino_builder import OpenVinoBuilder
from depthanyevent_ros.engines.protocol import Engine, EngineSpec
from depthanyevent_ros.engines.tensorrt.builder import TensorRTBuilder
from depthanyevent_ros.errors import ConfigError, EngineLost, EngineRefused, EngineUnavailable
from depthanyevent_ros.network.weights import find_weights, Weights

Build = Callable[[EngineSpec, Weights, EngineCache, Say], Engine]


def build_torch(spec: EngineSpec, weights: Weights, cache: EngineCache, say: Say) -> Engine:
    """Return the reference engine."""
    try:
        from depthanyevent_ros.engines.torch_engine import TorchEngine
    except ImportError as error:
        raise EngineUnavailable(f'torch is not installed ({error}): pip install torch') from error
    return TorchEngine(spec, weights)


def build_openvino(spec: EngineSpec, weights: Weights, cache: EngineCache, say: Say) -> Engine:
    """Return the OpenVINO engine, exported, compiled and compared with PyTorch if need be."""
    return OpenVinoBuilder(spec, weights, cache, say).engine()


def build_tensorrt(spec: EngineSpec, weights: Weights, cache: EngineCache, say: Say) -> Engine:
    """Return the TensorRT engine, compiled and compared with PyTorch if need be."""
    return TensorRTBuilder(spec, weights, cache, say).engine()


def build_torch_cuda(spec: EngineSpec, weights: Weights, cache: EngineCache, say: Say
                     ) -> Engine:
    """Return PyTorch on a GPU."""
    try:
        from depthanyevent_ros.engines.torch_cuda.builder import TorchCudaBuilder
    except ImportError as error:
        raise EngineUnavailable(f'torch is not installed ({error}): pip install torch') from error
    return TorchCudaBuilder(spec, weights, cache, say).engine()


#: Engines by name. A further one is a module of its own and a line here.
BUILDERS: Dict[str, Build] = {'tensorrt': build_tensorrt, 'torch_cuda': build_torch_cuda,
                              'openvino': build_openvino, 'torch': build_torch}


#: Engines of a GPU, and those of the processor, each fastest first.
GPU_ORDER, CPU_ORDER = ('tensorrt', 'torch_cuda'), ('openvino', 'torch')

#: Names that stand for the first engine of several that runs here.
CHOICES = ('auto', 'cpu')


def order_of(choice: str) -> Tuple[str, ...]:
    """Return what ``auto`` or ``cpu`` tries; a GPU's engines only where there may be a GPU."""
    return GPU_ORDER + CPU_ORDER if choice == 'auto' and has_nvidia_device() else CPU_ORDER


def wants_gpu(name: str) -> bool:
    """Tell whether an engine of this name, or the first that it stands for, is a GPU's."""
    return (order_of(name)[0] if name in CHOICES else name) in GPU_ORDER


def make_engine(spec: EngineSpec, progress: Optional[Say] = None,
                cache: Optional[EngineCache] = None, weights: Optional[Weights] = None) -> Engine:
    """
    Return a ready engine; the first time this exports, compiles and compares (10 s and more).

    :param progress: called with a sentence at the start of each long step, and with what the
        caller ought to log: weights that are untrained, an engine that was passed over.
    :param weights: those to run, where ``spec.weights`` alone does not say it.
    :raises ConfigError: for a parameter that cannot be used.
    :raises WeightsError: for weights that cannot be used.
    :raises EngineUnavailable: if the engine (with auto: every engine) cannot run here.
    :raises EngineRefused: if it differs too much from PyTorch.
    """
    say = progress or (lambda sentence: None)
    if spec.engine not in (*CHOICES, *BUILDERS):
        raise ConfigError(f'engine is {spec.engine!r}; it must be one of '
                          f'{", ".join((*CHOICES, *BUILDERS))}')
    weights = weights or find_weights(spec.weights)
    for note in weights.notes:
        say(note)
    cache = cache or EngineCache()
    if spec.engine not in CHOICES:
        return BUILDERS[spec.engine](spec, weights, cache, say)
    passed_over: List[str] = []
    for name in order_of(spec.engine):
        try:
            return BUILDERS[name](spec, weights, cache, say)
        except (EngineUnavailable, EngineRefused, EngineLost) as error:
            passed_over.append(f'{name}: {error}')
            say(f'engine {spec.engine} passes over {passed_over[-1]}')
    raise EngineUnavailable(f'no engine runs here; {"; ".join(passed_over)}')
