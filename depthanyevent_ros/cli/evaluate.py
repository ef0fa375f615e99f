# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Score depth against the ground truth of recordings, data sets or window files.

    depthanyevent evaluate outdoor_day1_data.hdf5 --weights W.pth --protocol paper
    depthanyevent evaluate windows/validation --weights W.pth --baselines windows/train

Each depth map is made from the 50 ms of events that end at a ground-truth stamp; the network's
memory runs through a sequence and is reset between sequences. Files of training windows (.h5),
or folders of them, are scored by kind of scene and motion, and may be compared with baselines.
"""

from pathlib import Path

from depthanyevent_ros.cli.evaluate_parts import (
    ALIGN, is_windows, score_recordings, score_windows,
)
from depthanyevent_ros.cli.sizes import size_of
from depthanyevent_ros.datasets.depth_inputs import ENCODINGS
from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.evaluation.protocols import PROTOCOLS
from depthanyevent_ros.evaluation.sheet import draw_sheet
from depthanyevent_ros.evaluation.tables import markdown_report, text_report
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.report.stills import write_png


#: Endings of a picture sheet.
PICTURES = ('.png', '.jpg', '.jpeg')


def add_arguments(parser) -> None:
    """Declare the arguments."""
    parser.add_argument('recordings', nargs='+', type=Path, metavar='RECORDING',
                        help='recordings or data sets with depth, or window files (.h5) and '
                             'folders of them; each is a sequence')
    parser.add_argument('--weights', action='append', default=[], metavar='NAME_OR_PATH',
                        help='default: those of the manifest; for window files repeatable, to '
                             'compare')
    parser.add_argument('--protocol', action='append', default=[], dest='protocols',
                        choices=list(PROTOCOLS), help='repeatable (default: paper and clean)')
    parser.add_argument('--align', choices=list(ALIGN), default='protocol',
                        help='fit scale and shift to each map (default: as the protocol does)')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write all figures here')
    parser.add_argument('--markdown', type=Path, metavar='FILE', help='write the tables here')
    parser.add_argument('--sheet', type=Path, metavar='FILE.png', help='write pictures here')
    parser.add_argument('--most', type=int, default=1_000_000, metavar='N',
                        help='at most so many maps of each sequence')
    add_recording_arguments(parser.add_argument_group('recordings and data sets'))
    windows = parser.add_argument_group('window files')
    windows.add_argument('--baselines', type=Path, metavar='FOLDER',
                         help='a training set of window files, for constant and mean depth')
    windows.add_argument('--device', default='cpu', help='cpu or cuda (default: %(default)s)')


def add_recording_arguments(group) -> None:
    """Declare the arguments that say how a recording is looked at."""
    group.add_argument('--depth-bag', type=Path, metavar='BAG',
                       help='score the depth maps of this bag instead of running an engine')
    group.add_argument('--engine', default='auto', help='auto, openvino or torch')
    group.add_argument('--encoding', choices=list(ENCODINGS), default='tencode',
                       help='voxels: Tencode of voxel grids, as the paper did for MVSEC')
    group.add_argument('--window-ms', type=float, default=50.0, metavar='MS',
                       help='length of a window (default: %(default)g)')
    group.add_argument('--crop', type=size_of, metavar='HxW',
                       help='use the middle alone; the paper: 320x640 of DSEC')
    group.add_argument('--input', type=size_of, metavar='HxW',
                       help="least size of the network's input, if not that of the weights")
    group.add_argument('--events-topic', metavar='TOPIC', help='where there are several')


def run(args) -> int:
    """Score, print the tables and write what was asked for."""
    if args.most < 1:
        raise ConfigError(f'--most is {args.most}; it must be at least 1')
    missing = next((path for path in args.recordings if not path.exists()), None)
    if missing is not None:
        raise ConfigError(f'{missing} does not exist')
    if args.sheet and args.sheet.suffix.lower() not in PICTURES:
        raise ConfigError(f'--sheet is {args.sheet}; it must end in one of {", ".join(PICTURES)}')
    for out in (args.json, args.markdown, args.sheet):
        if out is not None and not out.absolute().parent.is_dir():
            raise ConfigError(f'{out} cannot be written: there is no folder {out.parent}')
    args.protocols = list(dict.fromkeys(args.protocols)) or ['paper', 'clean']
    weights = [find_weights(name) for name in args.weights or ['default']]
    score = score_windows if is_windows(args.recordings) else score_recordings
    results, shown, published = score(args, weights)
    print(text_report(results, published))
    if args.json:
        args.json.write_text(results.as_json() + '\n', encoding='utf-8')
    if args.markdown:
        args.markdown.write_text(markdown_report(results, published), encoding='utf-8')
    if args.sheet:
        write_png(args.sheet, draw_sheet(shown.moments))
    if not results.has_any:
        raise RecordingError('nothing was scored: no map of the ground truth has a pixel that '
                             'counts by these protocols')
    return 0
