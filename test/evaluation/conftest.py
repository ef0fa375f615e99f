# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The metrics and the paper's protocol once more, pixel by pixel; and small window files."""

import math

import numpy as np
import pytest

from depthanyevent_ros.training.windows_file import WindowsFile, write_windows


def plain_metrics(pairs):
    """Return E2Depth's metrics of a list of (true, predicted)."""
    n = len(pairs)
    logs = [math.log(g + 1e-5) - math.log(p + 1e-5) for g, p in pairs]
    ratios = [max(g / (p + 1e-5), p / (g + 1e-5)) for g, p in pairs]
    trues, predictions = sorted(g for g, _ in pairs), sorted(p for _, p in pairs)
    middles = [(values[(n - 1) // 2] + values[n // 2]) / 2 for values in (trues, predictions)]
    squares = sum(x * x for x in logs) / n
    return {
        'abs_rel': sum(abs(g - p) / (g + 1e-5) for g, p in pairs) / n,
        'sq_rel': sum((g - p) ** 2 / (g * g + 1e-5) for g, p in pairs) / n,
        'rmse': math.sqrt(sum((g - p) ** 2 for g, p in pairs) / n),
        'rmse_log': math.sqrt(squares), 'silog': squares - (sum(logs) / n) ** 2,
        **{f'delta{k}': sum(r <= 1.25 ** k for r in ratios) / n for k in (1, 2, 3)},
        'mean_depth_error': sum(abs(g - p) for g, p in pairs) / n,
        'median_difference': abs(middles[0] - middles[1]),
        'mean_true': sum(trues) / n, 'median_true': middles[0],
        'mean_predicted': sum(predictions) / n, 'median_predicted': middles[1]}


def plain_paper(predicted, depth_m):
    """Return the paper's metrics of one map, with np.linalg.lstsq for the fit."""
    true = np.where(np.isfinite(depth_m), depth_m, 0.0).clip(0, 80)
    true = true / true.max() * 80
    known = true > 0
    ones = np.ones(known.sum())
    (scale, shift), *_ = np.linalg.lstsq(np.stack([predicted[known], ones], 1), true[known],
                                         rcond=None)
    fitted = (scale * predicted + shift).clip(0, 80)
    pairs = [(float(g), float(p)) for g, p in zip(true.ravel(), fitted.ravel())
             if 0 < g < true.max() and 0 < p < true.max()]
    result = plain_metrics(pairs)
    for cut in (10, 20, 30):
        near = [abs(g - p) for g, p in pairs if g < cut]
        result[f'mean_depth_error_{cut}m'] = sum(near) / len(near) if near else math.nan
    return result


@pytest.fixture(name='plain_metrics')
def give_plain_metrics():
    """Return the plain version of the metrics."""
    return plain_metrics


@pytest.fixture(name='plain_paper')
def give_plain_paper():
    """Return the plain version of the paper's protocol."""
    return plain_paper


def write_windows_file(path, depths_m, kind='room', motion='walking', size=(40, 56),
                       n_events=100, with_frames=True):
    """Write a window for each depth: a constant map of that many metres, with a few events."""
    random = np.random.default_rng(len(str(path)))
    height, width = size
    with write_windows(path, height, width, kind=kind, motion=motion, seed=1, fx=50.0, fy=50.0,
                       cx=width / 2, cy=height / 2, with_frames=with_frames) as file:
        for k, depth_m in enumerate(depths_m):
            image = np.zeros((3, height, width), np.float32)
            image[0] = random.random((height, width)) < 0.1
            ramp = depth_m * np.linspace(0.5, 1.5, height)[:, None] * np.ones(width)
            file.append(image, ramp, (k + 1) * 50_000_000, n_events,
                        np.full((height, width), 90, np.uint8) if with_frames else None)
    return path


@pytest.fixture
def make_file(tmp_path):
    """Return a writer of small window files: make_file('a', [2.0, 3.0], kind='room')."""
    def make(name, depths_m, **changes):
        return WindowsFile(write_windows_file(tmp_path / f'{name}.h5', depths_m, **changes))
    return make
