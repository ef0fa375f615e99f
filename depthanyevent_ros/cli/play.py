# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Publish a recording on the topics events, image_raw and camera_info.

Topics are relative: remap them with --ros-args -r events:=/event_camera/events. Sensor stamps are
kept as recorded. SIGINT ends the replay cleanly.
"""

import math

from depthanyevent_ros.cli.info import add_topic_arguments, open_from, RECORDINGS
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.recordings.player import PlayOptions


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument('recording', help=RECORDINGS)
    parser.add_argument('--rate', type=float, default=1.0, metavar='FACTOR',
                        help='recording time per real time; inf: as fast as possible (default 1)')
    parser.add_argument('--loop', type=float, default=1, metavar='N',
                        help='number of passes, or inf (default 1)')
    parser.add_argument('--monotone', action='store_true',
                        help='shift the stamps of later passes so that time never runs back')
    parser.add_argument('--start', type=float, default=0.0, metavar='SECONDS',
                        help='begin so long after the first message')
    parser.add_argument('--duration', type=float, default=math.inf, metavar='SECONDS',
                        help='play so much of the recording')
    parser.add_argument('--events', default='recorded', metavar='TYPE',
                        help='recorded (default), dvs (EventArray), packet (EventPacket), or an '
                             'encoding of packets, for example mono')
    parser.add_argument('--clock', type=float, nargs='?', const=100.0, default=0.0, metavar='HZ',
                        help='publish /clock, by default 100 times per second of the '
                             'recording')
    parser.add_argument('--lossless', action='store_true',
                        help='wait for slow subscribers that are reliable and keep all')
    parser.add_argument('--stamps', choices=('now', 'recorded'),
                        help='header.stamp of event messages (default: now at rate 1 without '
                             '--clock and --lossless, else recorded)')
    parser.add_argument('--frame-id', help='instead of the recorded one')
    parser.add_argument('--wait-for-subscribers', type=int, default=0, metavar='N',
                        help='begin when the events have so many subscribers')
    parser.add_argument('--wait-timeout', type=float, default=60.0, metavar='SECONDS',
                        help='give up waiting after so long (default 60)')
    add_topic_arguments(parser)


def run(args) -> int:
    """Publish the recording; return 0 at its end or when told to stop."""
    options = PlayOptions(args.rate, args.loop, args.start, args.duration, args.monotone)
    if not args.clock >= 0:
        raise ConfigError(f'clock is {args.clock:g} Hz: it must not be below 0')
    with open_from(args) as recording:
        return _play(recording, options, args)


def _play(recording, options, args):
    # Only now, so that a wrong option is told without waiting for ROS.
    from depthanyevent_ros.nodes.play_node import play
    from depthanyevent_ros.nodes.play_publishers import PlaySettings
    settings = PlaySettings(
        events=args.events, clock_hz=args.clock, lossless=args.lossless,
        stamp_now=stamp_now(args), frame_id=args.frame_id,
        wait_for_subscribers=args.wait_for_subscribers, wait_timeout_s=args.wait_timeout)
    return play(recording, options, settings, args.ros_args)


def stamp_now(args) -> bool:
    """Return whether header.stamp of event messages becomes the time of publishing."""
    if args.stamps is not None:
        return args.stamps == 'now'
    return args.rate == 1.0 and not args.clock and not args.lossless
