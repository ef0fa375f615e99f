# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which engines can run on this machine."""

from importlib.util import find_spec
from pathlib import Path
from typing import Optional

from depthanyevent_ros.engines.cuda.find_gpu import find_gpu
from depthanyevent_ros.engines.tensorrt.library import load_tensorrt
from depthanyevent_ros.errors import EngineLost, EngineUnavailable

#: Where the kernel's part of NVIDIA's driver shows: desktops and servers, Jetsons, WSL.
NVIDIA_DEVICES = (Path('/dev/nvidiactl'), Path('/dev/nvhost-gpu'), Path('/dev/nvhost-ctrl-gpu'),
                  Path('/dev/dxg'))


def has_nvidia_device() -> bool:
    """Tell, without touching it, whether a GPU of NVIDIA seems to be there."""
    return any(path.exists() for path in NVIDIA_DEVICES)


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
