# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Play a recording through the real depth node over real ROS topics, and show what came of it.

Leaves in the output folder: report.html (everything in one file), the video, stills/, outputs/
(rosbag2 of what the node published), and the logs of node and player. What follows --ros-args
goes to the depth node, for example --ros-args --params-file config/dsec.yaml, and wins.
"""

from pathlib import Path
import re
import sys
import time

from tqdm import tqdm

from depthanyevent_ros.cli.info import add_topic_arguments, open_from, RECORDINGS
from depthanyevent_ros.cli.node_settings import parameters_of_ros_args, window_rule
from depthanyevent_ros.cli.sizes import AS_TRAINED, pixels
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.parameters import load_spec, make_settings
from depthanyevent_ros.recordings.player import PlayOptions
from depthanyevent_ros.report.build import build_report, RunConditions
from depthanyevent_ros.report.timeline import read_timeline

BUNDLED = Path(__file__).resolve().parents[1] / 'data' / 'demo'


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument('recording', nargs='?', default=str(BUNDLED),
                        help=f'{RECORDINGS} (default: the bundled bag)')
    parser.add_argument('--output', type=Path, default=Path('demo'), metavar='FOLDER',
                        help='where everything goes; files of an earlier demo are replaced '
                             '(default: %(default)s)')
    parser.add_argument('--engine', default='auto', help='auto, openvino or torch')
    parser.add_argument('--precision', default='auto', help='auto, f32 or bf16')
    parser.add_argument('--threads', type=int, default=0, help='of the engine; 0: all cores')
    parser.add_argument('--input-size', default=AS_TRAINED, metavar='HxW',
                        help='least size of what the network sees (default: that at which the '
                             'weights were trained)')
    parser.add_argument('--weights', default='default', help='name in the manifest, or a file')
    parser.add_argument('--window-ms', type=float, default=50.0, help='(default: %(default)s)')
    parser.add_argument('--rate', type=float, default=1.0,
                        help='recorded time per real time (default: %(default)s)')
    parser.add_argument('--live', action='store_true',
                        help='as a camera does: the player never waits, and windows for which '
                             'the engine has no time are dropped. Without it every window is '
                             'processed, and waits for its turn.')
    add_topic_arguments(parser)


def run(args) -> int:
    """Run the demo; 0 if depth came out, 1 if not."""
    PlayOptions(args.rate)
    parameters = node_parameters(args)          # what cannot be used is told before anything runs
    spec = load_spec('depth')
    settings = make_settings(spec, {**parameters, **parameters_of_ros_args(args.ros_args, spec)})
    from depthanyevent_ros.nodes.demo.graph import use_private_graph
    domain = use_private_graph()
    # After that, as the middleware reads its settings when it is loaded.
    from depthanyevent_ros.nodes.demo.session import run_demo
    args.output.mkdir(parents=True, exist_ok=True)
    with open_from(args) as recording:
        timeline = read_events(recording)
        print(f'playing {recording.path} to the depth node in ROS domain {domain}')
        started_s = time.monotonic()
        with Progress(timeline.n_events) as progress:
            run_demo(_plan(args, timeline, parameters), progress)
        took_s = time.monotonic() - started_s - progress.prepared_s
        conditions = _conditions(args, settings.window, took_s)
        with tqdm(desc='video', unit=' pictures', file=sys.stderr, leave=False,
                  disable=None) as bar:
            left = build_report(recording, timeline, args.output / 'outputs', args.output,
                                conditions, lambda done, of: _show(bar, done, of))
    print(as_text(left, args.output))
    return 0 if left.summary.windows.n_depth else 1


class Progress:
    """A line while the node prepares itself, then a bar over the events that it has read."""

    def __init__(self, n_events: int):
        self.prepared_s = 0.0
        self._stage = ''
        self._started_s = time.monotonic()
        self._bar = tqdm(total=n_events, unit=' events', unit_scale=True, file=sys.stderr,
                         leave=False, disable=None)

    def preparing(self, doing: str) -> None:
        """Show what the node is preparing."""
        self.prepared_s = time.monotonic() - self._started_s
        doing = 'ready' if doing == 'nothing' else doing
        self._bar.set_description(f'depth node: {doing}')
        stage = re.sub(r' for \d+ s$', '', doing)
        if self._bar.disable and stage != self._stage:
            print(f'depth node: {stage}', file=sys.stderr)
        self._stage = stage

    def playing(self, n_events: int, n_depth: int) -> None:
        """Show how far the node has got."""
        if not self._bar.n:
            self._bar.set_description('events to depth')
        self._bar.set_postfix_str(f'{n_depth} depth maps', refresh=False)
        self._bar.update(n_events - self._bar.n)

    def __enter__(self):
        """Return itself."""
        return self

    def __exit__(self, *_):
        """Take the bar down."""
        self._bar.close()


def as_text(left, folder: Path) -> str:
    """Return the key figures and where everything is."""
    s = left.summary
    rows = [
        ('events', f'{s.recording.n_events:,} recorded, {s.n_events_received:,} read by the node '
                   f'({s.recording.duration_s:.3f} s, {s.recording.rate_mev_s:.2f} Mev/s)'),
        ('depth maps', f'{s.windows.n_depth} of {s.windows.n_windows} windows '
                       f'({s.windows.rule})'),
        ('latency', '; '.join(f'{stage} ' + ' / '.join(f'{value:.1f}' for value in figures)
                              for stage, figures in s.latency_ms.items())
         + ' ms (p50 / p95 / p99)'),
        ('engine', ', '.join(f'{key} {s.engine[key]}' for key in
                             ('engine', 'precision', 'threads') if key in s.engine)),
        ('weights', s.weights.name + ('' if s.weights.is_trained else
                                      ' (untrained: the depth says nothing about the scene)')),
        ('drops', ', '.join(f'{cause} {n}' for cause, n in s.drops.items() if n) or 'none'),
        ('resets', ', '.join(f'{reason} {n}' for reason, n in s.resets.items() if n) or 'none'),
        *(('note', note) for note in s.notes),
        ('report', left.report), ('video', left.video.path if left.video else 'none'),
        ('stills', folder / 'stills'), ('outputs', folder / 'outputs'),
    ]
    if not s.windows.n_depth:
        rows.append(('failed', f'no depth was published; see {folder / "depth_node.log"}'))
    return '\n'.join(f'{name:11}{text}' for name, text in rows)


def read_events(recording):
    """Return the timeline of a recording; RecordingError if it holds no event."""
    with tqdm(desc='counting', unit=' messages', file=sys.stderr, leave=False,
              disable=None) as bar:
        timeline = read_timeline(recording, lambda _: bar.update())
    if not timeline.n_events:
        why = ''.join(f': {note}' for note in recording.notes[:1])
        raise RecordingError(f'{recording.path} holds no event that can be read{why}')
    return timeline


def node_parameters(args) -> dict:
    """Return the parameters of the node that the arguments name, but for the sensor's size."""
    height, width = pixels('--input-size', args.input_size)
    return {'engine.name': args.engine, 'engine.precision': args.precision,
            'engine.threads': args.threads, 'engine.input_height': height,
            'engine.input_width': width, 'weights': args.weights,
            'window.duration_ms': float(args.window_ms)}


def _plan(args, timeline, parameters):
    from depthanyevent_ros.nodes.demo.session import DemoPlan
    parameters = {'sensor.width': timeline.width, 'sensor.height': timeline.height, **parameters}
    node_arguments = [word for name, value in parameters.items()
                      for word in ('-p', f'{name}:={value}')]
    topics = [word for name in ('events', 'frames', 'camera_info')
              if getattr(args, f'{name}_topic') is not None
              for word in (f'--{name.replace("_", "-")}-topic', getattr(args, f'{name}_topic'))]
    return DemoPlan(Path(args.recording), topics, timeline.n_events, not args.live, args.rate,
                    [*node_arguments, *args.ros_args[1:]], args.output)


def _conditions(args, window, took_s: float) -> RunConditions:
    speed = 'recorded speed' if args.rate == 1 else f'{args.rate:g} times the recorded speed'
    waits = ('As with a camera, nothing waits: windows for which the engine has no time are '
             'dropped.' if args.live else
             'Lossless: every window is processed; where the engine is slower, windows wait.')
    words = [f'Played at {speed} over DDS to the depth node (took {took_s:.1f} s with start and '
             f'end).', waits]
    if args.ros_args:
        words.append(f'Further parameters of the node: {" ".join(args.ros_args[1:])}.')
    return RunConditions(' '.join(words), window.duration_ms * 1e-3, window_rule(window))


def _show(bar, done, of):
    bar.total = of
    bar.update(done - bar.n)
