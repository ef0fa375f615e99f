# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The other domain: a building after dark, seen by another sensor through another lens.

Every figure of light, sensor and lens lies outside of what the shipped weights were trained on
(``simulation/variety.py``), and a third of the scenes are of a kind that they never saw.
"""

from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import List, Sequence as Several, Tuple

from tqdm import tqdm

from depthanyevent_ros.simulation.dataset import KIND_SHARES, plan_sequences, Sequence, windows_of
from depthanyevent_ros.simulation.pixels import PixelParameters
from depthanyevent_ros.simulation.simulator import Simulation
from depthanyevent_ros.simulation.variety import Setup
from depthanyevent_ros.training.from_simulation import simulated_writer, WINDOW_US

#: In training: thresholds 0.12..0.45, leak up to 0.3 Hz, shot noise up to 4 Hz, up to 6e-4 of the
#: pixels hot, illumination 0.05..1, focal length 0.92..1.08 of the lens's.
NIGHT = Setup(PixelParameters(threshold_on=0.6, threshold_off=0.45, threshold_spread=0.06,
                              refractory_us=800, cutoff_hz=150, leak_hz=0.5, shot_hz=10.0,
                              hot_share=2e-3),
              illumination=0.03, zoom=0.65, exposure_us=16_000, full_well=2000.0)
#: Kinds of scenes, in turn; no training set has a warehouse.
KINDS = ('warehouse', 'room', 'corridor')
FACTORY_KINDS = tuple(KIND_SHARES)
#: No training or test set of this package has these numbers.
DRIVE_SET, TEST_SET, FACTORY_SET = 81, 82, 83
TAIL_S = 0.06


@dataclass(frozen=True)
class Plan:
    """How much is simulated."""

    minutes: float = 10.0
    drive_windows: int = 200        # of each scene of the drive
    kept: int = 8                   # of the drive's windows these are kept, consecutive ones,
    of: int = 32                    # of so many
    test_sequences: int = 12
    test_windows: int = 32

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
    is_night: bool = True


def jobs(folder: Path, plan: Plan) -> Tuple[List[Job], List[Job], List[Job]]:
    """Return the files of the drive, of the test in its domain, and of that in the factory's."""
    drive, test, factory = (plan_sequences(n, number) for n, number in (
        (plan.drive_sequences, DRIVE_SET), (plan.test_sequences, TEST_SET),
        (plan.test_sequences, FACTORY_SET)))
    n = plan.test_windows
    return ([Job(folder / 'drive' / f'{k:03d}.h5', of_kind(sequence, KINDS, k),
                 plan.drive_windows, plan.kept, plan.of) for k, sequence in enumerate(drive)],
            [Job(folder / 'test' / f'{k:03d}.h5', of_kind(sequence, KINDS, k), n)
             for k, sequence in enumerate(test)],
            [Job(folder / 'factory' / f'{k:03d}.h5', of_kind(sequence, FACTORY_KINDS, k), n,
                 is_night=False) for k, sequence in enumerate(factory)])


def of_kind(sequence: Sequence, kinds: Several[str], index: int) -> Sequence:
    """Return a sequence in another kind of scene, the kinds in turn."""
    return Sequence(kinds[index % len(kinds)], sequence.motion, sequence.seed)


def simulate(todo: Several[Job], n_processes: int) -> None:
    """Write the files that are not there yet."""
    todo = [job for job in todo if not job.path.exists()]
    with get_context('spawn').Pool(n_processes) as pool:
        for _ in tqdm(pool.imap_unordered(write, todo), 'simulate', len(todo), unit=' scenes',
                      disable=None):
            pass


def write(job: Job) -> None:
    """Simulate a sequence and keep some of its windows."""
    sequence = job.sequence
    simulation = Simulation(sequence.kind, sequence.motion, sequence.seed,
                            job.n_windows * WINDOW_US * 1e-6 + TAIL_S,
                            NIGHT if job.is_night else None)
    with simulated_writer(job.path, sequence, simulation.camera, True) as writer:
        for index, made in enumerate(windows_of(simulation, job.n_windows)):
            if index % job.of >= job.of - job.kept:
                window = made.window
                writer.append(window.image, made.depth_m, window.end_ns, window.n_events,
                              made.frame)
