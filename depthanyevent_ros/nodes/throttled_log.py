# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Warnings that repeat with a stream: each kind now and then, none hidden by another."""

import time
from typing import Callable, Dict

#: At most one line of a kind in this time.
THROTTLE_S = 5.0


class ThrottledLog:
    """
    Logs the first line of each kind, and then one in THROTTLE_S.

    rclpy throttles by the line of code that logs: whatever went through one helper would share
    one allowance, and a flood of one fault would hide every other.
    """

    def __init__(self, logger, clock_s: Callable[[], float] = time.monotonic):
        self._logger = logger
        self._clock_s = clock_s
        self._logged_s: Dict[str, float] = {}

    def warning(self, kind: str, sentence: str) -> None:
        """Log a warning, unless one of this kind was logged a moment ago."""
        if self._is_due(kind):
            self._logger.warning(sentence)

    def error(self, kind: str, sentence: str) -> None:
        """Log an error, likewise."""
        if self._is_due(kind):
            self._logger.error(sentence)

    def _is_due(self, kind: str) -> bool:
        now_s = self._clock_s()
        if now_s - self._logged_s.get(kind, -THROTTLE_S) < THROTTLE_S:
            return False
        self._logged_s[kind] = now_s
        return True
