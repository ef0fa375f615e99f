# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One window in, one depth map out: the paper's recipe."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
import time
from typing import Optional

import numpy as np

from depthanyevent_ros.depth.modes import DepthMode
from depthanyevent_ros.events.windows import ClosedWindow
from depthanyevent_ros.pipeline.recurrence import Recurrence


@dataclass(frozen=True)
class DepthScale:
    """What the network's output means, where it ends, and where there is evidence."""

    mode: DepthMode
    min_m: float
    max_m: float
    valid_mask: Optional[np.ndarray] = None     # bool [H, W], False outside the rectified view

    def apply(self, raw: np.ndarray) -> np.ndarray:
        """Return depth, float32 [H, W], with the marks of REP-117."""
        return self.mode.mark(self.mode.to_depth(raw), self.min_m, self.max_m, self.valid_mask)


@dataclass(frozen=True)
class DepthFrame:
    """The depth at the end of one window."""

    window: ClosedWindow
    raw: np.ndarray                  # float32 [H, W], what the network gave
    scale: DepthScale                # the one in use then
    taken_ns: int                    # steady clock, when the step began
    step_ns: int                     # duration of the engine's step

    @cached_property
    def depth(self) -> np.ndarray:
        """Depth, float32 [H, W], metres if the mode is metric; computed when first asked for."""
        return self.scale.apply(self.raw)


class DepthStep:
    """
    Engine, recurrent states and depth scale, applied to window after window.

    ``engine`` and ``scale`` are exchanged between two windows by assignment.
    """

    def __init__(self, engine, recurrence: Recurrence, scale: DepthScale):
        self.engine = engine
        self.recurrence = recurrence
        self.scale = scale
        self.counts = Counter()

    def process(self, window: ClosedWindow) -> Optional[DepthFrame]:
        """
        Return the depth of a window, or None if the network returned nothing usable.

        A depth or a state that is not finite would poison every later window through the
        recurrence, so the states go back to zero and the window is counted as ``not_finite``.
        """
        taken_ns = time.monotonic_ns()
        state = self.recurrence.take(window)
        raw, state = self.engine.step(window.image, state)
        step_ns = time.monotonic_ns() - taken_ns
        if not (np.isfinite(raw).all() and self.engine.is_finite(state)):
            self.recurrence.reset('not_finite')
            self.counts['not_finite'] += 1
            return None
        self.recurrence.keep(window, state)
        return DepthFrame(window, raw, self.scale, taken_ns, step_ns)
