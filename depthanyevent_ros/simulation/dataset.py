# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A training set: which sequences it has, and their windows."""

from dataclasses import dataclass
from typing import Iterator, List, Optional

import numpy as np

from depthanyevent_ros.simulation.simulator import Simulation
from depthanyevent_ros.simulation.windows import training_windows, TrainingWindow

#: How often each kind and each motion occurs; the kinds that are not here are for tests alone.
KIND_SHARES = {'room': 0.44, 'corridor': 0.24, 'street': 0.32}
MOTION_SHARES = {'walking': 0.22, 'driving': 0.22, 'flying': 0.18, 'halting': 0.2, 'standing': 0.1,
                 'rotating': 0.08}
#: Seeds of one set follow each other: two sets whose numbers differ share none.
SEEDS_PER_SET = 10_000_000
#: After the last window: an event must close it, and the frame nearest to it must end.
_TAIL_S = 0.06


@dataclass(frozen=True)
class Sequence:
    """One sequence of a set."""

    kind: str
    motion: str
    seed: int

    @property
    def name(self) -> str:
        """Return the name of its file."""
        return f'{self.kind}_{self.motion}_{self.seed:09d}.h5'


def plan_sequences(n: int, set_number: int, kind: Optional[str] = None) -> List[Sequence]:
    """
    Return the sequences of a set; a longer set begins with the shorter one.

    :param kind: of all scenes; else those of ``KIND_SHARES`` are mixed.
    """
    sequences = []
    for i in range(n):
        seed = set_number * SEEDS_PER_SET + i
        rng = np.random.default_rng([seed, 99])
        drawn, motion = (str(rng.choice(list(shares), p=list(shares.values())))
                         for shares in (KIND_SHARES, MOTION_SHARES))
        sequences.append(Sequence(kind or drawn, motion, seed))
    return sequences


def windows_of(simulation: Simulation, n_windows: int) -> Iterator[TrainingWindow]:
    """Yield the first windows of a simulation that lasts long enough."""
    for _, window in zip(range(n_windows), training_windows(simulation)):
        yield window


def simulation_of(sequence: Sequence, n_windows: int, window_us: int = 50_000) -> Simulation:
    """Return the simulation of a sequence, a little longer than its windows."""
    return Simulation(sequence.kind, sequence.motion, sequence.seed,
                      n_windows * window_us * 1e-6 + _TAIL_S)
