# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long a step takes, side by side, and how long it would take at least."""

from dataclasses import dataclass
import time
from typing import Dict, List, Mapping, Optional, Sequence

import numpy as np

from depthanyevent_ros.engines.protocol import Engine


@dataclass(frozen=True)
class Rates:
    """What a device reaches: operations and bytes in a second."""

    flop_s: Dict[str, float]                    # by precision; empty where nothing measured it
    byte_s: float

    def compute_ms(self, flops: float, precision: str) -> Optional[float]:
        """Return the least time of the operations, None if the rate is unknown."""
        rate = self.flop_s.get(precision)
        return None if rate is None else 1e3 * flops / rate

    def memory_ms(self, nbytes: float) -> float:
        """Return the least time of the bytes."""
        return 1e3 * nbytes / self.byte_s


def step_times_ms(engines: Mapping[str, Engine], clip: Sequence[np.ndarray],
                  rounds: int) -> Dict[str, List[float]]:
    """
    Return the durations of the steps of each engine, ms.

    The engines take turns clip by clip, so that a busy neighbour disturbs all alike (not window by
    window: threads of one that still spin would disturb the next); the first pass over the clip
    warms up and does not count.
    """
    states = dict.fromkeys(engines)
    times: Dict[str, List[float]] = {name: [] for name in engines}
    for _ in range(rounds + 1):
        for name, engine in engines.items():
            for image in clip:
                started = time.perf_counter()
                _, states[name] = engine.step(image, states[name])
                times[name].append(1e3 * (time.perf_counter() - started))
    return {name: spent[len(clip):] for name, spent in times.items()}


def fastest_steps_ms(engines: Mapping[str, Engine], clip: Sequence[np.ndarray],
                     rounds: int = 3) -> Dict[str, float]:
    """Return the duration of the fastest step of each engine, ms."""
    return {name: min(spent) for name, spent in step_times_ms(engines, clip, rounds).items()}
