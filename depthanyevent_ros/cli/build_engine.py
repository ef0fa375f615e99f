# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Build an engine into the cache: weights to ONNX to engine, checked against PyTorch."""

import argparse
import json

from depthanyevent_ros.cli.sizes import AS_TRAINED, pixels
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.protocol import EngineSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument('--spec', help='the whole specification as JSON; the rest is then ignored')
    parser.add_argument('--weights', default='default',
                        help='name in models/manifest.yaml, or path of a weight file')
    parser.add_argument('--sensor', default='260x346', metavar='HxW',
                        help='size of the event camera, pixels (default: %(default)s)')
    parser.add_argument('--size', default=AS_TRAINED, metavar='HxW',
                        help='smallest input of the network, pixels (default: that at which the '
                             'weights were trained)')
    parser.add_argument('--engine', default='auto', choices=('auto', 'openvino', 'torch'))
    parser.add_argument('--precision', default='auto', choices=('auto', 'f32', 'bf16'))
    parser.add_argument('--threads', type=int, default=0, help='0: as many as cores')


def run(args: argparse.Namespace) -> int:
    """Build the engine unless the cache has it, and print what it is."""
    engine = make_engine(_spec(args), progress=print)
    try:
        for key, value in engine.describe().items():
            print(f'{key}: {value}')
    finally:
        engine.close()
    return 0


def _spec(args: argparse.Namespace) -> EngineSpec:
    if args.spec:
        return EngineSpec(**json.loads(args.spec))
    sensor_height, sensor_width = pixels('--sensor', args.sensor)
    input_height, input_width = pixels('--size', args.size)
    return EngineSpec(
        engine=args.engine, weights=args.weights, sensor_height=sensor_height,
        sensor_width=sensor_width, input_height=input_height, input_width=input_width,
        precision=args.precision, threads=args.threads)
