# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What other threads want of one that works and rests."""

import queue
import threading
import time
from typing import Callable


class Wishes:
    """
    Wishes are granted by the working thread, in the order in which they came.

    One that comes while it rests is granted at once; then it rests on. ``close`` ends every rest.
    """

    def __init__(self):
        self._queue: 'queue.Queue[Callable[[], None]]' = queue.Queue()
        self._wake, self.closed = threading.Event(), False

    def put(self, wish: Callable[[], None]) -> None:
        """Ask for something (any thread)."""
        self._queue.put(wish)
        self._wake.set()

    def close(self) -> None:
        """Let the working thread end (any thread)."""
        self.closed = True
        self._wake.set()

    def grant(self) -> None:
        """Do what was asked for (the working thread)."""
        while not self._queue.empty():
            self._queue.get()()

    def rest(self, seconds: float) -> None:
        """Wait for so long, granting what comes (the working thread)."""
        until_s = time.monotonic() + seconds
        while not self.closed:
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                return
            if self._wake.wait(left_s):
                self._wake.clear()
                self.grant()
