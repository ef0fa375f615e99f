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
import sys

from tqdm import tqdm

from depthanyevent_ros.errors import ConfigError, EngineUnavailable
from depthanyevent_ros.evaluation.protocols import PROTOCOLS
from depthanyevent_ros.evaluation.results import results_of
from depthanyevent_ros.evaluation.sheet import draw_sheet
from depthanyevent_ros.evaluation.shown import Shown
from depthanyevent_ros.evaluation.tables import markdown_report, text_report
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.report.stills import spread, write_png


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
    parser.add_argument('--align', choices=('protocol', 'yes', 'no'), default='protocol',
                        help='fit scale and shift to each map (default: as the protocol does)')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write all figures here')
    parser.add_argument('--markdown', type=Path, metavar='FILE', help='write the tables here')
    parser.add_argument('--sheet', type=Path, metavar='FILE.png', help='write pictures here')
    parser.add_argument('--most', type=int, default=1_000_000, metavar='N',
                        help='at most so many maps of each sequence')
    windows = parser.add_argument_group('window files')
    windows.add_argument('--baselines', type=Path, metavar='FOLDER',
                         help='a training set of window files, for constant and mean depth')
    windows.add_argument('--device', default='cpu', help='cpu or cuda (default: %(default)s)')


def run(args) -> int:
    """Score, print the tables and write what was asked for."""
    if args.most < 1:
        raise ConfigError(f'--most is {args.most}; it must be at least 1')
    missing = next((path for path in args.recordings if not path.exists()), None)
    if missing is not None:
        raise ConfigError(f'{missing} does not exist')
    names = args.weights or ['default']
    weights = [find_weights(name) for name in names]
    shown = Shown()
    methods, facts, published = score_windows(args, weights, shown)
    results = results_of(methods, facts)
    print(text_report(results, published))
    if args.json:
        args.json.write_text(results.as_json() + '\n', encoding='utf-8')
    if args.markdown:
        args.markdown.write_text(markdown_report(results, published), encoding='utf-8')
    if args.sheet:
        write_png(args.sheet, draw_sheet(shown.moments))
    return 0


def score_windows(args, weights, shown):
    """Score window files; return the methods, the facts and no published rows."""
    try:
        from depthanyevent_ros.evaluation.network_predictor import predictors_of
    except ModuleNotFoundError as error:
        raise EngineUnavailable(f'{error.name} is not installed: window files need it') from error
    from depthanyevent_ros.evaluation.priors import priors_of
    from depthanyevent_ros.evaluation.windows_evaluation import EvaluationPlan, evaluate_windows
    files = window_files(args.recordings)
    size = files[0].height, files[0].width
    predictors = [each for one in weights for each in predictors_of(one, *size, args.device)]
    if args.baselines:
        predictors += priors_of(args.baselines, size)
    plan = EvaluationPlan(args.protocols or ('paper', 'clean'), ALIGN[args.align], args.most)
    shown.wanted = {files[k].path.stem for k in spread(len(files), shown.most)}
    with tqdm(desc='evaluate', unit=' windows', file=sys.stderr, leave=False, disable=None,
              total=sum(min(len(file), args.most) for file in files)) as bar:
        methods = evaluate_windows(files, predictors, plan, shown, bar.update)
    facts = {'scored': ', '.join(str(path) for path in args.recordings),
             'weights': ', '.join(f'{one.name} ({one.output_kind}, sha256 {one.sha256[:12]})'
                                  for one in weights)}
    return methods, facts, ''


#: --align -> what the protocols are told.
ALIGN = {'protocol': None, 'yes': True, 'no': False}


def window_files(paths):
    """Return the window files of paths and folders; all of one size."""
    from depthanyevent_ros.training.folder import files_of
    from depthanyevent_ros.training.windows_file import WindowsFile
    files = [file for path in paths
             for file in (files_of(path) if path.is_dir() else [WindowsFile(path)])]
    if len({(file.height, file.width) for file in files}) > 1:
        raise ConfigError('the window files have different sizes: score them one size at a time')
    return files
