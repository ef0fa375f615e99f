# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plots over time as inline SVG, drawn in the colours of the page that holds them."""

from dataclasses import dataclass
from typing import List, Sequence, Tuple

import numpy as np

from depthanyevent_ros.report.summary import Series

WIDTH, HEIGHT = 420, 210
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 12, 32
#: A line with more points than this shows the same shape; each step keeps its maximum.
MAX_POINTS = 600


@dataclass(frozen=True)
class Plot:
    """What the template draws; all coordinates are those of the SVG."""

    line: str
    area: str
    dots: Sequence[Tuple[float, float]]
    x_ticks: Sequence[Tuple[float, str]]
    y_ticks: Sequence[Tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def make_plot(series: Series) -> Plot:
    """Return a plot of a series; values that are not finite are left out."""
    time, values = thin(np.asarray(series.time_s, float), np.asarray(series.values, float))
    x_ticks = ticks(float(time.max()) if time.size else 1.0)
    y_ticks = ticks(float(values.max()) if values.size else 1.0)
    x = LEFT + (WIDTH - LEFT - RIGHT) * time / max(time.max() if time.size else 1, 1e-9)
    y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * values / y_ticks[-1]
    points = [(round(float(a), 1), round(float(b), 1)) for a, b in zip(x, y)]
    line = ' '.join(f'{a},{b}' for a, b in points)
    base = HEIGHT - BOTTOM
    area = f'{points[0][0]},{base} {line} {points[-1][0]},{base}' if points else ''
    x_end = time.max() if time.size else 1
    return Plot(
        line, area, points if len(points) <= 60 else (),
        [(round(LEFT + (WIDTH - LEFT - RIGHT) * t / max(x_end, 1e-9), 1), f'{t:g}')
         for t in x_ticks if t <= x_end * 1.0001],
        [(round(base - (HEIGHT - TOP - BOTTOM) * t / y_ticks[-1], 1), f'{t:g}')
         for t in y_ticks])


def ticks(highest: float) -> List[float]:
    """Return 0 and round steps up to the first one that is not below ``highest``; 4 to 7."""
    if not highest > 0:
        highest = 1.0
    raw = highest / 4
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999999)
    count = int(np.ceil(highest / step - 1e-9))
    return [float(f'{k * step:.6g}') for k in range(count + 1)]


def thin(time: np.ndarray, values: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Return at most MAX_POINTS finite points: the highest one of each run of neighbours."""
    finite = np.isfinite(time) & np.isfinite(values)
    time, values = time[finite], values[finite]
    if time.size <= MAX_POINTS:
        return time, values
    runs = np.array_split(np.arange(time.size), MAX_POINTS)
    kept = np.array([run[np.argmax(values[run])] for run in runs])
    return time[kept], values[kept]
