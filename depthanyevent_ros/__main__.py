# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`python -m depthanyevent_ros VERB` (also installed as `depthanyevent`)."""

import argparse
from contextlib import contextmanager
from importlib import import_module
import os
import signal
import sys
import threading

from depthanyevent_ros.errors import DepthAnyEventError

#: Verb -> what it does; its module is depthanyevent_ros.cli.<verb>.
VERBS = {
    'info': 'say what is in a recording',
    'play': 'publish a recording on ROS topics',
    'convert': 'turn a recording or data set into a rosbag2',
    'run': 'run depth on a recording without a ROS graph: bag and report out',
    'simulate': 'make recordings or training windows of scenes with known depth',
    'build_engine': 'build an engine into the cache, checked against PyTorch',
    'windows': 'make window files for training from a data set',
    'train': 'train weights on window files',
    'distill': 'learn from a teacher over recordings, as the teacher node does',
    'weights': 'list, compare, promote, export and delete weights that were learned online',
    'evaluate': 'score depth against ground truth, by the protocols of the papers',
    'bench': 'measure every stage on this machine',
    'demo': 'play a recording through the real depth node and write a report',
}

OK, FAILED, USAGE = 0, 1, 2


def main(argv=None) -> int:
    """Run a verb and return the exit code: 0 done, 1 failed (one sentence on stderr), 2 usage."""
    argv = sys.argv[1:] if argv is None else list(argv)
    verb = argv[0] if argv and argv[0] in VERBS else None
    if verb is None:
        return _without_verb(argv)
    try:
        return _run_verb(verb, argv[1:])
    except KeyboardInterrupt:                   # also while modules are imported
        print(f'depthanyevent {verb}: interrupted', file=sys.stderr)
        return FAILED


def play() -> int:
    """Run as `ros2 run depthanyevent_ros play RECORDING`, which is the verb play."""
    return main(['play', *sys.argv[1:]])


def split_ros_args(argv):
    """
    Split a command line into our arguments and ROS's.

    ROS's begin with --ros-args and end with -- or with the line; the list that is returned
    begins with --ros-args, or is empty.
    """
    own, ros_args, target = [], [], None
    target = own
    for argument in argv:
        if argument == '--ros-args':
            target = ros_args
        if target is ros_args and argument == '--':
            target = own
            continue
        target.append(argument)
    return own, ros_args


def _run_verb(verb, argv):
    module = import_module(f'depthanyevent_ros.cli.{verb}')
    own, ros_args = split_ros_args(argv)
    parser = argparse.ArgumentParser(prog=f'depthanyevent {verb}', description=module.__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--debug', action='store_true', help='show where an error came from')
    module.add_arguments(parser)
    try:
        args = parser.parse_args(own)
    except SystemExit as leaving:
        return leaving.code or OK
    args.ros_args = ros_args
    with ended_by_signals():
        return _guarded(module.run, args, verb)


class Ended(KeyboardInterrupt):
    """
    A signal asked to end.

    Not KeyboardInterrupt itself: if that passes through code that was made from text (dataclasses,
    serialisers of messages), Python ends by SIGINT in the end, whoever handled it.
    """


@contextmanager
def ended_by_signals():
    """
    Let SIGINT (Ctrl-C), SIGTERM and SIGHUP end a verb: files that are half done are removed.

    Verbs that serve (play, demo, train) replace this by handlers of their own.
    """
    own_pid, before = os.getpid(), {}

    def end(number, _):
        if os.getpid() != own_pid:              # a child of ours: as if nothing was set
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        raise Ended
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if (threading.current_thread() is threading.main_thread()
                and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)):
            before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _guarded(run, args, verb):
    try:
        return run(args)
    except DepthAnyEventError as error:
        if args.debug:
            raise
        print(f'depthanyevent {verb}: {error}', file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # The reader of our output (head, less) left: that is no failure. What Python still has
        # to write at its end must go somewhere.
        sys.stdout = open('/dev/null', 'w')
        return OK
    except OSError as error:                    # a folder that cannot be made, a full disk
        if args.debug:
            raise
        where = 'the output' if error.filename is None else error.filename
        print(f'depthanyevent {verb}: {where}: {error.strerror or error}', file=sys.stderr)
        return FAILED


def _without_verb(argv):
    parser = argparse.ArgumentParser(
        prog='depthanyevent', description='Dense depth from event cameras on ROS 2.',
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='verbs:\n' + '\n'.join(f'  {verb:12} {what}' for verb, what in VERBS.items())
        + '\n\nEach has its own --help.')
    parser.add_argument('verb', metavar='VERB', choices=list(VERBS), help=', '.join(VERBS))
    try:
        parser.parse_args(argv)
    except SystemExit as leaving:
        return leaving.code or OK
    return USAGE


if __name__ == '__main__':
    sys.exit(main())
