# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How many seconds of a scene the simulator makes in a second."""

import time
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np

from depthanyevent_ros.simulation.simulator import Frame, Simulation, Truth

#: Each kind with the ways in which a camera usually moves in it.
SCENES = (('room', ('walking', 'flying', 'rotating', 'standing')),
          ('corridor', ('walking', 'flying')), ('street', ('driving', 'walking')))
#: Rooms, on all cores: the project promises real time on two.
GOAL_SPEED = {'room': 1.0}
WARM_UP_S = 0.05


def bench_simulator(scenes: Sequence[Tuple[str, Sequence[str]]] = SCENES, seeds: int = 3,
                    duration_s: float = 1.0,
                    progress: Callable[[str], None] = lambda name: None) -> List[Dict[str, Any]]:
    """
    Simulate events, frames and depth of sequences of each kind, with all cores and with one.

    :param seeds: sequences for each motion.
    :returns: rows ``part``, ``name``, ``speed`` (simulated over real time, all sequences
        together), ``slowest`` (of a sequence), ``rate_mev_s`` (events in simulated time),
        ``ratio`` (to one core) and ``goal_speed`` or None.
    """
    for parallel in (True, False):              # loads the kernels
        measure('room', 'walking', 0, WARM_UP_S, parallel)
    rows = []
    for kind, motions in scenes:
        runs = {}
        for parallel in (True, False):
            progress(f'{kind}, {"all cores" if parallel else "one core"}')
            runs[parallel] = np.array([measure(kind, motion, seed, duration_s, parallel)
                                       for motion in motions for seed in range(seeds)])
        took_s, n_events = runs[True].T
        rows.append({
            'part': 'simulate', 'name': f'{kind} ({", ".join(motions)})',
            'speed': duration_s * len(took_s) / took_s.sum(),
            'slowest': duration_s / took_s.max(),
            'rate_mev_s': n_events.mean() / duration_s / 1e6,
            'ratio': runs[False][:, 0].sum() / took_s.sum(), 'goal_speed': GOAL_SPEED.get(kind)})
    return rows


def measure(kind: str, motion: str, seed: int, duration_s: float, parallel: bool
            ) -> Tuple[float, int]:
    """Return how long a sequence took, s, and its number of events; the world is made before."""
    simulation = Simulation(kind, motion, seed, duration_s, parallel=parallel)
    began, n_events = time.perf_counter(), 0
    for item in simulation.items():
        if not isinstance(item, (Frame, Truth)):
            n_events += len(item)
    return time.perf_counter() - began, n_events
