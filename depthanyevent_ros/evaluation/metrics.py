# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What is computed from the scored pixels of one depth map: float64 vectors in, numbers out.

Two sets: the fourteen of E2Depth's evaluation (Hidalgo-Carrio et al., arXiv 2010.08350), which
DepthAnyEvent (arXiv 2509.15224), RAM-Net and EReFormer took over, and the usual ones as Eigen et
al. (arXiv 1406.2283) define them.
"""

from typing import Dict

import numpy as np

#: Added to denominators and inside logarithms by E2Depth's evaluation.
EPSILON = 1e-5

E2DEPTH_NAMES = (
    'abs_rel', 'sq_rel', 'rmse', 'rmse_log', 'silog', 'delta1', 'delta2', 'delta3',
    'mean_depth_error', 'median_difference', 'mean_true', 'median_true', 'mean_predicted',
    'median_predicted')
USUAL_NAMES = ('abs_rel', 'sq_rel', 'rmse', 'rmse_log', 'silog', 'delta1', 'delta2', 'delta3',
               'mean_depth_error')


def e2depth_metrics(true: np.ndarray, predicted: np.ndarray) -> Dict[str, float]:
    """
    Return E2Depth's metrics: sq_rel is (g - p)^2 / (g^2 + eps), SILog has no root.

    :param true, predicted: depth in metres of the scored pixels, (N,), above 0.
    :returns: by E2DEPTH_NAMES; NaN everywhere if there is no pixel.
    """
    if not len(true):
        return dict.fromkeys(E2DEPTH_NAMES, float('nan'))
    error = np.abs(true - predicted)
    log_error = np.log(true + EPSILON) - np.log(predicted + EPSILON)
    ratio = np.maximum(true / (predicted + EPSILON), predicted / (true + EPSILON))
    middle_true, middle_predicted = np.median(true), np.median(predicted)
    return as_floats(
        abs_rel=np.mean(error / (true + EPSILON)),
        sq_rel=np.mean(error ** 2 / (true ** 2 + EPSILON)),
        **root_and_log(error, log_error),
        **{f'delta{k}': np.mean(ratio <= 1.25 ** k) for k in (1, 2, 3)},
        mean_depth_error=error.mean(), median_difference=abs(middle_true - middle_predicted),
        mean_true=true.mean(), median_true=middle_true, mean_predicted=predicted.mean(),
        median_predicted=middle_predicted)


def usual_metrics(true: np.ndarray, predicted: np.ndarray) -> Dict[str, float]:
    """
    Return the usual metrics: sq_rel is (g - p)^2 / g in metres, delta counts ratios < 1.25^k.

    :param true, predicted: as in :func:`e2depth_metrics`.
    :returns: by USUAL_NAMES; NaN everywhere if there is no pixel.
    """
    if not len(true):
        return dict.fromkeys(USUAL_NAMES, float('nan'))
    error = np.abs(true - predicted)
    ratio = predicted / true
    log_error = np.log(ratio)
    ratio = np.maximum(ratio, 1 / ratio)
    return as_floats(
        abs_rel=np.mean(error / true), sq_rel=np.mean(error ** 2 / true),
        **root_and_log(error, log_error),
        **{f'delta{k}': np.mean(ratio < 1.25 ** k) for k in (1, 2, 3)},
        mean_depth_error=error.mean())


def root_and_log(error: np.ndarray, log_error: np.ndarray) -> Dict[str, float]:
    """Return RMSE, RMSE of the logarithm, and SILog = mean(l^2) - mean(l)^2."""
    squares = np.mean(log_error ** 2)
    return {'rmse': np.sqrt(np.mean(error ** 2)), 'rmse_log': np.sqrt(squares),
            'silog': squares - log_error.mean() ** 2}


def as_floats(**values) -> Dict[str, float]:
    """Return plain floats, as JSON wants them."""
    return {name: float(value) for name, value in values.items()}
