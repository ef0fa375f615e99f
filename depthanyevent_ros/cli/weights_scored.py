# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Learned weights on true depth, side by side: files of training windows in, a table out."""

from pathlib import Path
import sys
from typing import List, Sequence

from tqdm import tqdm

from depthanyevent_ros.cli.weights_found import factory_name
from depthanyevent_ros.distillation.promotion.store import FACTORY, WeightsStore
from depthanyevent_ros.errors import ConfigError, EngineUnavailable, WeightsError
from depthanyevent_ros.evaluation.tables import number, Table
from depthanyevent_ros.network.weights import find_weights, Weights
from depthanyevent_ros.training.windows_file import WindowsFile

TITLES = ('scenes', 'version', 'windows', 'AbsRel', 'delta1', 'AbsRel aligned', 'delta1 aligned')


def windows_table(weights: Sequence[Weights], names: Sequence[str], files: Sequence[WindowsFile]
                  ) -> Table:
    """
    Return a row for each kind of scene and set of weights; the mean of the kinds comes last.

    AbsRel and delta1 as they are have no meaning for relative depth, and are left out there.
    """
    try:
        from depthanyevent_ros.training.targets import FAR_M
        from depthanyevent_ros.training.unrolled import INPUTS, UnrolledNetwork
        from depthanyevent_ros.training.validation import NAMES, validate
    except ModuleNotFoundError as error:
        raise EngineUnavailable(f'{error.name} is not installed: --windows needs what '
                                'requirements/train.txt names') from error
    first, found = files[0], []
    for each in tqdm(weights, desc='compare', unit=' weights', file=sys.stderr, leave=False,
                     disable=None):
        found.append(validate(
            UnrolledNetwork(each.network(), first.height, first.width), files,
            INPUTS[each.config.input_type], far_m=FAR_M, most=max(map(len, files))))
    kinds = list(found[0])
    if len(kinds) == 2:                         # of one kind that is the mean
        kinds = kinds[:1]
    rows: Table = [list(TITLES)]
    for kind in kinds:
        for name, each, scores in zip(names, weights, found):
            values = [scores[kind][key] for key in NAMES]
            if each.output_kind != 'metric':
                values[:2] = None, None
            rows.append([kind, name, str(scores[kind]['n_windows']), *map(number, values)])
    return rows


def open_files(paths: Sequence[Path]) -> List[WindowsFile]:
    """
    Return files of training windows that can be scored together.

    :raises ConfigError: if one has no windows or pictures of another size than the first.
    """
    files = [WindowsFile(path) for path in dict.fromkeys(paths)]
    for file in files:
        if not len(file):
            raise ConfigError(f'{file.path} has no windows')
        if (file.height, file.width) != (files[0].height, files[0].width):
            raise ConfigError(f'{file.path} has pictures of {file.width}x{file.height}, '
                              f'{files[0].path} of {files[0].width}x{files[0].height}: compare '
                              'on one size at a time')
    return files


def weights_to_score(store: WeightsStore, version: int, factory_sha256: str, factory: str
                     ) -> Weights:
    """
    Return the weights of a version, or those of the factory.

    :param factory: name or path of the factory's weights; '' looks for them in the manifest.
    :raises WeightsError: if they are not to be found, or ``factory`` are others.
    """
    if version != FACTORY:
        return find_weights(str(store.path(version)))
    name = factory or factory_name(factory_sha256)
    if name is None:
        raise WeightsError(f'the weights of the factory (sha256 {factory_sha256[:12]}...) are not '
                           'in the manifest: give --factory, their name or path')
    weights = find_weights(name)
    if weights.sha256 != factory_sha256:
        raise WeightsError(f'{name} are not the weights that these versions come from: their '
                           f'sha256 is {weights.sha256[:12]}..., not {factory_sha256[:12]}...')
    return weights
