# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A picture sheet: a row for each moment, with frame, events, truth, prediction and error."""

from typing import Optional, Sequence

import cv2
import numpy as np

from depthanyevent_ros.depth.colour import make_colouriser
from depthanyevent_ros.evaluation.shown import ShownMoment
from depthanyevent_ros.events.tencode import to_rgb8
from depthanyevent_ros.report.panel import BACKGROUND, MUTED, TEXT
from depthanyevent_ros.report.text import put_text

GAP, LINE, CELL_WIDTH = 6, 22, 300
TITLES = ('frame', 'events (Tencode)', 'truth', 'prediction', 'relative error, 0 to 50 %')
#: Relative error that has the brightest colour.
WORST = 0.5


def draw_sheet(moments: Sequence[ShownMoment]) -> np.ndarray:
    """
    Return a bgr8 picture; truth and prediction of a row share their colours.

    Pictures of different sizes are scaled to one width.
    """
    rows = [draw_row(moment) for moment in moments]
    width = max((row.shape[1] for row in rows), default=5 * (CELL_WIDTH + GAP) + GAP)
    head = np.full((LINE + GAP, width, 3), BACKGROUND, np.uint8)
    for k, title in enumerate(TITLES):
        put_text(head, title, GAP + k * (CELL_WIDTH + GAP), LINE / 2 + GAP / 2, 15, TEXT)
    return np.concatenate([head, *rows])


def draw_row(moment: ShownMoment) -> np.ndarray:
    """Return one row with its title, bgr8."""
    scored = np.isfinite(moment.true) & (moment.true > 0)
    near, far = depth_range(moment.true[scored])
    colours = make_colouriser('fixed', min_m=near, max_m=far)
    cells = [moment.frame if moment.frame is not None else np.zeros(moment.true.shape, np.uint8),
             to_rgb8(moment.tencode)[..., ::-1],
             colours.colour(moment.true), colours.colour(moment.predicted),
             error_picture(moment, scored)]
    cells = [fit(cell) for cell in cells]
    height = max(cell.shape[0] for cell in cells)
    row = np.full((height + LINE + GAP, len(cells) * (CELL_WIDTH + GAP) + GAP, 3), BACKGROUND,
                  np.uint8)
    for k, cell in enumerate(cells):
        left = GAP + k * (CELL_WIDTH + GAP)
        row[:cell.shape[0], left:left + CELL_WIDTH] = cell
    put_text(row, f'{moment.title}; colours {near:.1f} to {far:.1f} m', GAP, height + LINE / 2, 14,
             MUTED)
    return row


def depth_range(known_m: np.ndarray) -> tuple:
    """Return the nearest and farthest depth that get a colour of their own, metres."""
    if not len(known_m):
        return 1.0, 80.0
    near, far = np.percentile(known_m, (1, 99))
    return max(float(near), 0.05), max(float(far), float(near) * 1.1, 0.1)


def error_picture(moment: ShownMoment, scored: np.ndarray) -> np.ndarray:
    """Return |p - g| / g as bgr8; black where nothing is known."""
    true = np.where(scored, moment.true, 1.0)
    error = np.abs(np.nan_to_num(moment.predicted) - true) / true
    level = np.rint(np.clip(error / WORST, 0, 1) * 255).astype(np.uint8)
    return cv2.applyColorMap(level, cv2.COLORMAP_INFERNO) * scored[..., None]


def fit(picture: np.ndarray, width: Optional[int] = None) -> np.ndarray:
    """Return a mono8 or bgr8 picture as bgr8 of the width of a cell."""
    width = width or CELL_WIDTH
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, 2)
    height = max(1, round(picture.shape[0] * width / picture.shape[1]))
    return cv2.resize(np.ascontiguousarray(picture), (width, height),
                      interpolation=cv2.INTER_AREA)
