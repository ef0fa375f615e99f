# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is known of depth without looking: constants and mean images of a training set."""

from typing import Dict, List, Sequence

import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.evaluation.comparison import TOLD
from depthanyevent_ros.evaluation.predictors import KindImage
from depthanyevent_ros.evaluation.prepared import FAR_M
from depthanyevent_ros.training.folder import files_of
from depthanyevent_ros.training.windows_file import WindowsFile

#: Of so many files, evenly spread over the set, and so many windows of each.
FILES, WINDOWS = 400, 3
BINS_M = np.geomspace(0.05, FAR_M, 2001)


class DepthStatistics:
    """Sums over depth maps of one size: their mean image and the median of all pixels."""

    def __init__(self, size):
        self._sum, self._count = np.zeros(size), np.zeros(size)
        self._histogram = np.zeros(len(BINS_M) + 1)

    def add(self, depth_m: np.ndarray) -> None:
        """Add maps [T, H, W]; the sky and unknown pixels are left out, depth is cut at 80 m."""
        known = np.isfinite(depth_m) & (depth_m > 0)
        cut = np.where(known, np.minimum(depth_m, FAR_M), 0.0)
        self._sum += cut.sum(0)
        self._count += known.sum(0)
        self._histogram += np.bincount(np.digitize(cut[known], BINS_M),
                                       minlength=len(self._histogram))

    def merge(self, other: 'DepthStatistics') -> None:
        """Add what another has seen."""
        self._sum, self._count = self._sum + other._sum, self._count + other._count
        self._histogram = self._histogram + other._histogram

    def median_m(self) -> float:
        """Return the median depth, to 0.4 %."""
        place = int(np.searchsorted(self._histogram.cumsum(), self._histogram.sum() / 2))
        return float(BINS_M[min(place, len(BINS_M) - 1)])

    def mean_image(self) -> np.ndarray:
        """Return the mean depth of each pixel, [H, W]; the median where none is known."""
        return np.where(self._count > 0, self._sum / np.maximum(self._count, 1), self.median_m())


def priors_of(folder, size) -> List[KindImage]:
    """
    Return the baselines of a training set of window files.

    They are the median depth as a constant, the mean depth image, and the mean depth image of the
    scene's kind, which is told that kind.

    :param size: height and width of the maps to be predicted.
    :raises ConfigError: if the folder has no files of this size.
    """
    files = [file for file in files_of(folder) if (file.height, file.width) == tuple(size)]
    if not files:
        raise ConfigError(f'--baselines {folder} has no window files (*.h5) of '
                          f'{size[1]}x{size[0]}')
    by_kind = statistics_by_kind(files, size)
    whole = DepthStatistics(size)
    for each in by_kind.values():
        whole.merge(each)
    images = {kind: each.mean_image() for kind, each in by_kind.items()}
    return [KindImage('constant depth', {'': np.full(size, whole.median_m())}),
            KindImage('mean depth image', {'': whole.mean_image()}),
            KindImage(TOLD, {'': whole.mean_image(), **images})]


def statistics_by_kind(files: Sequence[WindowsFile], size) -> Dict[str, DepthStatistics]:
    """Return what a spread over the files says of each kind."""
    by_kind = {}
    n = min(FILES, len(files))
    for file in (files[k * len(files) // n] for k in range(n)):
        statistics = by_kind.setdefault(file.kind, DepthStatistics(size))
        for k in range(min(WINDOWS, len(file))):
            statistics.add(file.read((2 * k + 1) * len(file) // (2 * WINDOWS), 1).depth_m)
    return by_kind
