# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events that lie in many pieces (files, parts of a text), read piece by piece."""

from collections import OrderedDict
from typing import Callable, Optional, Sequence

import numpy as np

from depthanyevent_ros.datasets.sequence import NO_EVENTS
from depthanyevent_ros.datasets.times import TimeIndex

#: Pieces that are kept: two, as a window often lies across a border.
KEPT = 2


class ChunkedEvents:
    """
    Events by index and by time from pieces in order.

    :param counts: events in each piece, (K,).
    :param load: k -> the events of piece k, (counts[k],) of EVENT_DTYPE.
    :param last_ns: the time of the last event of each piece, (K,), where it is known: then a
        search by time reads one piece only.
    """

    def __init__(self, counts: Sequence[int], load: Callable[[int], np.ndarray],
                 last_ns: Optional[Sequence[int]] = None):
        self._first = np.concatenate([[0], np.cumsum(np.asarray(counts, np.int64))])
        self._load = load
        self._kept = OrderedDict()
        self.n_events = int(self._first[-1])
        self._index = TimeIndex(lambda start, stop: self.by_index(start, stop)['t_ns'],
                                self.n_events)
        if last_ns is not None:
            # Ascending even where stamps run back or a piece is empty.
            self._last_ns = np.maximum.accumulate(np.asarray(last_ns, np.int64))
            self._first_at = self._first_in_piece
        else:
            self._first_at = self._index.first_at

    @property
    def span_ns(self):
        """Return the times of the first and last event; None twice without events."""
        if not self.n_events:
            return None, None
        ends = (self.by_index(i, i + 1)['t_ns'] for i in (0, self.n_events - 1))
        first, last = (int(t_ns[0]) for t_ns in ends)
        return first, last

    def by_index(self, start: int, stop: int) -> np.ndarray:
        """Return the events start..stop - 1, (N,) of EVENT_DTYPE."""
        start, stop = max(start, 0), min(stop, self.n_events)
        if start >= stop:
            return NO_EVENTS
        k = int(np.searchsorted(self._first, start, 'right')) - 1
        parts = []
        while start < stop:
            end = min(stop, int(self._first[k + 1]))
            if end > start:
                base = int(self._first[k])
                parts.append(self._piece(k)[start - base:end - base])
                start = end
            k += 1
        return np.concatenate(parts)

    def between(self, start_ns: int, end_ns: int) -> np.ndarray:
        """Return the events with start_ns <= t_ns < end_ns, (N,) of EVENT_DTYPE."""
        return self.by_index(self._first_at(start_ns), self._first_at(end_ns))

    def _first_in_piece(self, t_ns):
        k = int(np.searchsorted(self._last_ns, t_ns, 'left'))
        if k == len(self._last_ns):
            return self.n_events
        return int(self._first[k] + np.searchsorted(self._piece(k)['t_ns'], t_ns, 'left'))

    def _piece(self, k):
        if k not in self._kept:
            while len(self._kept) >= KEPT:
                self._kept.popitem(last=False)
            self._kept[k] = self._load(k)
        self._kept.move_to_end(k)
        return self._kept[k]
