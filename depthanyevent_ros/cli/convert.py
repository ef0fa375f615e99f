# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Turn a recording or data set into a rosbag2: events, pictures, calibration, depth, poses.

Reads MVSEC (HDF5 or ROS 1 bags; _data finds its _gt), DSEC, EventScape, ECD and E2Depth folders,
aedat4, and bags. The folder appears under its name when it is complete.
"""

import argparse
from pathlib import Path
import sys

from tqdm import tqdm

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.recordings.conversion import open_conversion, write_all
from depthanyevent_ros.recordings.writer import BagWriter


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument('source', type=Path, metavar='SRC', help='a recording or data set')
    parser.add_argument('destination', type=Path, metavar='DST', help='the rosbag2 folder to be')
    parser.add_argument('--events', choices=('packet', 'dvs'), default='packet',
                        help='EventPacket in the encoding mono (default), or dvs_msgs/EventArray')
    parser.add_argument('--storage', choices=('mcap', 'sqlite3'), default='mcap',
                        help='of the bag (default: %(default)s)')
    parser.add_argument('--packet-ms', type=_milliseconds, default=5.0, metavar='MS',
                        help='how long an event message may be (default: %(default)g)')
    parser.add_argument('--side', choices=('left', 'right'), default='left',
                        help='which camera of a stereo data set (default: %(default)s)')
    parser.add_argument('--overwrite', action='store_true', help='replace DST if it is a rosbag2')


def run(args) -> int:
    """Write the bag; nothing is left of it if anything fails."""
    n_events = 0
    with open_conversion(args.source, args.events, int(args.packet_ms * 1e6),
                         args.side) as conversion:
        refuse_own_source(args.source, args.destination)
        with BagWriter(args.destination, args.overwrite, storage=args.storage) as writer, \
                _bar(args.source, conversion.n_events) as bar:
            def count(message):
                nonlocal n_events
                n_events += message.n_events
                bar.update(message.n_events)
            for topic, msgtype, qos in conversion.offered():
                writer.add_topic(topic, msgtype, qos)
            write_all(conversion.messages(), writer, count)
        for note in conversion.notes:
            print(f'note: {note}', file=sys.stderr)
    print(f'{n_events:,} events in {writer.n_messages:,} messages: {args.destination}')
    return 0


def refuse_own_source(source: Path, destination: Path) -> None:
    """
    Make sure that the bag does not replace what it is made of.

    :raises ConfigError: if DST is SRC, or lies around it.
    """
    source, destination = source.expanduser().resolve(), destination.resolve()
    if destination == source or destination in source.parents:
        raise ConfigError(f'{destination} holds what is to be converted: choose another DST')


def _bar(what, n_events):
    return tqdm(desc=str(what), total=n_events, unit=' events', unit_scale=True, leave=False,
                file=sys.stderr, disable=None)


def _milliseconds(text) -> float:
    value = float(text)
    if not 0 < value <= 2000:
        raise argparse.ArgumentTypeError('above 0 and at most 2000: the encoding mono has 2.1 s')
    return value
