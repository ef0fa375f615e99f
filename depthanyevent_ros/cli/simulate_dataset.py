# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Folders of training windows: the part of `simulate` that --dataset asks for."""

from concurrent.futures import as_completed, ProcessPoolExecutor
from contextlib import ExitStack
import multiprocessing
from pathlib import Path
import sys

from tqdm import tqdm

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.simulation.dataset import plan_sequences, Sequence, simulation_of

WINDOW_US = 50_000


def write_dataset(args) -> int:
    """Write the sequences that are not there yet."""
    if min(args.sequences, args.windows, args.jobs, args.batch) < 1:
        raise ConfigError('--sequences, --windows, --jobs and --batch must be at least 1')
    folder, n_windows = args.dataset, args.windows
    folder.mkdir(parents=True, exist_ok=True)
    planned = plan_sequences(args.sequences, args.seed, args.kind)
    missing = [sequence for sequence in planned if not (folder / sequence.name).exists()]
    check_kept([folder / sequence.name for sequence in planned if sequence not in missing],
               n_windows)
    n_kept = args.sequences - len(missing)
    written = (_written(folder, missing, n_windows, args.jobs) if args.device is None else
               _written_on(args.device, folder, missing, n_windows, args.batch))
    with tqdm(total=args.sequences, initial=n_kept, unit=' sequences', file=sys.stderr,
              disable=None) as bar:
        for _ in written:
            bar.update()
    print(f'{len(missing)} sequences written, {n_kept} kept: {folder}')
    return 0


def check_kept(paths, n_windows: int) -> None:
    """
    Make sure that what is there already is as long as what is asked for.

    :raises ConfigError: naming the first file that is not.
    """
    from depthanyevent_ros.training.windows_file import WindowsFile
    for path in paths:
        n = len(WindowsFile(path))
        if n != n_windows:
            raise ConfigError(f'{path} is there already with {n} windows, not {n_windows}: choose '
                              'another folder')


def _written(folder, sequences, n_windows, jobs):
    """Write sequences, several at a time, and yield once for each."""
    if jobs == 1:
        for sequence in sequences:
            yield write_sequence(folder / sequence.name, sequence, n_windows)
        return
    context = multiprocessing.get_context('spawn')
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        tasks = [pool.submit(write_sequence, folder / sequence.name, sequence, n_windows)
                 for sequence in sequences]
        try:
            for task in as_completed(tasks):
                yield task.result()
        finally:
            for task in tasks:
                task.cancel()


def _written_on(device, folder, sequences, n_windows, batch):
    """Write sequences by the torch twin and yield once for each."""
    from depthanyevent_ros.network.device import usable_device
    from depthanyevent_ros.simulation.torch_twin.windows import TwinWindows
    from depthanyevent_ros.training.from_simulation import simulated_writer
    device = usable_device(device)
    for start in range(0, len(sequences), batch):
        part = sequences[start:start + batch]
        simulations = [simulation_of(sequence, n_windows, WINDOW_US) for sequence in part]
        twin = TwinWindows(simulations, device, WINDOW_US)
        with ExitStack() as stack:
            writers = [stack.enter_context(simulated_writer(
                folder / s.name, s, simulation.camera, False))
                for s, simulation in zip(part, simulations)]
            for window in twin.windows(n_windows):
                writers[window.sequence].append(
                    window.image.cpu().numpy(), window.depth_m.cpu().numpy(), window.stamp_ns,
                    window.n_events)
        yield from part


def write_sequence(path: Path, sequence: Sequence, n_windows: int, show: bool = False) -> None:
    """Simulate a sequence and write its windows."""
    from depthanyevent_ros.training.from_simulation import write_simulated
    with tqdm(total=n_windows, unit=' windows', file=sys.stderr,
              disable=None if show else True) as bar:
        write_simulated(path, sequence, n_windows, lambda n_done: bar.update(n_done - bar.n))
