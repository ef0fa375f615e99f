# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The bounded hand-over of closed windows from the input thread to the inference worker.

Three promises, chosen once by the parameter ``overload``:

- ``latest``: a live depth user wants now, so a newer window replaces one that nobody took;
- ``merge``: the newer window is merged with the one that waits, so that no event is lost;
- ``lossless``: the input waits for the worker (replay only).
"""

from collections import Counter, deque
import threading
import time
from typing import NamedTuple, Optional

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.merge import merge_windows
from depthanyevent_ros.events.windows import ClosedWindow

#: More merged windows than this would blur minutes into one picture: the older are dropped.
MAX_MERGED = 20
#: Windows that wait in a lossless hand-over before the input does.
LOSSLESS_DEPTH = 8


class Handed(NamedTuple):
    """A window, and when it was handed over."""

    window: ClosedWindow
    put_ns: int                      # steady clock; of the newest window if several were merged


class Handover:
    """What the three have in common: one lock, a way to take, a way to end."""

    def __init__(self):
        self.counts = Counter()                 # windows 'dropped', 'merged'
        self._waiting = deque()
        self._changed = threading.Condition()
        self._closed = False

    def take(self, timeout_s: float) -> Optional[Handed]:
        """Return the next window, or None when none came in time or the hand-over is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, timeout_s)
            if not self._waiting:
                return None
            handed = self._waiting.popleft()
            self._changed.notify_all()
            return handed

    def __len__(self) -> int:
        return len(self._waiting)

    def close(self) -> None:
        """End every wait at once, on both sides; what still waits can be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _append(self, window: ClosedWindow) -> None:
        self._waiting.append(Handed(window, time.monotonic_ns()))
        self._changed.notify_all()

    def clear(self, cause: str) -> None:
        """Drop what waits, counted under ``cause``."""
        with self._changed:
            if self._waiting:
                self.counts[cause] += len(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()

    def reset(self) -> None:
        """Drop what waits when the input was reset: nobody wants depth of before."""
        self.clear('reset')


class Latest(Handover):
    """The newest window; an unread older one is dropped and counted."""

    def put(self, window: ClosedWindow) -> None:
        """Hand over a window; never waits."""
        with self._changed:
            if self._waiting:
                self._waiting.clear()
                self.counts['dropped'] += 1
            self._append(window)


class Merge(Handover):
    """All events since the worker last took a window, as one longer window."""

    def __init__(self):
        super().__init__()
        self._n_merged = 0

    def put(self, window: ClosedWindow) -> None:
        """Hand over a window, merged with the one that waits; never waits."""
        with self._changed:
            older = self._waiting.pop().window if self._waiting else None
            if older is None:
                self._n_merged = 0
            elif older.epoch == window.epoch and self._n_merged < MAX_MERGED:
                window = merge_windows(older, window)
                self._n_merged += 1
                self.counts['merged'] += 1
            else:
                self._n_merged = 0
                self.counts['dropped'] += 1
            self._append(window)


class Lossless(Handover):
    """Every window, in order; the input waits when too many are unread."""

    def put(self, window: ClosedWindow) -> None:
        """Hand over a window; waits while LOSSLESS_DEPTH windows are unread."""
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._waiting) < LOSSLESS_DEPTH or self._closed)
            if self._closed:
                self.counts['dropped'] += 1
                return
            self._append(window)

    def reset(self) -> None:
        """Keep what waits: its epoch is the old one, so the states go back to zero after it."""


HANDOVERS = {'latest': Latest, 'merge': Merge, 'lossless': Lossless}


def make_handover(overload: str) -> Handover:
    """Return the hand-over for the parameter ``overload``."""
    try:
        return HANDOVERS[overload]()
    except KeyError:
        raise ConfigError(f'overload: {overload!r} is not one of {", ".join(HANDOVERS)}') from None
