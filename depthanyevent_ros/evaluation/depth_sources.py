# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the depth of a recording comes from: an engine, or a bag in which it was kept."""

from pathlib import Path
from typing import Callable, Optional, Protocol

import numpy as np

from depthanyevent_ros.engines.protocol import Engine
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.evaluation.depth_meaning import open_bag
from depthanyevent_ros.evaluation.inputs import Moment
from depthanyevent_ros.recordings.truth_topics import TruthTopics


class DepthSource(Protocol):
    """Depth for the moments of one sequence, in their order."""

    def depth(self, moment: Moment) -> Optional[np.ndarray]:
        """Return depth, float32 [H, W], None if there is none for this moment."""

    def close(self) -> None:
        """Free what is held."""


def look_at_events(moment: Moment) -> np.ndarray:
    """Return the Tencode image, float32 [3, H, W]."""
    return moment.image


def look_at_frame(moment: Moment) -> np.ndarray:
    """Return the frame as three equal channels, float32 [3, H, W] in 0..1."""
    frame = moment.read_frame()
    if frame is None:
        raise RecordingError('these weights look at frames, and the recording has none')
    return np.repeat(frame[None].astype(np.float32) / 255, 3, 0)


#: What a network sees, by ``input_type`` of its configuration.
LOOKS = {'events': look_at_events, 'frames': look_at_frame, 'rgb': look_at_frame}


class EngineDepth:
    """An engine, its state carried from moment to moment."""

    def __init__(self, make: Callable[[int, int], Engine], input_type: str = 'events'):
        """Take what makes an engine for a height and width, and what its network looks at."""
        self._make, self._look = make, LOOKS[input_type]
        self._engine, self._state = None, None

    def depth(self, moment: Moment) -> np.ndarray:
        """Return the engine's depth."""
        if self._engine is None:
            self._engine = self._make(*moment.depth_m.shape)
        raw, self._state = self._engine.step(self._look(moment), self._state)
        return raw

    def close(self) -> None:
        """Free the engine."""
        if self._engine is not None:
            self._engine.close()


class BagDepth:
    """
    Depth maps that were recorded: the one nearest in time to each moment.

    The topic is the first 32FC1 or 16UC1 Image topic with "depth" in its name.

    :param tolerance_ns: one that is farther away belongs to another window.
    """

    def __init__(self, path: Path, tolerance_ns: int = 25_000_000):
        """
        Open a bag.

        :raises RecordingError: if it holds no depth maps.
        """
        self.path, self.source = Path(path), open_bag(path)
        self._maps = TruthTopics(self).depths
        self._tolerance_ns = tolerance_ns
        if self._maps is None:
            self.close()
            raise RecordingError(f'{path} holds no depth maps (an Image topic with depth in its '
                                 'name, 32FC1 or 16UC1)')

    def depth(self, moment: Moment) -> Optional[np.ndarray]:
        """Return the nearest map."""
        gaps_ns = np.abs(self._maps.stamps_ns - moment.stamp_ns)
        nearest = int(gaps_ns.argmin())
        return self._maps.read(nearest) if gaps_ns[nearest] <= self._tolerance_ns else None

    def close(self) -> None:
        """Close the bag."""
        self.source.close()
