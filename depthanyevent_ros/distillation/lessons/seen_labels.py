# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The labels of the last frames, as lessons keep them, and which windows they belong to."""

from dataclasses import dataclass
from typing import List, Tuple

import numpy as np

from depthanyevent_ros.distillation.protocol import Label
from depthanyevent_ros.errors import MalformedInput


@dataclass(frozen=True)
class SeenLabel:
    """A label with its stamp: the middle of the exposure, sensor time."""

    stamp_ns: int
    depth: np.ndarray                   # float16 [H, W], NaN unknown
    confidence: np.ndarray              # uint8 [H, W], 255 is 1; 0 unknown


def pack_label(stamp_ns: int, label: Label, height: int, width: int) -> SeenLabel:
    """
    Return a label in a third of its memory.

    What is not finite, also as float16, or has no confidence to speak of (1/510), is unknown.

    :raises MalformedInput: 'label_size' if it is not [height, width].
    """
    depth, confidence = np.asarray(label.depth), np.asarray(label.confidence)
    if not depth.shape == confidence.shape == (height, width):
        raise MalformedInput('label_size', f'a label has the sizes {list(depth.shape)} and '
                             f'{list(confidence.shape)}, not {[height, width]}')
    with np.errstate(over='ignore'):
        depth = depth.astype(np.float16)
    sure = np.rint(np.clip(np.nan_to_num(confidence, nan=0.0), 0, 1) * 255).astype(np.uint8)
    known = np.isfinite(depth) & (sure > 0)
    return SeenLabel(int(stamp_ns), np.where(known, depth, np.float16(np.nan)),
                     np.where(known, sure, np.uint8(0)))


class SeenLabels:
    """
    Labels in order of their stamps, from a span of time and in a number that are bounded.

    Not for several threads at once.
    """

    def __init__(self, span_ns: int, limit: int):
        """Take how long and how many labels are kept."""
        self._span_ns, self._limit = span_ns, limit
        self._labels: List[SeenLabel] = []

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._labels)

    def has(self, stamp_ns: int) -> bool:
        """Tell whether there is a label of exactly that time."""
        return any(label.stamp_ns == stamp_ns for label in self._labels)

    def add(self, label: SeenLabel) -> None:
        """Take a label; those that are too old for the newest, or too many, go."""
        self._labels = sorted([*self._labels, label], key=lambda one: one.stamp_ns)
        oldest_ns = self._labels[-1].stamp_ns - self._span_ns
        self._labels = [one for one in self._labels if one.stamp_ns >= oldest_ns][-self._limit:]

    def clear(self) -> None:
        """Forget all."""
        self._labels = []

    def joining(self, last: SeenLabel, ends_ns: np.ndarray, tolerance_ns: int
                ) -> Tuple[Tuple[int, ...], List[SeenLabel]]:
        """
        Return the windows that have a label, ascending, and the labels.

        :param last: the label of the last window; :param ends_ns: of the windows, int64 [T].
        :param tolerance_ns: from a window's end to a label; the nearest one counts, once.
        """
        at, labels = [], []
        others = [one for one in self._labels if one.stamp_ns < last.stamp_ns]
        for k, end_ns in enumerate(ends_ns[:-1].tolist()):
            near = min(others, key=lambda one: abs(one.stamp_ns - end_ns), default=None)
            if near is not None and abs(near.stamp_ns - end_ns) <= tolerance_ns:
                at.append(k)
                labels.append(near)
                others.remove(near)
        return (*at, len(ends_ns) - 1), [*labels, last]
