# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How long a step takes on a GPU, and how far that is from what the device allows.

The floor of a step is the larger of two times: its floating-point operations at the rate that the
device reaches in a large product of matrices, and the bytes that must move (weights read, states
read and written, image and depth) at the rate that it reaches in a large copy. Both rates are
measured in the same run, in the precision of the row.
"""

import time
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.engines.clip import recorded_clip
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.presence import what_is_missing
from depthanyevent_ros.engines.protocol import Engine, EngineSpec
from depthanyevent_ros.engines.timing import Rates
from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.network.costs import network_costs

WEIGHTS = 'untrained-vits-r'
#: Height and width of the sensor or crop, and of the network's input: DAVIS346, DSEC, VGA.
SIZES = ((260, 346, 266, 350), (320, 640, 322, 644), (480, 640, 480, 640))
VARIANTS = (('tensorrt', 'f16'), ('tensorrt', 'f32'), ('torch_cuda', 'f16'), ('torch_cuda', 'f32'))

#: What the project aims at: ms per window of 266x350 in f16 on an H200.
GOAL_MS = {(266, 350, 'f16'): 2.0}
WARM_UP, STEPS = 20, 300


def bench_gpu(progress: Callable[[str], None] = lambda sentence: None,
              sizes: Sequence[Tuple[int, int, int, int]] = SIZES, weights: str = WEIGHTS,
              cache: Optional[EngineCache] = None, steps: int = STEPS) -> List[Dict[str, Any]]:
    """
    Measure every engine of a GPU at every size.

    :returns: rows ``engine``, ``precision``, ``input``, ``p50_ms`` and ``p99_ms`` (of a step as
        its caller sees it), ``device_ms`` (median, by the device's clock, copies included),
        ``hz``, ``graphs``, ``gflop``, ``mbyte``, ``floor_ms``, ``over_floor`` (device_ms over
        it), ``goal_ms`` or None; or ``engine``, ``precision``, ``input``, ``skipped``.
    """
    missing = what_is_missing('torch_cuda')
    if missing:
        return [{'engine': engine, 'precision': precision, 'input': size[2:], 'skipped': missing}
                for size in sizes for engine, precision in VARIANTS]
    from depthanyevent_ros.engines.torch_cuda.rates import measure_rates
    progress('what the device reaches in products and copies')
    rates = measure_rates()
    rows = []
    for size in sizes:
        for engine, precision in VARIANTS:
            progress(f'{engine} {precision} at {size[2]}x{size[3]}')
            spec = EngineSpec(size[0], size[1], weights, engine, precision, size[2], size[3])
            try:
                rows.append(engine_row(make_engine(spec, progress, cache), rates, steps))
            except DepthAnyEventError as error:
                rows.append({'engine': engine, 'precision': precision, 'input': size[2:],
                             'skipped': str(error)})
    return rows


def engine_row(engine: Engine, rates: Rates, steps: int = STEPS) -> Dict[str, Any]:
    """Return the row of one engine, and close it."""
    try:
        wall_ms, device_ms = np.array(list(step_times(engine, steps))).T
        facts = engine.describe()
        costs = network_costs(engine.weights.config, facts['sensor_size'], facts['input_size'],
                              facts['precision'])
    finally:
        engine.close()
    floor_ms = rates.floor_ms(costs.flops, costs.nbytes, facts['precision'])
    size = tuple(facts['input_size'])
    return {'engine': facts['engine'], 'precision': facts['precision'], 'input': size,
            'device': facts['device'], 'version': facts['version'],
            'p50_ms': float(np.percentile(wall_ms, 50)),
            'p99_ms': float(np.percentile(wall_ms, 99)), 'device_ms': float(np.median(device_ms)),
            'hz': 1e3 / float(np.percentile(wall_ms, 50)), 'graphs': str(facts['graphs']),
            'gflop': costs.flops / 1e9, 'mbyte': costs.nbytes / 1e6, 'floor_ms': floor_ms,
            'over_floor': float(np.median(device_ms)) / floor_ms,
            'goal_ms': GOAL_MS.get((*size, facts['precision']))}


def step_times(engine: Engine, steps: int) -> Iterator[Tuple[float, float]]:
    """Yield the duration of each step in ms, as its caller and as the device sees it."""
    clip, state = recorded_clip(engine.height, engine.width), None
    for index in range(WARM_UP + steps):
        started = time.perf_counter()
        _, state = engine.step(clip[index % len(clip)], state)
        ended = time.perf_counter()
        if index >= WARM_UP:
            yield 1e3 * (ended - started), engine.step_ms
