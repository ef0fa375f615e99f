# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames that wait for their events; which of them are good; how late their stamps are."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Deque, Optional

import numpy as np

from depthanyevent_ros.distillation.lessons.frame_quality import FrameQuality
from depthanyevent_ros.distillation.lessons.lesson_maker import LessonMaker
from depthanyevent_ros.distillation.lessons.stamp_offset import OffsetEstimate, StampOffset

#: Frames that wait for their events, and how long one waits.
MAX_FRAMES, PATIENCE_NS = 8, 1_000_000_000
#: Of this many frames the first three are compared with the events, to find their offset.
OFFSET_EVERY, OFFSET_FRAMES = 12, 3


@dataclass(frozen=True)
class Frame:
    """A frame as it came."""

    middle_ns: int                      # of its exposure, sensor time
    grey: np.ndarray                    # uint8 [H, W]


class FrameDesk:
    """
    Where frames are put by the one who receives them and taken by the one who labels them.

    :param maker: has the events; its ``frame_offset_ns`` is kept right.
    :param counts: gets frames that were not used, by cause.
    :param find_offset: whether stamps are compared with the events.
    """

    def __init__(self, maker: LessonMaker, counts: Counter, find_offset: bool,
                 quality: FrameQuality = FrameQuality()):
        self.offset = OffsetEstimate(None, 0.0, 0, 'too_little_motion')
        self._maker, self._counts, self._quality = maker, counts, quality
        self._frames: Deque[Frame] = deque(maxlen=MAX_FRAMES)
        self._finder = StampOffset(maker.height, maker.width) if find_offset else None
        self._n_compared = 0

    def put(self, frame: Frame) -> None:
        """Take a frame; the oldest that waits goes if there are too many."""
        if len(self._frames) == MAX_FRAMES:
            self._counts['frame_too_many_waiting'] += 1
        self._frames.append(frame)

    def take(self) -> Optional[Frame]:
        """Return the oldest frame if its events have come, or it has waited too long."""
        newest_ns = self._maker.memory.newest_ns
        try:
            frame, last = self._frames[0], self._frames[-1]
            if newest_ns is None or (newest_ns < frame.middle_ns and
                                     last.middle_ns < frame.middle_ns + PATIENCE_NS):
                return None
            return self._frames.popleft()
        except IndexError:                      # none, or a reset in another thread
            return None

    def is_good(self, frame: Frame) -> bool:
        """Tell whether a frame can be labelled; count its fault if not."""
        end_ns = frame.middle_ns - self._maker.frame_offset_ns
        n_events = self._maker.memory.count(end_ns - self._maker.window_ns, end_ns)
        cause = self._quality.why_not(frame.grey, n_events)
        if cause is not None:
            self._counts[f'frame_{cause}'] += 1
        return cause is None

    def compare(self, frame: Frame) -> None:
        """Compare some of the frames with the events, and correct the stamps if need be."""
        if self._finder is None:
            return
        if self._n_compared % OFFSET_EVERY < OFFSET_FRAMES:
            self._finder.add_frame(frame.middle_ns, frame.grey)
        self._n_compared += 1
        self._finder.advance(self._maker.memory)
        self.offset = self._finder.estimate()
        if self.offset.offset_ns is not None:
            self._maker.frame_offset_ns = self.offset.correction_ns

    def clear(self) -> None:
        """Forget the frames that wait (any thread)."""
        self._frames.clear()

    def reset(self, reason: str) -> None:
        """Forget everything that depends on past time (the labelling thread)."""
        self.clear()
        if self._finder is not None:
            self._finder.reset(reason)
