# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Other domains than that of the training sets, and the sequences of the experiment.

Every figure of light, sensor and lens lies outside of what the shipped weights were trained on
(``simulation/variety.py``), and a third of the scenes are of a kind that they never saw.
"""

from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import List, Optional, Sequence as Several, Tuple

from tqdm import tqdm

from depthanyevent_ros.simulation.dataset import KIND_SHARES, plan_sequences, Sequence, windows_of
from depthanyevent_ros.simulation.pixels import PixelParameters
from depthanyevent_ros.simulation.simulator import Simulation
from depthanyevent_ros.simulation.variety import Setup
from depthanyevent_ros.training.from_simulation import simulated_writer, WINDOW_US

FACTORY_KINDS = tuple(KIND_SHARES)
TAIL_S = 0.06


@dataclass(frozen=True)
class Domain:
    """A light, a sensor and a lens; kinds of scenes, in turn; numbers of its sets of sequences."""

    setup: Setup
    kinds: Tuple[str, ...]
    drive_set: int
    test_set: int
    share: float = 1.0              # of a plan's minutes that are driven in it


#: In training: thresholds 0.12..0.45, leak up to 0.3 Hz, shot noise up to 4 Hz, up to 6e-4 of the
#: pixels hot, illumination 0.05..1, focal length 0.92..1.08 of the lens's; and no warehouse. No
#: training or test set of this package has these numbers.
NIGHT = 'night'
DOMAINS = {
    NIGHT: Domain(                # a building after dark, a dull sensor, a wide lens
        Setup(PixelParameters(threshold_on=0.6, threshold_off=0.45, threshold_spread=0.06,
                              refractory_us=800, cutoff_hz=150, leak_hz=0.5, shot_hz=10.0,
                              hot_share=2e-3),
              illumination=0.03, zoom=0.65, exposure_us=16_000, full_well=2000.0),
        ('warehouse', 'room', 'corridor'), drive_set=81, test_set=84),
    'noon': Domain(                 # outdoors in the sun, a keen sensor, a long lens
        Setup(PixelParameters(threshold_on=0.09, threshold_off=0.1, threshold_spread=0.015,
                              refractory_us=50, cutoff_hz=1200, leak_hz=0.4, shot_hz=0.02,
                              hot_share=0.0),
              illumination=2.0, zoom=1.35, exposure_us=1000, full_well=15_000.0),
        ('street', 'warehouse', 'street'), drive_set=86, test_set=87,
        share=0.5),                 # many events: they take long to simulate
}
FACTORY_SET = 85
#: What the learner is like is chosen in the night, on these test sets (its own and the factory's);
#: what is reported of it is of others.
CHOICE_SETS = 82, 83


@dataclass(frozen=True)
class Plan:
    """How much is simulated."""

    minutes: float = 10.0
    drive_windows: int = 200        # of each scene of the drive
    kept: int = 8                   # of the drive's windows these are kept, consecutive ones,
    of: int = 32                    # of so many
    test_sequences: int = 12
    test_windows: int = 32
    domain: str = NIGHT             # of DOMAINS
    choosing: bool = False          # tested on the sets that choices are made by

    def in_domain(self, name: str) -> 'Plan':
        """Return the plan for a domain, of DOMAINS."""
        return replace(self, domain=name, minutes=self.minutes * DOMAINS[name].share)

    @property
    def drive_sequences(self) -> int:
        """How many scenes the drive goes through."""
        return round(self.minutes * 60e6 / WINDOW_US / self.drive_windows)

    @property
    def period_s(self) -> float:
        """How much of the drive passes from one stretch that is kept to the next, on average."""
        return self.drive_windows * WINDOW_US * 1e-6 / (self.drive_windows // self.of)


@dataclass(frozen=True)
class Job:
    """A file to be simulated."""

    path: Path
    sequence: Sequence
    n_windows: int
    kept: int = 1
    of: int = 1
    setup: Optional[Setup] = None   # None: one of those of the training sets


def jobs(folder: Path, plan: Plan) -> Tuple[List[Job], List[Job], List[Job]]:
    """Return the files of the drive, of the test in its domain, and of that in the factory's."""
    domain, here, n = DOMAINS[plan.domain], folder / plan.domain, plan.test_windows
    test_set, factory_set = CHOICE_SETS if plan.choosing else (domain.test_set, FACTORY_SET)
    suffix = '_of_choices' if plan.choosing else ''
    drive, test, factory = (plan_sequences(n, number) for n, number in (
        (plan.drive_sequences, domain.drive_set), (plan.test_sequences, test_set),
        (plan.test_sequences, factory_set)))
    return ([Job(here / 'drive' / f'{k:03d}.h5', of_kind(sequence, domain.kinds, k),
                 plan.drive_windows, plan.kept, plan.of, domain.setup)
             for k, sequence in enumerate(drive)],
            [Job(here / f'test{suffix}' / f'{k:03d}.h5', of_kind(sequence, domain.kinds, k), n,
                 setup=domain.setup) for k, sequence in enumerate(test)],
            [Job(folder / f'factory{suffix}' / f'{k:03d}.h5',
                 of_kind(sequence, FACTORY_KINDS, k), n)
             for k, sequence in enumerate(factory)])


def of_kind(sequence: Sequence, kinds: Several[str], index: int) -> Sequence:
    """Return a sequence in another kind of scene, the kinds in turn."""
    return Sequence(kinds[index % len(kinds)], sequence.motion, sequence.seed)


def simulate(todo: Several[Job], n_processes: int) -> None:
    """Write the files that are not there yet, each once."""
    todo = list({job.path: job for job in todo if not job.path.exists()}.values())
    with get_context('spawn').Pool(n_processes) as pool:
        for _ in tqdm(pool.imap_unordered(write, todo), 'simulate', len(todo), unit=' scenes',
                      disable=None):
            pass


def write(job: Job) -> None:
    """Simulate a sequence and keep some of its windows."""
    sequence = job.sequence
    simulation = Simulation(sequence.kind, sequence.motion, sequence.seed,
                            job.n_windows * WINDOW_US * 1e-6 + TAIL_S,
                            job.setup)
    with simulated_writer(job.path, sequence, simulation.camera, True) as writer:
        for index, made in enumerate(windows_of(simulation, job.n_windows)):
            if index % job.of >= job.of - job.kept:
                window = made.window
                writer.append(window.image, made.depth_m, window.end_ns, window.n_events,
                              made.frame)
