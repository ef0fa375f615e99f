# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A protocol without favours: the truth alone decides which pixels count, and nothing is stretched.

Scored is every pixel with a true depth above 0 and up to 80 m; the sky and unknown pixels are
not. The prediction is cut to 0.05..80 m; where it has none it counts as 0.05 m, a gross error, and
``coverage`` says how much it has. Unaligned for metric depth; aligned by one scale and one shift
per map, least squares in depth over the same pixels (what the paper fits; it weighs far pixels
most). Over time: by how much the map's scale against the truth changes from map to map, and how
much of a pixel's change is not the truth's (``flicker``, relative to depth; where the truth
jumps, there is an edge that moved and nothing is compared).
"""

from typing import Dict

import numpy as np

from depthanyevent_ros.evaluation.alignment import aligned
from depthanyevent_ros.evaluation.metrics import usual_metrics
from depthanyevent_ros.evaluation.prepared import FAR_M, mean_of_known, Prepared

NEAREST_M = 0.05
EDGES_M = (0, 2, 5, 10, 20, 40, 80)
#: A pixel whose true depth changes by more than this share shows another surface.
JUMP = 0.05


class CleanProtocol:
    """The protocol of this module."""

    first_scored = 0
    mean = staticmethod(mean_of_known)

    def __init__(self, align: bool):
        """Take whether to fit scale and shift to each map."""
        self.align = align
        self.name = 'clean_aligned' if align else 'clean'
        self.note = ('every pixel with a true depth up to 80 m, '
                     + ('scale and shift fitted to each map' if align else 'metres as they are'))

    def prepare(self, predicted, depth_m) -> Prepared:
        """Mask by the truth, fit, fill in what is missing, cut."""
        true = depth_m.astype(np.float64)
        mask = (true > 0) & (true <= FAR_M)
        predicted = predicted.astype(np.float64)
        if self.align:
            predicted = aligned(predicted, true, mask)
        return Prepared(true, np.clip(predicted, NEAREST_M, FAR_M), mask)

    def metrics(self, prepared) -> Dict[str, float]:
        """Return the usual metrics, coverage, and AbsRel and delta1 by true distance."""
        true, predicted = prepared.true[prepared.mask], prepared.predicted[prepared.mask]
        missing = np.isnan(predicted)
        filled = np.where(missing, NEAREST_M, predicted)
        result = usual_metrics(true, filled)
        result['coverage'] = float(1 - missing.mean()) if len(true) else float('nan')
        return {**result, **by_distance(true, filled)}

    def changes(self, before, now) -> Dict[str, float]:
        """Return scale_change, mean |ln s_t / s_(t-1)| of median(g / p), and flicker."""
        both = before.mask & now.mask & np.isfinite(before.predicted) & np.isfinite(now.predicted)
        step = now.true[both] - before.true[both]
        same = np.abs(step) < JUMP * before.true[both]
        if not same.any():
            return {'scale_change': float('nan'), 'flicker': float('nan')}
        change = (now.predicted - before.predicted)[both] - step
        scales = [np.median(each.true[both] / each.predicted[both]) for each in (before, now)]
        return {'scale_change': float(abs(np.log(scales[1] / scales[0]))),
                'flicker': float(np.mean(np.abs(change[same]) / now.true[both][same]))}


def by_distance(true: np.ndarray, predicted: np.ndarray) -> Dict[str, float]:
    """Return AbsRel and delta1 of each range of true distances, (a, b] in metres."""
    bins = np.digitize(true, EDGES_M[1:-1], right=True)
    n_bins = len(EDGES_M) - 1
    counts = np.bincount(bins, minlength=n_bins).astype(np.float64)
    counts[counts == 0] = np.nan
    ratio = predicted / true
    errors = np.bincount(bins, np.abs(ratio - 1), n_bins) / counts
    close = np.bincount(bins, np.maximum(ratio, 1 / ratio) < 1.25, n_bins) / counts
    names = [f'{a}_{b}m' for a, b in zip(EDGES_M, EDGES_M[1:])]
    return {**{f'abs_rel_{name}': float(x) for name, x in zip(names, errors)},
            **{f'delta1_{name}': float(x) for name, x in zip(names, close)}}
