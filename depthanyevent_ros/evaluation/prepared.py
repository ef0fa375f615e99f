# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a protocol makes of a depth map and its truth, and the order that all protocols keep."""

from dataclasses import dataclass
from typing import Callable, Dict, Protocol

import numpy as np

#: What is farther counts as this far (or not at all, as the protocol says), metres.
FAR_M = 80.0


@dataclass(frozen=True)
class Prepared:
    """Truth and prediction in metres, float64 [H, W], and which pixels are scored, bool."""

    true: np.ndarray
    predicted: np.ndarray
    mask: np.ndarray


class ScoringProtocol(Protocol):
    """
    How depth maps are scored.

    ``first_scored``: the number of the first map of a sequence that counts. ``mean``: of the
    maps of a sequence, and of sequences. ``note``: a sentence for the table.
    """

    name: str
    note: str
    first_scored: int
    mean: Callable[[np.ndarray], float]

    def prepare(self, predicted: np.ndarray, depth_m: np.ndarray) -> Prepared:
        """
        Cut, stretch, align and mask.

        :param predicted: float [H, W]; :param depth_m: [H, W], NaN unknown, +inf sky.
        """

    def metrics(self, prepared: Prepared) -> Dict[str, float]:
        """Return the metrics of one map; NaN where there is nothing to score."""

    def changes(self, before: Prepared, now: Prepared) -> Dict[str, float]:
        """Return the metrics of two maps that follow each other."""


def no_changes(before: Prepared, now: Prepared) -> Dict[str, float]:
    """Return nothing: most protocols look at single maps."""
    return {}


def mean_of_known(values) -> float:
    """Return the mean without NaN; NaN if nothing else is there."""
    values = np.asarray(values, np.float64)
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float('nan')


def mean_of_all(values) -> float:
    """Return the mean; a single NaN makes it NaN."""
    return float(np.mean(values)) if len(values) else float('nan')
