# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of a recording for looking at: the one that was newest at a time."""

from typing import Iterable, Optional, Tuple

import cv2
import numpy as np

from depthanyevent_ros.recordings.pictures import in_bgr
from depthanyevent_ros.recordings.records import FrameRecord


def to_display(image: np.ndarray, encoding: str) -> np.ndarray:
    """Return a picture in a sensor_msgs encoding as mono8 [H, W] or bgr8 [H, W, 3]."""
    image = in_bgr(image, encoding)
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.dtype != np.uint8:                 # 32FC1: its own range, as nothing else is known
        finite = np.where(np.isfinite(image), image, 0)
        image = cv2.normalize(finite, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    return image


class FrameFollower:
    """Walks through the frames of a recording once, in their order; holds two of them."""

    def __init__(self, records: Iterable):
        """Take the records of a recording; all but frames are passed over."""
        self._frames = (r for r in records if isinstance(r, FrameRecord))
        self._current: Optional[FrameRecord] = None
        self._next = next(self._frames, None)

    def at(self, sensor_ns: int) -> Tuple[Optional[np.ndarray], Optional[float]]:
        """
        Return the newest picture at a sensor time and its age in s, (None, None) before the first.

        The times of successive calls must not fall.
        """
        while self._next is not None and self._next.stamp_ns <= sensor_ns:
            self._current, self._next = self._next, next(self._frames, None)
        if self._current is None:
            return None, None
        age_s = (sensor_ns - self._current.stamp_ns) * 1e-9
        return to_display(self._current.image, self._current.encoding), age_s
