# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Build an engine into the cache: weights to ONNX to engine, checked against PyTorch.

With --check nothing is built: it says which engines can run here, and what is missing for the
others; with --engine too, of that one alone. Exit code: 0 if the engine (with --check and no
--engine: one at least) can be used, 1 if not.
"""

import argparse
import ctypes
import json
import signal
import sys

from depthanyevent_ros.cli.sizes import AS_TRAINED, pixels
from depthanyevent_ros.engines.factory import BUILDERS, CHOICES, make_engine
from depthanyevent_ros.engines.parity import BOUNDS
from depthanyevent_ros.engines.presence import what_is_missing, what_is_there
from depthanyevent_ros.engines.protocol import EngineSpec, PRECISIONS
from depthanyevent_ros.errors import ConfigError

#: Of prctl(2): the signal that this process gets when its parent ends.
PR_SET_PDEATHSIG = 1

#: Other words for precisions.
ALIASES = {'fp16': 'f16', 'fp32': 'f32'}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument('--check', action='store_true',
                        help='only say which engines can run here')
    parser.add_argument('--spec', help='the whole specification as JSON; the rest is then ignored')
    parser.add_argument('--weights', default='default',
                        help='name in models/manifest.yaml, or path of a weight file')
    parser.add_argument('--sensor', default='260x346', metavar='HxW',
                        help='size of the event camera, pixels (default: %(default)s)')
    parser.add_argument('--size', default=AS_TRAINED, metavar='HxW',
                        help='smallest input of the network, pixels (default: that at which the '
                             'weights were trained)')
    parser.add_argument('--engine', default='auto', choices=(*CHOICES, *BUILDERS))
    parser.add_argument('--precision', default='auto', choices=(*PRECISIONS, *ALIASES),
                        help='auto: f16 on a GPU, the faster of f32 and bf16 on a CPU')
    parser.add_argument('--threads', type=int, default=0, help='0: as many as cores')


def run(args: argparse.Namespace) -> int:
    """Build the engine unless the cache has it, and print what it is."""
    if args.check:
        return check(args.engine)
    if args.spec:
        obey_parent()
    engine = make_engine(_spec(args), progress=lambda sentence: print(sentence, flush=True))
    try:
        facts = engine.describe()
    finally:
        engine.close()
    parity = facts.pop('parity')
    if args.spec:                               # for the node, which tells its user itself
        return 0
    for key, value in facts.items():
        print(f'{key}: {value}')
    print(report(parity) if parity else 'this engine is what the others are compared with')
    return 0


def check(engine: str = 'auto') -> int:
    """Print for each engine (or the one that is named) whether it can run, or what is missing."""
    names = BUILDERS if engine in CHOICES else (engine,)
    missing = {name: what_is_missing(name) for name in names}
    for name, sentence in missing.items():
        print(f'{name}: {sentence or what_is_there(name)}')
    return 0 if None in missing.values() else 1


def obey_parent() -> None:
    """
    End as soon as the node wants it, or is gone; the cache survives that.

    A library that compiles for minutes runs no handler of ours in that time.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == 'linux':
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def report(parity: dict) -> str:
    """Return the comparison with PyTorch as a small table."""
    bound = BOUNDS[parity['precision']]
    rows = (('prediction', parity['depth_mean'], parity['depth_max'],
             f'{bound.depth_mean:g} and {bound.depth_max:g}'),
            ('states, the worst tensor', parity['state_mean'], parity['state_max'],
             f'{bound.state_mean:g} and {bound.state_max:g}'),
            ('depth, pixel by pixel', parity['pixel_mean'], parity['pixel_max'], 'none'))
    finite = 'all values were finite' if parity['finite'] else 'NOT all values were finite'
    head = (f'compared with PyTorch over {parity["steps"]} recurrent windows of the bundled '
            f'recording in {parity["precision"]}; {finite}')
    table = [f'  {"relative error":26}{"mean":>10}{"largest":>10}   bounds']
    table += [f'  {name:26}{mean:10.1e}{largest:10.1e}   {limits}'
              for name, mean, largest, limits in rows]
    return '\n'.join([head, *table])


def _spec(args: argparse.Namespace) -> EngineSpec:
    if args.spec:
        try:
            return EngineSpec(**json.loads(args.spec))
        except (ValueError, TypeError) as error:
            raise ConfigError(f'--spec is not the JSON of a specification: {error}') from error
    sensor_height, sensor_width = pixels('--sensor', args.sensor)
    input_height, input_width = pixels('--size', args.size)
    return EngineSpec(
        engine=args.engine, weights=args.weights, sensor_height=sensor_height,
        sensor_width=sensor_width, input_height=input_height, input_width=input_width,
        precision=ALIASES.get(args.precision, args.precision), threads=args.threads)
