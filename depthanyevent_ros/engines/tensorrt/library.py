# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The ``tensorrt`` package: whether it is there, whole, and of a version that can be trusted.

The part of its interface that this package uses is the same in 10.13 to 11.x and in TensorRT-RTX.
"""

import importlib
import re
from typing import Any, Callable, Tuple

from depthanyevent_ros.errors import EngineUnavailable

#: The oldest version that has everything that is used here.
OLDEST = (10, 13)

#: Versions that may compute wrong numbers in refittable engines (NVIDIA's list of known issues).
REFUSED = ((11, 3),)

#: Least CUDA version of the driver, by the major version of CUDA that TensorRT was built for.
LEAST_DRIVER = {12: (12000, 'r535'), 13: (13000, 'r580')}


def load_tensorrt(driver: int, load: Callable = importlib.import_module) -> Any:
    """
    Return the module; a GPU must have been found before (cuda/find_gpu.py says why).

    :param driver: the CUDA version of the driver, 12020 for 12.2.
    :raises EngineUnavailable: one sentence that says what is wrong.
    """
    try:
        trt = load('tensorrt')
    except ModuleNotFoundError as error:
        if (error.name or '').partition('.')[0] == 'tensorrt':
            raise EngineUnavailable('tensorrt is not installed: pip install tensorrt, or on a '
                                    'Jetson apt install python3-libnvinfer') from error
        raise EngineUnavailable(f'tensorrt is installed but a part of it is missing '
                                f'({error})') from error
    except ImportError as error:
        raise EngineUnavailable('tensorrt is installed but its libraries cannot be loaded '
                                f'({error}): bindings and libraries must have the same '
                                'version') from error
    check_version(trt.__version__)
    check_driver(driver, cuda_major(trt, load))
    return trt


def check_version(text: str) -> None:
    """Refuse versions that are too old or known to be wrong."""
    version = version_tuple(text)
    if version < OLDEST:
        raise EngineUnavailable(f'tensorrt is {text}; {".".join(map(str, OLDEST))} is the oldest '
                                'that works here')
    if version in REFUSED:
        raise EngineUnavailable(f'tensorrt {text} is known to compute wrong numbers: install '
                                'another version')


def check_driver(driver: int, cuda: int) -> None:
    """Refuse a driver that is older than what TensorRT was built for."""
    least, branch = LEAST_DRIVER.get(cuda, (0, ''))
    if driver < least:
        raise EngineUnavailable(f'the NVIDIA driver is too old for this tensorrt: it gives CUDA '
                                f'{driver // 1000}.{driver % 1000 // 10}, and CUDA {cuda} needs '
                                f'{branch} or later')


def cuda_major(trt: Any, load: Callable = importlib.import_module) -> int:
    """Return the major version of CUDA that the package was built for, 0 if it does not say."""
    for major in sorted(LEAST_DRIVER, reverse=True):
        try:
            load('importlib.metadata').version(f'tensorrt-cu{major}')
        except ImportError:                     # PackageNotFoundError is one
            continue
        return major
    return 0


def version_tuple(text: str) -> Tuple[int, int]:
    """Return major and minor version."""
    found = re.match(r'(\d+)\.(\d+)', text)
    return (int(found[1]), int(found[2])) if found else (0, 0)
