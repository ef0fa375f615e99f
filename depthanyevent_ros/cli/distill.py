# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Learn from a teacher over recordings: the learner of the teacher node, at full speed.

    depthanyevent distill drive_one drive_two --robot rover
    depthanyevent weights list --robot rover

Recordings are bags, data sets or aedat4 files with events and frames, or files of training windows
with frames. What is learned becomes versions, examined as in the node: the factory's weights and
versions of before are never changed.

Several processes or machines: torchrun --nproc-per-node N -m depthanyevent_ros distill ...
They share the learner's steps, each with plan.batch lessons, on a GPU of its own or on the cores
of its CPU (--threads for each: torchrun gives it one). The first alone reads recordings, examines
and writes versions.
"""

from collections import Counter
from functools import partial
from pathlib import Path
import sys
from typing import Callable

from tqdm import tqdm

from depthanyevent_ros.errors import DepthAnyEventError, EngineUnavailable, RecordingError
from depthanyevent_ros.parameters import load_spec, make_settings, parse_changes

SUMMARY = 'learn from a teacher over recordings'


def add_arguments(parser) -> None:
    """Add the arguments of the verb."""
    parser.add_argument('recordings', nargs='+', type=Path, metavar='RECORDING',
                        help='bag, data set, aedat4, or windows (*.h5), with frames')
    parser.add_argument('--teacher', default='', metavar='NAME',
                        help='name in the manifest, checkpoint, or .yaml of an ONNX model '
                             '(default: efflite0-frames)')
    parser.add_argument('--weights', default='default', help="the student's first weights")
    parser.add_argument('--robot', default='default', help='whose versions these are')
    parser.add_argument('--store', type=Path, metavar='FOLDER',
                        help="where versions go, instead of the robot's own folder")
    parser.add_argument('--resume', action='store_true',
                        help='go on with the version in use, not with the first weights')
    parser.add_argument('--passes', type=int, default=1, metavar='N',
                        help='how often each recording is gone through (default: 1)')
    parser.add_argument('--every', type=float, default=0.2, metavar='S',
                        help='seconds from one labelled frame to the next (default: 0.2)')
    parser.add_argument('--events-topic', metavar='TOPIC', help='of a bag with several')
    parser.add_argument('--device', default='auto',
                        help='where the student learns: auto, cpu, cuda or cuda:N')
    parser.add_argument('--threads', type=int, default=0, help='of each process; 0: all cores')
    parser.add_argument('--set', action='append', default=[], metavar='NAME=VALUE',
                        dest='changes', help='a parameter of the teacher node, such as '
                                             'learner.adapts=all; may be repeated')


def run(args) -> int:
    """Learn, and say what became of it."""
    try:
        from depthanyevent_ros.distillation.offline import OfflineDistillation
        from depthanyevent_ros.distillation.student.learner import Learner
        from depthanyevent_ros.distillation.student.together import join_team
    except ModuleNotFoundError as error:
        raise EngineUnavailable(f'{error.name} is not installed: learning needs what '
                                'requirements/train.txt names') from error
    team = join_team(args.threads)
    try:
        if team.rank == 0:
            learn(args, partial(OfflineDistillation, team=team))
        else:
            team.follow(Learner)
    finally:
        team.close()
    return 0


def learn(args, make_learning: Callable) -> None:
    """Go through the recordings and print the report."""
    if args.passes < 1 or not 0 <= args.every < float('inf') or args.threads < 0:
        raise DepthAnyEventError('--passes must be 1 or more, --every and --threads 0 or more')
    for path in args.recordings:
        if not path.exists():
            raise RecordingError(f'{path} does not exist')
    folder = args.store or folder_of(args.robot)
    with tqdm(desc='distill', unit=' lessons', file=sys.stderr, disable=None) as bar:
        learning = make_learning(settings_of(args), folder, bar.write)
        for _ in range(args.passes):
            for path in args.recordings:
                for _ in learning.learn(path, args.every, args.events_topic):
                    bar.set_postfix_str(learning.state, refresh=False)
                    bar.update()
        learning.end()
    print(report(learning, folder))


def folder_of(robot: str) -> Path:
    """Return where the versions of a robot are."""
    from depthanyevent_ros.distillation.promotion.where import store_folder
    return store_folder(robot)


def settings_of(args):
    """Return the parameters of the teacher node that the arguments stand for."""
    spec = load_spec('teacher')
    values = {'teacher.name': args.teacher or spec['teacher.name'].default,
              'weights': args.weights, 'resume': args.resume, 'threads': args.threads,
              'learner.device': args.device}
    return make_settings(spec, {**values, **parse_changes(spec, args.changes)})


def report(learning, folder: Path) -> str:
    """Return what was learned, in a few lines."""
    distiller = learning.distiller
    if distiller is None:
        return f'nothing was learned: there was no lesson ({counted(learning.counts)})'
    lines = [f'{distiller.memory.counts["lessons"]} lessons, {distiller.learner.n_steps} steps; '
             f'in use: {"version " + str(distiller.version) if distiller.version else "factory"}']
    lines += [f'  {event.state}: version {event.version or "factory"}, {event.why}'
              for event in learning.events]
    for who, scores in distiller.scores.items():
        lines.append(f'  {who:10}' + ', '.join(
            f'{name} {value:.3f}' for name, value in scores.items() if value is not None))
    unused = distiller.counts + learning.counts
    lines += [f'  counted: {counted(unused)}'] if unused else []
    return '\n'.join([*lines, f'versions: {folder}'])


def counted(counts: Counter) -> str:
    """Return counts in words."""
    return ', '.join(f'{cause} {n}' for cause, n in sorted(counts.items())) or 'nothing counted'
