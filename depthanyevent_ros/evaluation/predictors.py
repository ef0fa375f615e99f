# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What gives depth for the windows of window files: networks and baselines, with one interface.

Several sequences go side by side, in lanes; a baseline is what a network must beat.
"""

from dataclasses import dataclass
from typing import List, Optional, Protocol, Sequence, Tuple

import numpy as np

from depthanyevent_ros.training.windows_file import WindowsFile


@dataclass(frozen=True)
class Lanes:
    """T consecutive windows of B sequences; stored as in their files."""

    files: Sequence[WindowsFile]
    tencode: np.ndarray                 # float32 [T, B, 3, H, W]
    depth_m: np.ndarray                 # float32 [T, B, H, W]
    n_events: np.ndarray                # int64 [T, B]
    frame: Optional[np.ndarray] = None  # uint8 [T, B, H, W]


def read_lanes(files: Sequence[WindowsFile], start: int, n: int) -> Lanes:
    """Return the windows start .. start + n - 1 of files of one size."""
    clips = [file.read(start, n) for file in files]
    has_frames = all(clip.frame is not None for clip in clips)
    return Lanes(files, np.stack([clip.tencode for clip in clips], 1),
                 np.stack([clip.depth_m for clip in clips], 1),
                 np.stack([clip.n_events for clip in clips], 1),
                 np.stack([clip.frame for clip in clips], 1) if has_frames else None)


class LanePredictor(Protocol):
    """Gives depth; ``is_metric`` tells whether in metres."""

    name: str
    is_metric: bool

    def begin(self, n_lanes: int) -> None:
        """Forget everything: new sequences begin."""

    def predict(self, lanes: Lanes) -> np.ndarray:
        """Return depth, float [T, B, H, W], of the windows that follow the last ones."""


class KindImage:
    """
    A picture of depth that knows nothing of the events, one for each kind of scene or for all.

    :param images: float [H, W] metres by kind; '' is for kinds that have none of their own.
    """

    is_metric = True

    def __init__(self, name: str, images: dict):
        self.name, self._images = name, images

    def begin(self, n_lanes: int) -> None:
        """Do nothing: there is no memory."""

    def predict(self, lanes: Lanes) -> np.ndarray:
        """Return the picture of each lane's kind."""
        each = [self._images.get(file.kind, self._images['']) for file in lanes.files]
        return np.broadcast_to(np.stack(each), lanes.depth_m.shape)


def groups_of_files(files: Sequence[WindowsFile], most: int, lanes: int
                    ) -> List[Tuple[List[WindowsFile], int]]:
    """
    Return groups of at most ``lanes`` files of one size and number of windows, and that number.

    :param most: windows of a file that are used.
    """
    by_shape = {}
    for file in files:
        shape = min(len(file), most), file.height, file.width
        by_shape.setdefault(shape, []).append(file)
    return [(group[start:start + lanes], shape[0]) for shape, group in sorted(by_shape.items())
            for start in range(0, len(group), lanes)]
