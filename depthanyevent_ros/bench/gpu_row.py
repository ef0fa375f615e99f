# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is measured of one engine of a GPU."""

import time
from typing import Any, Dict, List, Tuple

import numpy as np

from depthanyevent_ros.engines.clip import recorded_clip
from depthanyevent_ros.engines.cuda.engine import CudaEngine
from depthanyevent_ros.engines.timing import Rates
from depthanyevent_ros.network.costs import network_costs

#: What the project aims at: ms per window of 266x350 in f16 on an H200.
GOAL_MS = {(266, 350, 'f16'): 2.0}
WARM_UP, STEPS = 20, 300


def engine_row(engine: CudaEngine, rates: Rates, steps: int = STEPS) -> Dict[str, Any]:
    """
    Return the row of one engine, and close it.

    :returns: ``engine``, ``precision``, ``input``, ``device``, ``version``; with graphs ``p50_ms``
        and ``p99_ms`` (of a step as its caller sees it), ``hz``, ``device_ms`` (median, by the
        device's clock, copies included), ``graphs``; ``piecewise_ms`` (as p50_ms, without graphs);
        ``in_ms`` and ``out_ms`` (the copies alone), ``device_mb`` (its memory on the device);
        ``gflop``, ``mbyte``, ``compute_ms`` (None if unknown), ``memory_ms``, ``over_floor``
        (device_ms over the larger of the two), ``goal_ms`` or None.
    """
    try:
        with_graphs = step_times_ms(engine, steps)
        facts, device_bytes = engine.describe(), engine.device_bytes()
        in_ms, out_ms = engine.copies_ms()
        engine.do_without_graphs('for comparison')
        piecewise = step_times_ms(engine, steps)
        costs = network_costs(engine.weights.config, facts['sensor_size'], facts['input_size'],
                              facts['precision'])
    finally:
        engine.close()
    wall_ms, device_ms = with_graphs
    compute_ms = rates.compute_ms(costs.flops, facts['precision'])
    memory_ms = rates.memory_ms(costs.nbytes)
    size = tuple(facts['input_size'])
    p50_ms, p99_ms = (float(each) for each in np.percentile(wall_ms, (50, 99)))
    return {'engine': facts['engine'], 'precision': facts['precision'], 'input': size,
            'device': facts['device'], 'version': facts['version'],
            'p50_ms': p50_ms, 'p99_ms': p99_ms, 'hz': 1e3 / p50_ms,
            'device_ms': float(np.median(device_ms)), 'graphs': str(facts['graphs']),
            'piecewise_ms': float(np.median(piecewise[0])), 'in_ms': in_ms, 'out_ms': out_ms,
            'device_mb': device_bytes / 1e6, 'gflop': costs.flops / 1e9,
            'mbyte': costs.nbytes / 1e6, 'compute_ms': compute_ms, 'memory_ms': memory_ms,
            'over_floor': float(np.median(device_ms)) / max(compute_ms or 0, memory_ms),
            'goal_ms': GOAL_MS.get((*size, facts['precision']))}


def step_times_ms(engine: CudaEngine, steps: int) -> Tuple[List[float], List[float]]:
    """Return the durations of the steps, as their caller and as the device sees them."""
    clip, state = recorded_clip(engine.height, engine.width), None
    wall_ms, device_ms = [], []
    for index in range(WARM_UP + steps):
        started = time.perf_counter()
        _, state = engine.step(clip[index % len(clip)], state)
        wall_ms.append(1e3 * (time.perf_counter() - started))
        device_ms.append(engine.step_ms)
    return wall_ms[WARM_UP:], device_ms[WARM_UP:]
