# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether there is a GPU that can be used, and which of the pieces is missing if not."""

import importlib
from typing import Callable, Dict

from depthanyevent_ros.engines.cuda.device_files import has_nvidia_device, NVIDIA_DEVICES
from depthanyevent_ros.engines.cuda.protocol import Gpu
from depthanyevent_ros.errors import EngineUnavailable

PYCUDA = 'pycuda.driver'
OUR_MODULE = 'depthanyevent_ros.engines.cuda.pycuda_gpu'
NO_DRIVER = 'libcuda.so'

#: GPUs by their index.
FOUND: Dict[int, Gpu] = {}


def find_gpu(index: int = 0, load: Callable = importlib.import_module) -> Gpu:
    """
    Return a GPU.

    Nothing of TensorRT may be constructed before this succeeded: without a device its runtime
    gives out an object around a null pointer, which ends the process when it is used or freed.

    There is one object for a device as long as the process lives: pycuda gives a primary context
    back in a way that others do not survive.

    :param index: of the device, as CUDA counts them.
    :raises EngineUnavailable: one sentence that names the piece that is missing.
    """
    if index not in FOUND:
        FOUND[index] = first_gpu(index, load)
    if FOUND[index].lost:
        raise EngineUnavailable(f'{FOUND[index].lost}; CUDA gives it back only to a new process: '
                                'start the node again')
    return FOUND[index]


def first_gpu(index: int, load: Callable) -> Gpu:
    """Return a GPU that was not used before in this process."""
    driver = import_driver(load)
    try:
        driver.init()
        count = driver.Device.count()
    except driver.Error as error:
        raise EngineUnavailable(f'the NVIDIA driver finds no GPU that it can use ({error}): '
                                'nvidia-smi tells more') from error
    if index >= count:
        raise EngineUnavailable(f'there is no GPU {index}: the NVIDIA driver finds {count}')
    return load(OUR_MODULE).PyCudaGpu(index)


def import_driver(load: Callable):
    """Return pycuda's driver module, or say what of it is missing."""
    try:
        return load(PYCUDA)
    except ModuleNotFoundError as error:
        if not has_nvidia_device():             # else a user would build pycuda in vain
            raise EngineUnavailable('this machine has no NVIDIA GPU, or no driver for it (there '
                                    f'is no {NVIDIA_DEVICES[0]})') from error
        raise EngineUnavailable('pycuda is not installed: pip install pycuda (it needs a compiler '
                                'and the CUDA headers)') from error
    except ImportError as error:
        if NO_DRIVER in str(error):
            raise EngineUnavailable('there is no NVIDIA driver on this machine '
                                    f'({error})') from error
        raise EngineUnavailable(f'pycuda is installed but cannot be loaded ({error}): build it '
                                'anew for this Python and CUDA') from error
