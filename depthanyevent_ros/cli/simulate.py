# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Simulate a DAVIS346 in scenes of known depth.

Either one sequence to OUT, whose ending says in which form: .h5 training windows, .hdf5 MVSEC's
layout (OUT_data.hdf5 and OUT_gt.hdf5), without an ending a rosbag2 folder. Or with --dataset
FOLDER many sequences of training windows over kinds of scenes and motions; files that are
there already are kept, so that an interrupted run can be continued.
"""

from pathlib import Path
import sys

from tqdm import tqdm

from depthanyevent_ros.cli.simulate_dataset import WINDOW_US, write_dataset, write_sequence
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.simulation.camera_paths import MOTIONS
from depthanyevent_ros.simulation.dataset import Sequence
from depthanyevent_ros.simulation.simulator import Simulation
from depthanyevent_ros.simulation.worlds import KINDS

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
