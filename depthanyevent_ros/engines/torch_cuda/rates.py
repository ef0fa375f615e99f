# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a GPU reaches in the best of cases: a large product of matrices, a large copy."""

import torch

from depthanyevent_ros.engines.cuda.rates import copy_rate
from depthanyevent_ros.engines.timing import Rates
from depthanyevent_ros.engines.torch_cuda.gpu import TorchGpu

SIDE = 8192
REPEATS = 10


def measure_rates() -> Rates:
    """Return operations a second by precision, and bytes a second; about a second of work."""
    gpu = TorchGpu()
    with gpu.current():
        flop_s = {name: 2 * SIDE ** 3 / least_s(product(gpu, dtype))
                  for name, dtype in (('f16', torch.float16), ('f32', torch.float32))}
    return Rates(flop_s, copy_rate(gpu))


def product(gpu: TorchGpu, dtype: torch.dtype):
    """Return a function that multiplies two square matrices."""
    a, b = (torch.randn(SIDE, SIDE, dtype=dtype, device=gpu.device) for _ in range(2))
    out = torch.empty_like(a)
    return lambda: torch.mm(a, b, out=out)


def least_s(work) -> float:
    """Return the shortest time of some work, by the device's clock."""
    start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    times_ms = []
    for _ in range(REPEATS):
        start.record()
        work()
        stop.record()
        stop.synchronize()
        times_ms.append(start.elapsed_time(stop))
    return min(times_ms) / 1e3
