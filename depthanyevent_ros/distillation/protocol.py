# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What passes between the teacher, which looks at frames, and the learner, which looks at events.

Neither scale nor shift of a label is ever assumed: whatever a teacher says of its unit, the
learner compares up to a scale (METRIC) or up to scale and shift of the inverse (INVERSE).
"""

from dataclasses import dataclass
from typing import Protocol, Tuple

import numpy as np

#: What a teacher gives: depth up to a scale, or inverse depth up to scale and shift.
METRIC, INVERSE = 'metric', 'inverse_relative'
KINDS = (METRIC, INVERSE)


@dataclass(frozen=True)
class Label:
    """What a teacher saw in one frame."""

    depth: np.ndarray                   # float32 [H, W] of the teacher's kind, NaN unknown
    confidence: np.ndarray              # float32 [H, W], 0..1; 0 where nothing is known


class Teacher(Protocol):
    """A network for frames."""

    name: str
    kind: str                           # of KINDS
    licence: str

    def label(self, grey: np.ndarray) -> Label:
        """
        Return the depth of a frame, uint8 [H, W], at the frame's size.

        :raises MalformedInput: for a frame of another type or shape.
        """

    def close(self) -> None:
        """Free what it holds."""


@dataclass(frozen=True)
class Lesson:
    """
    Consecutive windows, T of them, and K labels at the ends of some.

    The learner runs over the first windows only to have the state that belongs to the others.
    Tencode is kept as the window files of training keep it (training/tencode_parts.py).
    """

    age: np.ndarray                     # uint8 [T, H, W], round(255 G)
    polarity: np.ndarray                # uint8 [T, H, W]: 0 no event, 1 darker, 2 brighter
    end_ns: np.ndarray                  # int64 [T], sensor time
    at: Tuple[int, ...]                 # the windows that have labels, ascending
    depth: np.ndarray                   # float16 [K, H, W]: as in Label; NaN unknown
    confidence: np.ndarray              # uint8 [K, H, W], 255 is 1
    kind: str                           # of KINDS, or TRUE
    residual_ns: Tuple[int, ...] = ()   # end of window to middle of the frame's exposure, [K]
    anchor: Tuple[float, ...] = ()      # mean log depth that the student had at each label, [K]
    origin: str = ''                    # which recording or stretch of time end_ns counts in

    @property
    def nbytes(self) -> int:
        """Return the bytes of its arrays."""
        return sum(array.nbytes for array in (
            self.age, self.polarity, self.end_ns, self.depth, self.confidence))


#: The kind of a lesson that a simulator gave: metres, true ones.
TRUE = 'true'
