# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long a step of each engine takes, beside PyTorch in the same run."""

import statistics
import time
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.engines.clip import moving_edges
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.protocol import Engine, EngineSpec
from depthanyevent_ros.engines.timing import step_times_ms
from depthanyevent_ros.errors import EngineRefused, EngineUnavailable

#: The network of the paper; its speed does not depend on what it was trained on.
WEIGHTS = 'untrained-vits-r'
#: Its input, height and width.
SIZES = ((126, 168), (154, 210), (196, 266), (266, 350))
VARIANTS = (('torch', 'f32'), ('openvino', 'f32'), ('openvino', 'bf16'))

#: What the project aims at on 2 cores with OpenVINO, Hz.
GOALS_HZ = {(154, 210): 20.0, (266, 350): 8.0}
WINDOWS = 6

Progress = Callable[[str], None]


def bench_engines(sizes: Sequence[Tuple[int, int]] = SIZES, weights: str = WEIGHTS,
                  threads: int = 0, rounds: int = 4, sensor: Tuple[int, int] = (260, 346),
                  cache: Optional[EngineCache] = None,
                  progress: Optional[Progress] = None) -> List[Dict[str, Any]]:
    """
    Measure every engine at every input size; the engines take turns clip by clip.

    :param sizes: input height and width; :param sensor: height and width of the event camera.
    :param threads: of each engine, 0 for all cores; :param rounds: passes over the clip.
    :param progress: called with a sentence at each long step.
    :returns: rows ``weights``, ``engine``, ``precision``, ``input``, ``threads``, ``min_ms``,
        ``median_ms``, ``hz`` (of the median), ``ratio`` (median of PyTorch over this one's),
        ``load_s`` (from the cache), ``depth_mean`` and ``depth_max`` (parity; None for PyTorch),
        ``goal_hz`` or None; or ``weights``, ``engine``, ``precision``, ``input`` and ``skipped``,
        a sentence.
    """
    progress = progress or (lambda sentence: None)
    rows: List[Dict[str, Any]] = []
    for height, width in sizes:
        engines: Dict[Tuple[str, str], Engine] = {}
        loads: Dict[Tuple[str, str], float] = {}
        for variant in VARIANTS:
            spec = EngineSpec(*sensor, weights, *variant, height, width, threads)
            progress(f'{variant[0]} {variant[1]} at {height}x{width}')
            try:
                make_engine(spec, progress, cache).close()
                started = time.perf_counter()
                engines[variant] = make_engine(spec, cache=cache)
                loads[variant] = time.perf_counter() - started
            except (EngineUnavailable, EngineRefused) as error:
                rows.append({'engine': variant[0], 'precision': variant[1],
                             'input': (height, width), 'skipped': str(error)})
        rows += timed_rows(engines, loads, (height, width), rounds)
    return [{'weights': weights, **row} for row in rows]


def timed_rows(engines: Dict[Tuple[str, str], Engine], loads: Dict[Tuple[str, str], float],
               size: Tuple[int, int], rounds: int) -> List[Dict[str, Any]]:
    """Return the rows of one input size, and close the engines."""
    if not engines:
        return []
    first = next(iter(engines.values()))
    clip = list(moving_edges(first.height, first.width, WINDOWS))
    times = step_times_ms(engines, clip, rounds)
    median = {variant: statistics.median(spent) for variant, spent in times.items()}
    baseline = median.get(('torch', 'f32'))
    # The goal is one of OpenVINO, in the precision that `auto` would take.
    best = min((variant for variant in median if variant[0] == 'openvino'), key=median.get,
               default=None)
    rows = []
    for variant, engine in engines.items():
        facts = engine.describe()
        parity = facts['parity'] or {}
        rows.append({
            'engine': facts['engine'], 'precision': facts['precision'],
            'input': tuple(facts['input_size']), 'threads': facts['threads'],
            'min_ms': min(times[variant]), 'median_ms': median[variant],
            'hz': 1000.0 / median[variant],
            'ratio': baseline / median[variant] if baseline else None,
            'load_s': loads[variant], 'depth_mean': parity.get('depth_mean'),
            'depth_max': parity.get('depth_max'),
            'goal_hz': GOALS_HZ.get(size) if variant == best else None})
        engine.close()
    return rows
