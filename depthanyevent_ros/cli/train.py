# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Train weights on a folder of window files, in one go or in slices.

    depthanyevent train config/train/metric.yaml --data windows --out out --time-limit 60
    depthanyevent train config/train/metric.yaml --data windows --out out --resume

Several GPUs or machines: torchrun --nproc-per-node N -m depthanyevent_ros train ...
"""

from pathlib import Path
import signal
import sys

from tqdm import tqdm

from depthanyevent_ros.errors import ConfigError, EngineUnavailable

SUMMARY = 'train weights on window files'


def add_arguments(parser) -> None:
    """Add the arguments of the verb."""
    parser.add_argument('recipe', type=Path, help='a recipe, such as config/train/metric.yaml')
    parser.add_argument('--data', type=Path, required=True,
                        help='a folder of window files (*.h5), with train/ and validation/ or '
                             'without')
    parser.add_argument('--out', type=Path, default=Path('training'),
                        help='the folder of checkpoints and logs (%(default)s)')
    parser.add_argument('--resume', action='store_true',
                        help='go on where the training in --out was stopped')
    parser.add_argument('--time-limit', type=float, metavar='MIN', default=float('inf'),
                        help='stop after so many minutes, to be resumed')
    parser.add_argument('--save-every', type=float, metavar='MIN', default=10.0,
                        help='minutes between two saves (%(default)g)')
    parser.add_argument('--set', action='append', default=[], metavar='KEY=VALUE',
                        dest='changes', help='change the recipe, for example steps=100 or '
                                             'clips.unroll=8; may be repeated')
    parser.add_argument('--workers', type=int, default=1,
                        help='loading processes, 0 for none (%(default)s)')
    parser.add_argument('--threads', type=int, help="torch's threads; all cores without it")
    parser.add_argument('--device', default='auto', help='auto, cpu, cuda or cuda:N')


def run(args) -> int:
    """Train, and return 0; a training that was stopped in between is no failure."""
    try:
        from depthanyevent_ros.training.distributed import join_processes
        from depthanyevent_ros.training.folder import open_folder
        from depthanyevent_ros.training.recipe import read_recipe
        from depthanyevent_ros.training.run_plan import RunPlan
        from depthanyevent_ros.training.trainer import Training
    except ModuleNotFoundError as error:
        raise EngineUnavailable(f'{error.name} is not installed: training needs what '
                                'requirements/train.txt names') from error
    if args.workers < 0:
        raise ConfigError(f'--workers is {args.workers}; it must not be negative')
    recipe = read_recipe(args.recipe, args.changes)
    data = open_folder(args.data)
    processes = join_processes(args.device, args.threads)
    stop = StopRequest()
    try:
        training = Training(recipe, data, processes, RunPlan(
            args.out, args.resume, args.workers, args.time_limit * 60, args.save_every * 60))
        first = processes.rank == 0
        with tqdm(desc='train', total=recipe.steps, initial=training.step, unit=' steps',
                  file=sys.stderr, disable=None if first else True) as bar:
            complete = training.run(stop.is_set, lambda step, loss: show(bar, step, loss))
    finally:
        stop.restore()
        processes.close()
    if first:
        print(summary(training, complete, args.out))
    return 0


def show(bar: tqdm, step: int, loss: float) -> None:
    """Move the bar to a step, with the mean loss of the last steps."""
    bar.set_postfix(loss=f'{loss:.4f}', refresh=False)
    bar.update(step - bar.n)


def summary(training, complete: bool, out: Path) -> str:
    """Return how the training stands, in a few lines."""
    recipe = training.recipe
    lines = [f'{training.step} of {recipe.steps} steps; weights in {out / "last.pth"}'
             + ('' if complete else '; --resume goes on')]
    for kind, scores in training.scores.items():
        lines.append(f'  {kind:10} AbsRel {scores["abs_rel"]:.3f} (aligned '
                     f'{scores["abs_rel_aligned"]:.3f}), delta1 {scores["delta1"]:.3f} (aligned '
                     f'{scores["delta1_aligned"]:.3f}), {scores["n_windows"]} windows')
    return '\n'.join(lines)


class StopRequest:
    """Remembers that a signal asked to stop, so that the step that runs is completed and saved."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self):
        self._asked = False
        self._before = {number: signal.signal(number, self._ask) for number in self.SIGNALS}

    def is_set(self) -> bool:
        """Tell whether one came."""
        return self._asked

    def restore(self) -> None:
        """Handle signals as before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number, frame) -> None:
        if self._asked:                         # a second one does not wait for the step
            raise KeyboardInterrupt
        self._asked = True
