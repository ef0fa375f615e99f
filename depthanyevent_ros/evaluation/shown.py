# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which moments a picture sheet shows, kept while an evaluation passes by."""

from dataclasses import dataclass, field
from typing import List, Optional

import numpy as np


@dataclass(frozen=True)
class ShownMoment:
    """One window: what went in, what is true, what came out (as scored)."""

    title: str
    tencode: np.ndarray                 # float32 [3, H, W]
    true: np.ndarray                    # float [H, W] metres, NaN unknown, +inf sky
    predicted: np.ndarray               # float [H, W] in the unit of the truth
    frame: Optional[np.ndarray] = None  # uint8 [H, W]


@dataclass
class Shown:
    """
    Keeps one moment of each sequence, two thirds into it, of at most ``most`` sequences.

    :param wanted: names of the sequences; None takes the first ones.
    """

    most: int = 12
    wanted: Optional[set] = None
    moments: List[ShownMoment] = field(default_factory=list)

    def wants(self, name: str) -> bool:
        """Tell whether a sequence is to be shown."""
        return len(self.moments) < self.most and (self.wanted is None or name in self.wanted)

    def offer(self, lanes, start: int, n_windows: int, prepared: list) -> None:
        """Take what is wanted of windows start, start + 1, ... of sequences side by side."""
        t = 2 * n_windows // 3 - start
        if not 0 <= t < len(prepared):
            return
        for lane, file in enumerate(lanes.files):
            if self.wants(file.path.stem):
                # As scored, but in metres of the truth: a protocol may have stretched or cropped.
                self.moments.append(ShownMoment(
                    f'{file.path.stem}, window {start + t}', lanes.tencode[t, lane],
                    prepared[t][lane].true, prepared[t][lane].predicted,
                    None if lanes.frame is None else lanes.frame[t, lane]))
