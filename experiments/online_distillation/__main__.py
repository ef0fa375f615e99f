# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Online distillation, measured: what is gained, what bad teachers do, what it costs.

    python -m experiments.online_distillation                # everything: hours on two cores
    python -m experiments.online_distillation --only shift

Parts: shift (other domains: frozen, distilled, perfect teacher, teacher alone), bad (teachers
that are wrong), adapts (which part of the network had better learn), long (thousands of steps),
latency (of the depth node beside the teacher node), real (a real recording). Results are JSON
files; what is there already is not computed again. Tables go to the terminal and to report.md,
plots beside it.
"""

import argparse
from dataclasses import replace
import json
from multiprocessing import get_context
from pathlib import Path
import sys

from experiments.online_distillation import tables
from experiments.online_distillation.domain import DOMAINS, jobs, NIGHT, Plan, simulate
from experiments.online_distillation.runs import Run, run, score_fixed
from experiments.online_distillation.teachings import BAD, GOOD

PARTS = ('shift', 'bad', 'adapts', 'long', 'latency', 'real')
LONG_STEPS, LATENCY_S = 5000, 45.0
#: What may learn, and how fast.
ADAPTED, RATES = ('recurrent', 'head', 'all'), (1e-4, 3e-4)


def main() -> int:
    """Run what is asked for."""
    args = parse()
    plan = Plan(minutes=args.minutes)
    simulate([job for needed in plans(args.only, plan) for part in jobs(args.out / 'data', needed)
              for job in part], args.jobs)
    for part in args.only:
        MEASURE[part](args, plan)
    text = tables.report(args.out)
    (args.out / 'report.md').write_text(text)
    print(text)
    try:
        from experiments.online_distillation import plots
    except ModuleNotFoundError as error:
        print(f'no plots: {error.name} is not installed (requirements/experiments.txt)')
        return 0
    plots.draw_all(args.out)
    return 0


def parse() -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser('python -m experiments.online_distillation',
                                     description=__doc__.strip().partition('\n')[0])
    parser.add_argument('--only', nargs='+', choices=PARTS, default=PARTS, metavar='PART',
                        help=f'of {", ".join(PARTS)}')
    parser.add_argument('--out', type=Path, default=Path('build/online_distillation'),
                        help='folder of data and results (default: %(default)s; 1 GB)')
    parser.add_argument('--minutes', type=float, default=10.0, help='of driving')
    parser.add_argument('--jobs', type=int, default=2, help='runs side by side, a core each')
    parser.add_argument('--recording', type=Path, default=Path(
        '../shared/data/davis346/newtons_cradle.aedat4'), help='of the part real')
    parser.add_argument('--model', type=Path, default=Path(
        '../shared/data/teacher/fastdepth_nyu.onnx'), help='the teacher of the part real')
    return parser.parse_args()


def plans(parts, plan) -> list:
    """Return the plans whose sequences the parts need."""
    domains = DOMAINS if 'shift' in parts else (NIGHT,) if {'bad', 'long'} & set(parts) else ()
    return [plan.in_domain(domain) for domain in domains] + (
        [plan_of_choices(plan)] if 'adapts' in parts else [])


def plan_of_choices(plan) -> Plan:
    """Return the shorter drive that choices are made by."""
    return replace(plan, minutes=0.4 * plan.minutes, choosing=True)


def measure_drives(args, plan, teachings) -> None:
    """Drive with each teaching."""
    side_by_side(args, [Run(name, plan, args.out / 'data',
                            args.out / f'{plan.domain}_{name}.json') for name in teachings])


def side_by_side(args, todo) -> None:
    """Run what has no result yet."""
    todo = [job for job in todo if not job.result.exists()
            or tables.read(job.result)['minutes'] != job.plan.minutes]
    with get_context('spawn').Pool(args.jobs) as pool:
        for _ in pool.imap_unordered(run, todo, chunksize=1):
            pass


def measure_shift(args, plan) -> None:
    """Measure what is gained, and what the teacher alone would give."""
    for domain in DOMAINS:
        there = plan.in_domain(domain)
        measure_drives(args, there, GOOD)
        once(args.out / f'{domain}_teacher.json', lambda: score_fixed(there, args.out / 'data'))


def measure_bad(args, plan) -> None:
    """Measure what teachers that are wrong do, and what their exam says of them."""
    from experiments.online_distillation.verdicts import verdicts
    measure_drives(args, replace(plan, minutes=plan.minutes / 2), BAD)
    once(args.out / 'verdicts.json', verdicts)


def measure_adapts(args, plan) -> None:
    """Let each part of the network learn, at two rates."""
    side_by_side(args, [
        Run('stand-in', plan_of_choices(plan), args.out / 'data',
            args.out / f'adapts_{part}_{rate:g}.json',
            (f'learner.adapts={part}', f'learner.learning_rate={rate:g}'))
        for part in ADAPTED for rate in RATES])


def measure_long(args, plan) -> None:
    """Take thousands of steps."""
    from experiments.online_distillation.long_run import long_run
    path = args.out / 'long.json'
    if not path.exists():
        long_run(plan, args.out / 'data', path, LONG_STEPS)


def measure_latency(args, plan) -> None:
    """Measure the depth node beside the teacher node."""
    from depthanyevent_ros.nodes.demo.graph import use_private_graph
    use_private_graph()                         # before ROS is imported
    from depthanyevent_ros.cli.demo import BUNDLED
    from experiments.online_distillation.latency import measure, SETTINGS
    for index, setting in enumerate(SETTINGS):
        print(f'latency: {setting.name}', file=sys.stderr)
        once(args.out / f'latency_{index}.json', lambda: measure(
            setting, BUNDLED, LATENCY_S, args.out / f'latency_{index}'))


def measure_real(args, plan) -> None:
    """Learn from a real recording, if it is there."""
    from experiments.online_distillation.real_recording import learn_from
    for path in (args.recording, args.model):
        if not path.exists():
            print(f'real: {path} is not there', file=sys.stderr)
            return
    once(args.out / 'real.json', lambda: learn_from(args.recording, args.model,
                                                    args.out / 'real'))


def once(path: Path, compute) -> None:
    """Write a result as JSON unless it is there."""
    if not path.exists():
        result = compute()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=1))


MEASURE = {'shift': measure_shift, 'bad': measure_bad, 'adapts': measure_adapts,
           'long': measure_long, 'latency': measure_latency, 'real': measure_real}

if __name__ == '__main__':
    sys.exit(main())
