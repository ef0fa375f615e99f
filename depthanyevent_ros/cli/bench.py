# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Measure every stage on this machine, beside what one would write first, in one run.

Parts: decode (and accumulate, each encoding), accumulate, close (a window), engines (each engine
and size; builds what is not in the cache), convert (a data set to a bag), simulate, node (the
depth node end to end over DDS), and only when asked for gpu (its engines, and what it allows) and
soak (minutes of events through the node). docs/performance.md says how to read the tables.

Exit code: 0 if everything was measured, 1 if a part could not be, if a soak failed, or, with
--strict, if a goal was missed.
"""

from argparse import ArgumentTypeError
import json
import os
from pathlib import Path
import sys
import tempfile

from tqdm import tqdm

from depthanyevent_ros.bench.tables import missed_goals, table, TABLES
from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.report.machine import describe_machine

ALL = ('decode', 'accumulate', 'close', 'engines', 'convert', 'simulate', 'node')


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument('--json', action='store_true', help='print one JSON object, no tables')
    parser.add_argument('--only', type=_parts, default=ALL, metavar='PART,PART',
                        help=f'of {", ".join(TABLES)} (default: all but gpu and soak)')
    parser.add_argument('--quick', action='store_true',
                        help='fewer repetitions, the smallest engine, 12 Mev/s alone')
    parser.add_argument('--strict', action='store_true', help='a missed goal is exit code 1')
    parser.add_argument('--threads', type=int, default=0,
                        help='of the engines; 0: all cores (default: %(default)s)')
    parser.add_argument('--minutes', type=_positive, default=10.0,
                        help='length of the soak (default: %(default)s)')
    parser.add_argument('--rate', type=_positive, default=5.0, metavar='MEV_S',
                        help='of the soak (default: %(default)s)')
    parser.add_argument('--encoding', default='libcaer',
                        help='of the soak: dvs, mono, libcaer or libcaer_cmp '
                             '(default: %(default)s)')
    parser.add_argument('--max-growth-mb', type=_positive, default=16.0,
                        help='what the memory of the node may grow by in the second half of the '
                             'soak (default: %(default)s)')


def run(args) -> int:
    """Measure; print each table when it is ready."""
    machine, rows, failed = machine_now(), [], []
    if not args.json:
        print(', '.join(f'{name} {value}' for name, value in machine.items()))
    for part in args.only:
        with Progress(part) as say:
            try:
                measured = list(MEASURE[part](args, say))
            except DepthAnyEventError as error:
                failed.append(f'{part}: {error}')
                continue
        rows += measured
        if not args.json:
            print('\n' + table(part, measured), flush=True)
    machine['load_average_after'], missed = load_average(), missed_goals(rows)
    if args.json:
        print(json.dumps({'machine': machine, 'rows': rows, 'missed': missed, 'failed': failed},
                         indent=1))
    for sentence in (*failed, *(f'goal missed: {text}' for text in missed)):
        print(f'depthanyevent bench: {sentence}', file=sys.stderr)
    soak_failed = any(row.get('passed') is False for row in rows)
    return 1 if failed or soak_failed or (args.strict and missed) else 0


def measure_events(args, say, part: str):
    """Return the rows of a part that needs neither network nor ROS."""
    from depthanyevent_ros.bench.events import bench_events
    few = {'n_events': 120_000, 'repeats': 3} if args.quick else {}
    return bench_events(progress=say, parts=(part,), **few)


def measure_engines(args, say):
    """Return the rows of the engines: the default network as it is, the paper's at all sizes."""
    from depthanyevent_ros.bench.engines import bench_engines, SIZES
    from depthanyevent_ros.network.weights import find_weights
    plan = {'threads': args.threads, 'progress': say, 'rounds': 2 if args.quick else 4}
    rows = bench_engines(((0, 0),), find_weights().name, **plan)
    rows += bench_engines(SIZES[:1] if args.quick else SIZES, **plan)
    return [{'part': 'engines', **row} for row in rows]


def measure_gpu(args, say):
    """Return the rows of the engines of a GPU."""
    from depthanyevent_ros.bench.gpu import bench_gpu, SIZES
    return [{'part': 'gpu', **row} for row in bench_gpu(say, SIZES[:1] if args.quick else SIZES)]


def measure_conversion(args, say):
    """Return the rows of converting a data set."""
    from depthanyevent_ros.bench.conversion import bench_conversion
    few = {'n_events': 600_000, 'n_slow': 20_000} if args.quick else {}
    with tempfile.TemporaryDirectory(prefix='depthanyevent_bench_') as folder:
        return bench_conversion(Path(folder), progress=say, **few)


def measure_simulator(args, say):
    """Return the rows of the simulator."""
    from depthanyevent_ros.bench.simulator import bench_simulator
    few = {'seeds': 1, 'duration_s': 0.2} if args.quick else {}
    return bench_simulator(progress=say, **few)


def measure_node(args, say):
    """Yield the rows of the node."""
    use_own_graph()
    from depthanyevent_ros.bench.node import bench_node, NodeBench, NodePlan
    few = {'encodings': ('mono',), 'rates_mev_s': (12.0,), 'seconds': 4.0, 'climb': ''}
    with tempfile.TemporaryDirectory(prefix='depthanyevent_bench_') as folder:
        yield from bench_node(NodeBench(node=NodePlan(threads=args.threads),
                                        **(few if args.quick else {})), Path(folder), say)


def measure_soak(args, say):
    """Return the rows of the soak."""
    use_own_graph()
    from depthanyevent_ros.bench.node_run import NodePlan
    from depthanyevent_ros.bench.soak import run_soak, Soak
    plan = Soak(args.minutes, args.rate, args.encoding, args.max_growth_mb,
                NodePlan(threads=args.threads))
    with tempfile.TemporaryDirectory(prefix='depthanyevent_bench_') as folder:
        return run_soak(plan, Path(folder), say)


MEASURE = {
    **{part: lambda args, say, part=part: measure_events(args, say, part)
       for part in ('decode', 'accumulate', 'close')},
    'engines': measure_engines, 'gpu': measure_gpu, 'convert': measure_conversion,
    'simulate': measure_simulator, 'node': measure_node, 'soak': measure_soak,
}


def use_own_graph() -> None:
    """Keep the bench's topics from everybody else's; it must come before ROS is imported."""
    try:
        from depthanyevent_ros.nodes.demo.graph import use_private_graph
        use_private_graph()
        import depthanyevent_ros.nodes.bench.bystander    # noqa: F401
    except ImportError as error:
        raise DepthAnyEventError(f'ROS 2 is not installed here: {error}') from error


def machine_now() -> dict:
    """Return what the machine is, and how busy it is."""
    return {**describe_machine(), 'load_average_before': load_average()}


def load_average() -> float:
    """Return the number of processes that wanted a core during the last minute."""
    return round(os.getloadavg()[0], 2)


class Progress:
    """A line that says what is measured, and for how long; lines of text if stderr is a file."""

    def __init__(self, part: str):
        """Name the part."""
        self._part = part

    def __enter__(self):
        """Return what to call with each step."""
        self._said = ''
        self._bar = tqdm(desc=self._part, bar_format='{desc} [{elapsed}]', file=sys.stderr,
                         leave=False, disable=None)
        return self._say

    def __exit__(self, *_):
        """Take the line away."""
        self._bar.close()

    def _say(self, sentence: str) -> None:
        self._bar.set_description_str(f'{self._part}: {sentence}')
        stage = sentence.rstrip(' 0123456789s')     # 'building the engine for 7 s' once
        if self._bar.disable and stage != self._said:
            print(f'{self._part}: {sentence}', file=sys.stderr, flush=True)
        self._said = stage


def _parts(text: str):
    parts = text.split(',')
    for part in parts:
        if part not in TABLES:
            raise ArgumentTypeError(f'{part!r} is not one of {", ".join(TABLES)}')
    return parts


def _positive(text: str) -> float:
    if 0 < float(text) < float('inf'):
        return float(text)
    raise ValueError(text)
