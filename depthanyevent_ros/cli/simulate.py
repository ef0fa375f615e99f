# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Simulate a DAVIS346 in scenes of known depth.

Either one sequence to OUT, whose ending says in which form: .h5 training windows, .hdf5 MVSEC's
layout (OUT_data.hdf5 and OUT_gt.hdf5), without an ending a rosbag2 folder. Or with --dataset
FOLDER many sequences of training windows over kinds of scenes and motions; files that are
there already are kept, so that an interrupted run can be continued.
"""

from concurrent.futures import as_completed, ProcessPoolExecutor
from contextlib import ExitStack
import multiprocessing
from pathlib import Path
import sys

from tqdm import tqdm

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.simulation.camera_paths import MOTIONS
from depthanyevent_ros.simulation.dataset import (
    plan_sequences, Sequence, simulation_of, windows_of,
)
from depthanyevent_ros.simulation.simulator import Simulation
from depthanyevent_ros.simulation.worlds import KINDS

WINDOW_US = 50_000
DEFAULT_KIND = 'room'
START_NS = 1_767_225_600_000_000_000        # of the sensor's clock, for recordings


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument('out', nargs='?', type=Path, metavar='OUT',
                        help='rosbag2 folder, .hdf5 (MVSEC) or .h5 (training windows)')
    parser.add_argument('--kind', choices=KINDS, help='of scene (default: room; of a data set: '
                                                      'rooms, corridors and streets, mixed)')
    parser.add_argument('--motion', choices=MOTIONS, help='of the camera (default: walking)')
    parser.add_argument('--seed', type=int, default=0,
                        help='of the sequence, or number of the data set')
    parser.add_argument('--duration', type=float, metavar='SECONDS', help='(default: 2)')
    parser.add_argument('--dataset', type=Path, metavar='FOLDER',
                        help='write many sequences of training windows here')
    parser.add_argument('--sequences', type=int, metavar='N',
                        help='of the data set (default: 100)')
    parser.add_argument('--windows', type=int, metavar='N',
                        help='windows of 50 ms in each sequence of a data set (default: 40)')
    parser.add_argument('--jobs', type=int, metavar='N', help='processes (default: 1)')
    parser.add_argument('--device', metavar='NAME',
                        help='make a data set with torch there, for example on cuda: many '
                             'sequences side by side, without frames')
    parser.add_argument('--batch', type=int, metavar='N',
                        help='sequences side by side with --device (default: 32)')


def run(args) -> int:
    """Write what the arguments ask for."""
    if args.seed < 0:
        raise ConfigError(f'--seed ({args.seed}) must not be negative')
    refuse_unused(args)
    for name, default in DEFAULTS.items():
        if getattr(args, name) is None:
            setattr(args, name, default)
    if args.dataset is not None:
        return write_dataset(args)
    if args.out is None:
        raise ConfigError('nothing to write: give OUT, or --dataset FOLDER')
    if args.out.suffix not in FORMS:
        raise ConfigError(f'OUT ({args.out}) must end in .h5, in .hdf5 or have no ending')
    if args.out.exists():
        raise ConfigError(f'{args.out} exists already: remove it or choose another name')
    print(FORMS[args.out.suffix](args))
    return 0


#: Argument -> its value where it is not given; those that go with OUT, and with --dataset.
DEFAULTS = {'motion': 'walking', 'duration': 2.0, 'sequences': 100, 'windows': 40, 'jobs': 1,
            'batch': 32}
OF_ONE, OF_MANY = ('motion', 'duration'), ('sequences', 'windows', 'jobs', 'device', 'batch')


def refuse_unused(args) -> None:
    """
    Refuse what would be passed over: a wish is fulfilled or refused.

    :raises ConfigError: naming the argument.
    """
    many = args.dataset is not None
    if many and args.out is not None:
        raise ConfigError(f'give OUT ({args.out}) or --dataset, not both')
    for name in OF_ONE if many else OF_MANY:
        if getattr(args, name) is not None:
            raise ConfigError(f'--{name} goes with {"OUT" if many else "--dataset"}' + (
                '; a data set mixes motions, and its --windows say how long a sequence is'
                if many else ''))
    if args.device is None and args.batch is not None:
        raise ConfigError('--batch goes with --device')
    if args.device is not None and args.jobs is not None:
        raise ConfigError('--jobs does not go with --device: its sequences lie side by side')


def write_bag(args) -> str:
    """Write a rosbag2 folder and say what is in it."""
    from depthanyevent_ros.recordings.conversion.outgoing import write_all
    from depthanyevent_ros.recordings.qos import offered_qos
    from depthanyevent_ros.recordings.writer import BagWriter
    from depthanyevent_ros.simulation.bag_messages import BagMessages, NAMESPACE, PACKET
    simulation = _simulation(args)
    with BagWriter(args.out, compress=True) as writer, _seconds(args.duration) as bar:
        writer.add_topic(f'{NAMESPACE}/events', PACKET, offered_qos(depth=1000))
        write_all(BagMessages(simulation).messages(), writer, lambda message: bar.update(
            max((message.record_ns - simulation.start_ns) * 1e-9 - bar.n, 0)))
    return f'{writer.n_messages:,} messages: {args.out}'


def write_mvsec(args) -> str:
    """Write a pair of files as MVSEC has them and say how they are called."""
    from depthanyevent_ros.simulation.mvsec_files import MvsecFiles
    simulation = _simulation(args)
    with MvsecFiles(args.out, simulation.camera) as files, tqdm(
            unit=' events', unit_scale=True, file=sys.stderr, disable=None) as bar:
        files.write_all(simulation, bar.update)
    return ', '.join(str(path) for path in files.paths)


def write_windows_of(args) -> str:
    """Write a file of training windows and say how many."""
    n_windows = round(args.duration * 1e6 / WINDOW_US)
    if n_windows < 1:
        raise ConfigError(f'--duration ({args.duration:g} s) is less than a window of 50 ms')
    sequence = Sequence(args.kind or DEFAULT_KIND, args.motion, args.seed)
    write_sequence(args.out, sequence, n_windows, show=True)
    return f'{n_windows} windows: {args.out}'


#: Ending of OUT -> what writes it.
FORMS = {'': write_bag, '.hdf5': write_mvsec, '.h5': write_windows_of}


def _simulation(args):
    return Simulation(args.kind or DEFAULT_KIND, args.motion, args.seed, args.duration,
                      start_ns=START_NS, parallel=True)


def _seconds(duration_s):
    return tqdm(total=duration_s, unit='s', file=sys.stderr, disable=None,
                bar_format='{l_bar}{bar}| {n:.2f}/{total:.2f} s [{elapsed}<{remaining}]')


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
    device = usable_device(device)
    for start in range(0, len(sequences), batch):
        part = sequences[start:start + batch]
        simulations = [simulation_of(sequence, n_windows, WINDOW_US) for sequence in part]
        twin = TwinWindows(simulations, device, WINDOW_US)
        with ExitStack() as stack:
            writers = [stack.enter_context(_writer(folder / s.name, s, simulation.camera, False))
                       for s, simulation in zip(part, simulations)]
            for window in twin.windows(n_windows):
                writers[window.sequence].append(
                    window.image.cpu().numpy(), window.depth_m.cpu().numpy(), window.stamp_ns,
                    window.n_events)
        yield from part


def write_sequence(path: Path, sequence: Sequence, n_windows: int, show: bool = False) -> None:
    """Simulate a sequence and write its windows."""
    simulation = simulation_of(sequence, n_windows, WINDOW_US)
    with _writer(path, sequence, simulation.camera, True) as writer:
        for made in tqdm(windows_of(simulation, n_windows), total=n_windows, unit=' windows',
                         file=sys.stderr, disable=None if show else True):
            window = made.window
            writer.append(window.image, made.depth_m, window.end_ns, window.n_events, made.frame)


def _writer(path, sequence, camera, with_frames):
    from depthanyevent_ros.training.windows_file import write_windows
    k = camera.k
    return write_windows(path, camera.height, camera.width, kind=sequence.kind,
                         motion=sequence.motion, seed=sequence.seed, fx=k[0, 0], fy=k[1, 1],
                         cx=k[0, 2], cy=k[1, 2], window_us=WINDOW_US, with_frames=with_frames)
