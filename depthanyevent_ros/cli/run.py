# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Turn a recording into depth without a ROS graph: every window, as fast as the engine goes.

Leaves in the output folder what the demo leaves: report.html, the video, stills/, and outputs/, a
rosbag2 (mcap) with the topics that the live node publishes.
"""

from pathlib import Path
import sys
import time

from tqdm import tqdm

from depthanyevent_ros.cli.demo import as_text, read_events
from depthanyevent_ros.cli.info import add_topic_arguments, open_from, RECORDINGS
from depthanyevent_ros.cli.node_settings import parameters_of_file, window_rule
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.parameters import load_spec, make_settings
from depthanyevent_ros.report.build import build_report, RunConditions


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument('recording', help=RECORDINGS)
    parser.add_argument('--output', type=Path, default=Path('run'), metavar='FOLDER',
                        help='where everything goes; files of an earlier run are replaced '
                             '(default: %(default)s)')
    parser.add_argument('--params-file', type=Path, metavar='YAML',
                        help='parameters of the depth node, for example config/mvsec.yaml')
    parser.add_argument('-p', '--param', action='append', default=[], metavar='NAME:=VALUE',
                        help='one parameter of the depth node, as after --ros-args; repeatable')
    parser.add_argument('--no-report', action='store_true', help='write the bag alone')
    add_topic_arguments(parser)


def run(args) -> int:
    """Run the pipeline; 0 if depth came out, 1 if not."""
    settings = settings_from(args)
    args.output.mkdir(parents=True, exist_ok=True)
    with open_from(args) as recording:
        timeline = read_events(recording)
        started_s = time.monotonic()
        n_depth = write_outputs(recording, timeline, settings, args.output / 'outputs')
        took_s = time.monotonic() - started_s
        print(f'{n_depth} depth maps in {took_s:.1f} s (engine included): {args.output}/outputs')
        if n_depth and not args.no_report:
            left = build_report(recording, timeline, args.output / 'outputs', args.output,
                                conditions(settings, took_s))
            print(as_text(left, args.output))
    return 0 if n_depth else 1


def settings_from(args):
    """Return the settings of file and command line; the latter win."""
    spec = load_spec('depth')
    values = parameters_of_file(args.params_file) if args.params_file else {}
    for text in args.param:
        name, separator, value = text.partition(':=')
        if not separator or name not in spec:
            raise ConfigError(f'--param {text!r}: it must be NAME:=VALUE with the name of a '
                              'parameter of the depth node')
        values[name] = spec[name].parse(value)
    return make_settings(spec, values)


def write_outputs(recording, timeline, settings, folder: Path) -> int:
    """Write the outputs of a recording into a bag; return the number of depth maps."""
    from depthanyevent_ros.engines.factory import make_engine
    from depthanyevent_ros.network.weights import find_weights
    from depthanyevent_ros.pipeline.assembly import for_events, make_engine_spec
    from depthanyevent_ros.pipeline.assembly import make_settings_colouriser
    from depthanyevent_ros.pipeline.offline import OfflineRun
    from depthanyevent_ros.pipeline.offline_bag import OutputBag
    from depthanyevent_ros.recordings.writer import BagWriter
    weights = for_events(find_weights(settings.weights))
    offline = OfflineRun(settings, weights, lambda width, height: make_engine(
        make_engine_spec(settings, width, height), progress=_say))
    with BagWriter(folder, overwrite=True) as writer, tqdm(
            desc='depth', total=timeline.n_events, unit=' events', unit_scale=True,
            file=sys.stderr, leave=False, disable=None) as bar:
        bag = OutputBag(writer, offline, make_settings_colouriser(settings),
                        settings.points.allow_relative or settings.depth.mode != 'relative')
        try:
            for frame in offline.depth(recording.messages()):
                bag.write(frame)
                bar.update(frame.window.n_events)
            bag.finish()
        finally:
            offline.close()
    return bag.n_depth


def conditions(settings, took_s: float) -> RunConditions:
    """Return how the run was made."""
    return RunConditions(
        f'Offline, without a ROS graph: every window, as fast as the engine went ({took_s:.1f} s '
        'with the start of the engine).', settings.window.duration_ms * 1e-3,
        window_rule(settings.window))


def _say(sentence: str) -> None:
    tqdm.write(sentence, file=sys.stderr)
