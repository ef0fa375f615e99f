# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Which moments a picture sheet shows, kept while an evaluation passes by.

Depth is shown in metres, as the protocol ``clean`` takes it: fitted if it is relative.
"""

from dataclasses import dataclass, field
from typing import List, Optional

import numpy as np

from depthanyevent_ros.evaluation.clean_protocol import CleanProtocol
from depthanyevent_ros.evaluation.inputs import Moment
from depthanyevent_ros.evaluation.predictors import Lanes


@dataclass(frozen=True)
class ShownMoment:
    """One window: what went in, what is true, what came out."""

    title: str
    tencode: np.ndarray                 # float32 [3, H, W]
    true: np.ndarray                    # float [H, W] metres, NaN unknown, +inf sky
    predicted: np.ndarray               # float [H, W] metres
    frame: Optional[np.ndarray] = None  # uint8 [H, W]


@dataclass
class Shown:
    """
    Keeps at most ``most`` moments.

    ``wanted`` names, for each sequence, the numbers of its windows to keep.
    """

    is_metric: bool
    wanted: dict = field(default_factory=dict)
    most: int = 12
    moments: List[ShownMoment] = field(default_factory=list)

    def offer(self, lanes: Lanes, start: int, predicted: np.ndarray) -> None:
        """Take what is wanted of the windows start, start + 1, ... of sequences side by side."""
        for lane, file in enumerate(lanes.files):
            for k in self.wanted.get(file.path.stem, ()):
                if 0 <= k - start < len(predicted):
                    t = k - start
                    frame = None if lanes.frame is None else lanes.frame[t, lane]
                    self._keep(file.path.stem, k, lanes.tencode[t, lane], frame,
                               predicted[t, lane], lanes.depth_m[t, lane])

    def offer_moment(self, name: str, k: int, moment: Moment, predicted: np.ndarray) -> None:
        """Take the k-th moment of a sequence if it is wanted."""
        if k in self.wanted.get(name, ()):
            self._keep(name, k, moment.image, moment.read_frame(), predicted, moment.depth_m)

    def _keep(self, name, k, tencode, frame, predicted, depth_m):
        if len(self.moments) < self.most:
            prepared = CleanProtocol(not self.is_metric).prepare(predicted, depth_m)
            self.moments.append(ShownMoment(f'{name}, window {k}', tencode, prepared.true,
                                            prepared.predicted, frame))
