# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Brightness in cells of 8 x 8 pixels: of frames, and of events over times that are moved."""

from typing import Tuple

import cv2
import numpy as np

from depthanyevent_ros.errors import ConfigError

#: By how much times are moved.
REACH_NS, STEP_NS = 300_000_000, 10_000_000
OFFSETS_NS = np.arange(-REACH_NS, REACH_NS + 1, STEP_NS)
CELL_PX, SMOOTH_PX = 8, 2.0
#: Grey levels: what is darker has no logarithm to speak of.
FLOOR = 8.0


class BrightnessCells:
    """What frames and events say of the brightness of cells; see `stamp_offset.py`."""

    def __init__(self, height: int, width: int):
        """Take the size of the frames; what does not fill a cell is left out."""
        if min(height, width) < CELL_PX:
            raise ConfigError(f'frames of {width}x{height} pixels have no cell of {CELL_PX} '
                              'pixels: their stamps cannot be checked')
        self.rows, self.columns = height // CELL_PX, width // CELL_PX

    def log_brightness(self, grey: np.ndarray) -> np.ndarray:
        """Return the log of a smoothed frame, uint8 [H, W], as float32 (cells,)."""
        inside = grey[:self.rows * CELL_PX, :self.columns * CELL_PX].astype(np.float32)
        smooth = cv2.GaussianBlur(inside, (0, 0), SMOOTH_PX)
        cells = cv2.resize(smooth, (self.columns, self.rows), interpolation=cv2.INTER_AREA)
        return np.log(cells + np.float32(FLOOR)).ravel()

    def polarities(self, events: np.ndarray, first_ns: int, second_ns: int
                   ) -> Tuple[np.ndarray, np.ndarray]:
        """
        Return the sums of polarities from first_ns - o to second_ns - o, for each offset o.

        Within 10 ms, events count as evenly spread.

        :param events: of EVENT_DTYPE, from first_ns - REACH_NS to second_ns + REACH_NS.
        :returns: float64 [offsets, cells], and the number of events, [offsets].
        """
        start_ns = first_ns - REACH_NS
        n_bins = -(-(second_ns + REACH_NS - start_ns) // STEP_NS)
        column, row = events['x'] // CELL_PX, events['y'] // CELL_PX
        inside = (column < self.columns) & (row < self.rows)
        cell = row.astype(np.int64) * self.columns + column
        place = (events['t_ns'] - start_ns) // STEP_NS * (self.rows * self.columns) + cell
        signed, counted = (     # with an empty bin more: the edge after the last one
            np.bincount(place[inside], weights, (n_bins + 1) * self.rows * self.columns)
            .reshape(n_bins + 1, -1)
            for weights in (np.where(events['p'][inside] > 0, 1.0, -1.0), None))
        places = ((second_ns - OFFSETS_NS - start_ns) / STEP_NS,
                  (first_ns - OFFSETS_NS - start_ns) / STEP_NS)
        sums, n_events = (_before(bins, places[0]) - _before(bins, places[1])
                          for bins in (signed, counted.sum(1, keepdims=True)))
        return sums, n_events[:, 0]


def _before(bins, place) -> np.ndarray:
    """Return the sum of the bins before each place, a fraction of the bin that it lies in."""
    edges = np.concatenate([np.zeros((1, bins.shape[1])), np.cumsum(bins, 0)])
    whole = np.floor(place).astype(np.int64)
    part = (place - whole)[:, None]
    return edges[whole] * (1 - part) + edges[whole + 1] * part
