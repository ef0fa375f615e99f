# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Window files from the simulator."""

from pathlib import Path
from typing import Callable

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.simulation.dataset import Sequence, simulation_of, windows_of
from depthanyevent_ros.training.windows_file import WindowsWriter, write_windows

WINDOW_US = 50_000


def write_simulated(path: Path, sequence: Sequence, n_windows: int,
                    progress: Callable[[int], None] = lambda n_done: None) -> None:
    """
    Simulate a sequence and write its windows, with frames.

    :param progress: told the number of windows done.
    """
    simulation = simulation_of(sequence, n_windows, WINDOW_US)
    with simulated_writer(path, sequence, simulation.camera, True) as writer:
        for n_done, made in enumerate(windows_of(simulation, n_windows), 1):
            window = made.window
            writer.append(window.image, made.depth_m, window.end_ns, window.n_events, made.frame)
            progress(n_done)


def simulated_writer(path: Path, sequence: Sequence, camera: CameraModel, with_frames: bool
                     ) -> WindowsWriter:
    """Begin the file of a simulated sequence."""
    k = camera.k
    return write_windows(path, camera.height, camera.width, kind=sequence.kind,
                         motion=sequence.motion, seed=sequence.seed, fx=k[0, 0], fy=k[1, 1],
                         cx=k[0, 2], cy=k[1, 2], window_us=WINDOW_US, with_frames=with_frames)
