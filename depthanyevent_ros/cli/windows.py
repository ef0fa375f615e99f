# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Make a window file for training from a data set (MVSEC, DSEC, EventScape, E2Depth) or a bag.

    depthanyevent windows outdoor_day2_data.hdf5 windows/train/day2.h5
"""

from pathlib import Path
import sys

from tqdm import tqdm

from depthanyevent_ros.cli.sizes import size_of
from depthanyevent_ros.datasets.open_dataset import find_reader
from depthanyevent_ros.errors import EngineUnavailable, RecordingError
from depthanyevent_ros.recordings.open_sequence import open_sequence


def add_arguments(parser) -> None:
    """Declare the arguments."""
    parser.add_argument('source', type=Path, metavar='SRC',
                        help='a data set or bag with depth or frames')
    parser.add_argument('destination', type=Path, metavar='DST.h5', help='the file to be')
    parser.add_argument('--kind', default='street',
                        help='of the scenes; training balances kinds (default: %(default)s)')
    parser.add_argument('--window-ms', type=float, default=50.0, metavar='MS',
                        help='length of a window (default: %(default)g)')
    parser.add_argument('--side', choices=('left', 'right'), default='left',
                        help='which camera of a stereo data set (default: %(default)s)')
    parser.add_argument('--events-topic', metavar='TOPIC', help='of a bag with several')
    parser.add_argument('--at', choices=('depth', 'frames'), default='depth',
                        help='where windows end: at depth maps, or at frames, with the labels '
                             'of a teacher if there are some (default: %(default)s)')
    parser.add_argument('--crop', type=size_of, metavar='HxW',
                        help='keep the middle alone; the paper: 320x640 of DSEC')


def run(args) -> int:
    """Write the file; nothing is left of it if anything fails."""
    try:
        from depthanyevent_ros.training.from_sequence import write_sequence
    except ModuleNotFoundError as error:
        raise EngineUnavailable(f'{error.name} is not installed: training needs what '
                                'requirements/train.txt names') from error
    if not args.source.exists():
        raise RecordingError(f'{args.source} does not exist')
    reader = find_reader(args.source)
    with (open_sequence(args.source, args.events_topic) if reader is None else
          reader(args.source, args.side)) as sequence, tqdm(
            desc=str(args.source), unit=' windows', leave=False, file=sys.stderr,
            total=len((sequence.depths if args.at == 'depth' else sequence.frames) or ()),
            disable=None) as bar:
        n_windows = write_sequence(sequence, args.destination, args.kind,
                                   round(args.window_ms * 1000),
                                   lambda done: bar.update(done - bar.n), args.crop, args.at)
    for note in sequence.notes:
        print(f'note: {note}', file=sys.stderr)
    print(f'{n_windows} windows: {args.destination}')
    return 0
