# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which engines can run on this machine."""

from importlib.util import find_spec
from typing import Optional

from depthanyevent_ros.engines.cuda.find_gpu import find_gpu
from depthanyevent_ros.engines.tensorrt.library import load_tensorrt
from depthanyevent_ros.errors import EngineLost, EngineUnavailable


def what_is_missing(engine: str) -> Optional[str]:
    """Return why an engine cannot run here, in one sentence, or None if it can."""
    if engine == 'tensorrt':
        try:
            load_tensorrt(find_gpu().driver)
        except (EngineUnavailable, EngineLost) as error:
            return str(error)
        return None
    if engine == 'torch_cuda':
        try:
            from depthanyevent_ros.engines.torch_cuda.gpu import TorchGpu
            TorchGpu()
        except (ImportError, EngineUnavailable) as error:
            return str(error)
        return None
    return None if find_spec(engine) else f'{engine} is not installed: pip install {engine}'


def what_is_there(engine: str) -> str:
    """Return what an engine that can run here would run on, a few words."""
    if engine == 'tensorrt':
        gpu = find_gpu()
        version = load_tensorrt(gpu.driver).__version__
        return (f'can run here, on {gpu.name} with TensorRT {version} (the driver has CUDA '
                f'{gpu.driver // 1000}.{gpu.driver % 1000 // 10})')
    if engine == 'torch_cuda':
        from depthanyevent_ros.engines.torch_cuda.gpu import TorchGpu
        return f'can run here, on {TorchGpu().name}'
    return 'can run here'
