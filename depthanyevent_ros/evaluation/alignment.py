# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Scale and shift between a relative depth map and the truth."""

from typing import Tuple

import numpy as np

#: Less spread than this, relative to its mean, is a constant map: no scale can be had from it.
FLAT = 1e-6


def fit_scale_and_shift(predicted: np.ndarray, true: np.ndarray) -> Tuple[float, float]:
    """
    Return s and t that make the sum of (s p + t - g)^2 least (in depth, not in disparity).

    The closed form, written about the means, where it does not lose digits. Of a constant map
    only a shift is fitted, which gives the mean of the truth (what least squares of least norm
    predicts too).

    :param predicted, true: (N,), finite; 0 and 0 are returned for N = 0.
    """
    if not len(predicted):
        return 0.0, 0.0
    predicted = predicted.astype(np.float64)
    mean_p, mean_g = predicted.mean(), true.mean(dtype=np.float64)
    p = predicted - mean_p
    variance = p @ p / len(p)
    if variance <= (FLAT * mean_p) ** 2:
        return 0.0, float(mean_g)
    scale = p @ (true - mean_g) / len(p) / variance
    return float(scale), float(mean_g - scale * mean_p)


def aligned(predicted: np.ndarray, true: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """
    Return a map with the scale and shift that fit the truth best where the mask says, float64.

    :param predicted: [H, W]; what is not finite takes no part in the fit and stays as it is.
    """
    use = mask & np.isfinite(predicted)
    scale, shift = fit_scale_and_shift(predicted[use], true[use])
    with np.errstate(invalid='ignore'):
        return scale * predicted.astype(np.float64) + shift
