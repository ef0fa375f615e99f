# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The protocols by which published figures were made, with every quirk.

All score with E2Depth's metrics and compare within 80 m. Their differences are what is done to
the truth, to the prediction, and which pixels are left.
"""

from typing import Dict

import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.evaluation.alignment import aligned
from depthanyevent_ros.evaluation.metrics import e2depth_metrics
from depthanyevent_ros.evaluation.prepared import (
    FAR_M, mean_of_all, mean_of_known, no_changes, Prepared,
)

#: Normalised log depth d = 1 + ln(D / 80) / a reaches 0 here: 1.97 m.
LOG_FACTOR = 3.70378
NEAR_M = float(FAR_M * np.exp(-LOG_FACTOR))
CUT_OFFS_M = (10, 20, 30)


class PaperProtocol:
    """
    DepthAnyEvent's (arXiv 2509.15224, official evaluation).

    The truth is cut at 80 m and stretched so that its maximum is 80; the prediction is fitted to
    it in depth, over every known pixel, cut to 0..80, and pixels where it is saturated drop out.
    """

    name = 'paper'
    note = ('truth stretched to 80 m, scale and shift fitted to each map, saturated predictions '
            'dropped (arXiv 2509.15224)')
    first_scored = 0
    mean = staticmethod(mean_of_known)
    changes = staticmethod(no_changes)

    def __init__(self, align: bool = True):
        """Take whether to fit scale and shift (tables 1 to 3) or not (metric weights)."""
        self.align = align
        if not align:
            self.name = 'paper_unaligned'
            self.note = 'as paper, without the fit: the stretch makes it unfit below 80 m'

    def prepare(self, predicted, depth_m) -> Prepared:
        """Stretch, fit, cut, mask."""
        true = stretched(np.nan_to_num(depth_m.astype(np.float64), nan=0.0, posinf=0.0,
                                       neginf=0.0))
        predicted = predicted.astype(np.float64)
        if self.align:
            predicted = aligned(predicted, true, true > 0)
        predicted = np.clip(predicted, 0, FAR_M)
        return Prepared(true, predicted, strictly_inside(true, predicted))

    def metrics(self, prepared) -> Dict[str, float]:
        """Return the fourteen, and the mean depth error within 10, 20 and 30 m."""
        return with_cut_offs(prepared)


class E2DepthProtocol:
    """E2Depth's (arXiv 2010.08350): as the paper's, for metric depth; a NaN frame spoils all."""

    name = 'e2depth'
    rules = 'truth stretched to 80 m, saturated predictions dropped (arXiv 2010.08350)'
    first_scored = 0
    mean = staticmethod(mean_of_all)
    changes = staticmethod(no_changes)

    def __init__(self, align: bool = False):
        """Take whether to fit scale and shift, which relative depth needs and they did not do."""
        self.align = align
        self.note = self.rules + ('; with a fit, which is not part of it' if align else '; no fit')

    def prepare(self, predicted, depth_m) -> Prepared:
        """Stretch and mask; the sky is 80 m here, which the mask leaves out."""
        true = stretched(depth_m.astype(np.float64))
        predicted = predicted.astype(np.float64)
        if self.align:
            predicted = aligned(predicted, true, true > 0)
        return Prepared(true, predicted, strictly_inside(true, predicted))

    def metrics(self, prepared) -> Dict[str, float]:
        """Return the fourteen, and the mean depth error within 10, 20 and 30 m."""
        return with_cut_offs(prepared)


class EReFormerProtocol(E2DepthProtocol):
    """
    EReFormer's (Liu et al., arXiv 2212.02791): the truth alone decides which pixels count.

    Truth between 1.97 and 80 m in the crop of 224x224 of a DAVIS346 that its network sees.
    """

    name = 'ereformer'
    rules = 'crop of 224x224, truth of 1.97 to 80 m alone decides what counts (arXiv 2212.02791)'
    ROWS, COLUMNS = slice(33, 257), slice(121, 345)

    def prepare(self, predicted, depth_m) -> Prepared:
        """Crop, stretch, mask."""
        if depth_m.shape != (260, 346):
            raise ConfigError('the protocol ereformer is for maps of 346x260, not of '
                              f'{depth_m.shape[1]}x{depth_m.shape[0]}')
        depth_m = depth_m[self.ROWS, self.COLUMNS].astype(np.float64)
        true = stretched(through_log_depth(depth_m))
        predicted = predicted[self.ROWS, self.COLUMNS].astype(np.float64)
        mask = (true > NEAR_M) & (true < FAR_M)
        if self.align:
            predicted = aligned(predicted, true, mask)
        predicted = np.nan_to_num(predicted, nan=NEAR_M, posinf=FAR_M, neginf=NEAR_M)
        return Prepared(true, np.maximum(predicted, 0), mask)


class RamNetProtocol(E2DepthProtocol):
    """
    RAM-Net's (Gehrig et al., arXiv 2102.09320): both maps between 1.97 and 80 m, ends included.

    Its SILog takes absolute values elsewhere; here it is E2Depth's.
    """

    name = 'ramnet'
    rules = ('centre crop of 344x256, both maps cut to 1.97..80 m, first two maps not scored '
             '(arXiv 2102.09320)')
    first_scored = 2
    SIZE = (256, 344)

    def prepare(self, predicted, depth_m) -> Prepared:
        """Crop, cut, mask what is not known."""
        true = through_log_depth(centre(depth_m, self.SIZE).astype(np.float64))
        predicted = centre(predicted, self.SIZE).astype(np.float64)
        known = np.isfinite(true)
        if self.align:
            predicted = aligned(predicted, true, known)
        return Prepared(true, np.clip(predicted, NEAR_M, FAR_M), known & ~np.isnan(predicted))


def stretched(depth_m: np.ndarray) -> np.ndarray:
    """Return depth cut to 0..80 m and stretched so that its maximum is 80; NaN stays."""
    cut = np.clip(depth_m, 0, FAR_M)
    known = cut[~np.isnan(cut)]
    most = known.max() if len(known) else 0.0
    return cut / most * FAR_M if most > 0 else np.full_like(cut, np.nan)


def through_log_depth(depth_m: np.ndarray) -> np.ndarray:
    """Return depth as normalised log depth keeps it: cut to 1.97..80 m, NaN stays."""
    return np.clip(depth_m, NEAR_M, FAR_M)


def strictly_inside(true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return where both lie above 0 and below 80 m (false for NaN)."""
    return (true > 0) & (true < FAR_M) & (predicted > 0) & (predicted < FAR_M)


def centre(picture: np.ndarray, size) -> np.ndarray:
    """Return the middle of a map [H, W], at most ``size`` = (height, width)."""
    height, width = (min(a, b) for a, b in zip(picture.shape, size))
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    return picture[top:top + height, left:left + width]


def with_cut_offs(prepared: Prepared) -> Dict[str, float]:
    """Return E2Depth's metrics, and the mean depth error of what is nearer than each cut-off."""
    true, predicted = prepared.true[prepared.mask], prepared.predicted[prepared.mask]
    result, error = e2depth_metrics(true, predicted), np.abs(true - predicted)
    for cut_m in CUT_OFFS_M:
        near = error[true < cut_m]
        result[f'mean_depth_error_{cut_m}m'] = float(near.mean()) if len(near) else float('nan')
    return result
