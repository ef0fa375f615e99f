# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the verb evaluate does with each kind of input."""

import sys

from tqdm import tqdm

from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.errors import ConfigError, EngineUnavailable, RecordingError
from depthanyevent_ros.evaluation.depth_meaning import holds_metres
from depthanyevent_ros.evaluation.depth_sources import BagDepth, EngineDepth
from depthanyevent_ros.evaluation.inputs import InputPlan
from depthanyevent_ros.evaluation.priors import priors_of
from depthanyevent_ros.evaluation.protocols import make_protocols
from depthanyevent_ros.evaluation.published import data_set_of
from depthanyevent_ros.evaluation.recording_evaluation import evaluate_recording
from depthanyevent_ros.evaluation.results import results_of
from depthanyevent_ros.evaluation.scores import MethodScores
from depthanyevent_ros.evaluation.shown import Shown
from depthanyevent_ros.evaluation.windows_evaluation import evaluate_windows, EvaluationPlan
from depthanyevent_ros.recordings.open_sequence import open_sequence
from depthanyevent_ros.report.stills import spread
from depthanyevent_ros.training.folder import files_of
from depthanyevent_ros.training.windows_file import WindowsFile

#: --align -> what the protocols are told.
ALIGN = {'protocol': None, 'yes': True, 'no': False}
SHOWN = 12


def is_windows(paths) -> bool:
    """Tell whether window files are given rather than recordings."""
    return all(path.suffix == '.h5' if path.is_file() else is_windows_folder(path)
               for path in paths)


def is_windows_folder(path) -> bool:
    """Tell whether a folder holds window files; DSEC's events.h5 lies deeper than they do."""
    return not (path / 'events').exists() and any(
        any(path.glob(pattern)) for pattern in ('*.h5', '*/*.h5'))


def score_windows(args, weights):
    """Score window files; return the results, what the sheet shows, and no published rows."""
    try:
        from depthanyevent_ros.evaluation.network_predictor import predictors_of
        from depthanyevent_ros.training.distributed import choose_device
    except ModuleNotFoundError as error:
        raise EngineUnavailable(f'{error.name} is not installed: window files need it') from error
    files = [file for path in args.recordings
             for file in (files_of(path) if path.is_dir() else [WindowsFile(path)])]
    if not files:
        raise ConfigError('there are no window files (*.h5) to score')
    size = files[0].height, files[0].width
    if any((file.height, file.width) != size for file in files):
        raise ConfigError('the window files have different sizes: score them one size at a time')
    device = choose_device(args.device, 0)
    predictors = [each for one in weights for each in predictors_of(one, *size, device)]
    baselines = priors_of(args.baselines, size) if args.baselines else []
    predictors += baselines
    shown = Shown(predictors[0].is_metric, {
        files[k].path.stem: [2 * min(len(files[k]), args.most) // 3]
        for k in spread(len(files), SHOWN)}, SHOWN)
    plan = EvaluationPlan(args.protocols, ALIGN[args.align], args.most)
    total = sum(min(len(file), args.most) for file in files)
    with progress_bar(total, ' windows') as bar:
        methods = evaluate_windows(files, predictors, plan, shown, bar.update)
    names = [each.name for each in baselines]
    return results_of(methods, facts_of(args, weights), names), shown, ''


def score_recordings(args, weights):
    """Score recordings; return the results, what the sheet shows, and whose rows go with them."""
    if len(weights) > 1 or args.baselines:
        raise ConfigError('several --weights and --baselines are for window files')
    if args.depth_bag and len(args.recordings) > 1:
        raise ConfigError('--depth-bag goes with one recording')
    one = weights[0]
    is_metric = holds_metres(args.depth_bag) if args.depth_bag else one.output_kind == 'metric'
    method = MethodScores(args.depth_bag.name if args.depth_bag else one.name)
    protocols = make_protocols(args.protocols, is_metric, ALIGN[args.align])
    inputs = InputPlan(round(args.window_ms * 1e6), args.encoding, args.crop)
    shown, published = Shown(is_metric, most=SHOWN), ''
    check_depth(args)
    for path, name in names_of(args.recordings).items():
        source = BagDepth(args.depth_bag, inputs.window_ns // 2) if args.depth_bag else \
            EngineDepth(engine_maker(args, one), one.config.input_type)
        try:
            with open_sequence(path, args.events_topic) as sequence:
                n_maps = min(len(sequence.depths or ()), args.most)
                shown.wanted[name] = spread(n_maps, max(1, SHOWN // len(args.recordings)))
                with progress_bar(n_maps, ' maps') as bar:
                    evaluate_recording(sequence, name, source, protocols, inputs, args.most,
                                       method, shown, bar.update)
                if 'paper' in args.protocols:
                    published = data_set_of(sequence.kind)
        finally:
            source.close()
    return results_of([method], facts_of(args, weights)), shown, published


def check_depth(args) -> None:
    """
    Make sure that all recordings can be scored before hours are spent on the first.

    :raises RecordingError: if one has no depth, or cannot be read.
    """
    if len(args.recordings) < 2:
        return                                  # it is said soon enough
    for path in args.recordings:
        with open_sequence(path, args.events_topic) as sequence:
            if not sequence.depths:
                raise RecordingError(f'{path} has no depth to compare with')


def names_of(paths) -> dict:
    """Return a name for each path in the tables: its last part, or all of it if that is shared."""
    last = [path.name for path in paths]
    return {path: path.name if last.count(path.name) == 1 else str(path) for path in paths}


def engine_maker(args, weights):
    """Return what makes an engine for a height and width."""
    def make(height: int, width: int):
        name = str(weights.path) if weights.path else weights.name
        least_height, least_width = args.input or (0, 0)
        return make_engine(EngineSpec(height, width, name, args.engine,
                                      input_height=least_height, input_width=least_width),
                           progress=lambda sentence: tqdm.write(sentence, file=sys.stderr))
    return make


def progress_bar(total: int, unit: str):
    """Return a progress bar; silent where stderr is not a terminal."""
    return tqdm(desc='evaluate', total=total, unit=unit, file=sys.stderr, leave=False,
                disable=None)


def facts_of(args, weights) -> dict:
    """Return what was run, for the head of the report."""
    what = f'the depth maps of {args.depth_bag}' if args.depth_bag else ', '.join(
        f'{one.name} ({one.output_kind}, {"trained" if one.trained else "UNTRAINED"}, '
        f'sha256 {one.sha256[:12]})' for one in weights)
    facts = {'scored': ', '.join(path.name for path in args.recordings), 'weights': what}
    if args.baselines:
        facts['baselines from'] = args.baselines.name
    return facts
