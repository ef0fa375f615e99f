# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A bounded memory of the newest events, read by time."""

from bisect import bisect_left, bisect_right
from collections import Counter
from threading import RLock
from typing import Iterator, Optional

import numpy as np

from depthanyevent_ros.distillation.lessons.time_steps import TimeSteps
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.types import EVENT_DTYPE

#: Damage and jumps in one block of events; the rest of a block with more is left out.
MAX_ODD = 16
#: An event without its columns: NumPy copies these ten times as fast.
BYTES = np.dtype(f'V{EVENT_DTYPE.itemsize}')


class EventMemory:
    """
    The newest events in order of time, in one ring of 16 bytes each; for several threads.

    Events that are out of order by no more than ``max_back_us`` are put in their place. One that
    is farther behind the newest, or more than ``max_gap_us`` ahead of it, is held back: if the
    next one agrees with it, time has jumped, and the memory is cleared ('jump_back',
    'jump_ahead'); if not, it alone is dropped ('outlier').

    ``counts``: these three, 'oldest' (dropped for newer ones), 'unsorted' (put in their place) and
    'time_disorder' (left out of a block with too many jumps). ``epoch`` grows with each clearing.
    """

    def __init__(self, limit: int, max_gap_us: int = 1_000_000, max_back_us: int = 10_000):
        """Take the number of events that are kept."""
        if limit < 1:
            raise ConfigError(f'the memory for events ({limit}) must hold at least 1')
        self._ring = np.zeros(limit, EVENT_DTYPE)   # pages are used as they are written
        self._bytes = self._ring.view(BYTES)
        self._steps = TimeSteps(max_gap_us * 1000, max_back_us * 1000)
        self.counts: Counter = Counter()
        self.epoch = 0
        self._lock = RLock()
        self._forget()

    def __len__(self) -> int:
        """Return how many events it holds."""
        return self._size

    @property
    def nbytes(self) -> int:
        """Return the bytes that it takes when it is full."""
        return self._ring.nbytes

    @property
    def newest_ns(self) -> Optional[int]:
        """Return the largest time of an event since the last clearing, None before the first."""
        return self._newest_ns

    @property
    def known_from_ns(self) -> Optional[int]:
        """Return the time from which on it holds every event, None if it holds none."""
        return self._known_from_ns

    def append(self, events: np.ndarray) -> None:
        """Take the next events, (N,) of EVENT_DTYPE; they may be overwritten afterwards."""
        if events.dtype != EVENT_DTYPE:
            raise TypeError(f'events must be an array of EVENT_DTYPE, not {events.dtype}')
        with self._lock:
            if self._size and len(events) and not len(self._held) \
                    and self._steps.in_order(events['t_ns'], self._newest_ns):
                self._write(events)
                return
            for run in self._runs(events):
                self._keep(run)

    def between(self, start_ns: int, end_ns: int, most: Optional[int] = None) -> np.ndarray:
        """
        Return a copy of the events with start_ns <= t_ns < end_ns, (N,) of EVENT_DTYPE.

        :param most: with more than so many, every k-th is taken.
        """
        with self._lock:
            first, stop = self._first_at(start_ns), self._first_at(end_ns)
            n_events = max(0, stop - first)
            step = max(1, -(-n_events // most)) if most else 1
            return self._read(first, first + n_events, step)

    def count(self, start_ns: int, end_ns: int) -> int:
        """Return how many events it holds with start_ns <= t_ns < end_ns."""
        with self._lock:
            return max(0, self._first_at(end_ns) - self._first_at(start_ns))

    def covers(self, start_ns: int, end_ns: int) -> bool:
        """
        Tell whether it holds all events of that time.

        That is: none of them was dropped, and one at or after the end has arrived.
        """
        with self._lock:
            return (self._size > 0 and self._known_from_ns <= start_ns
                    and self._newest_ns >= end_ns)

    def clear(self, reason: str) -> None:
        """Forget all events, and count why."""
        with self._lock:
            self.counts[reason] += 1
            self.epoch += 1
            self._forget()

    def _forget(self):
        self._start = self._size = 0
        self._held = self._ring[:0]
        self._newest_ns: Optional[int] = None
        self._known_from_ns: Optional[int] = None

    def _runs(self, events) -> Iterator[np.ndarray]:
        """Yield pieces without jumps; between two the memory is cleared, or one event dropped."""
        if len(self._held):
            events, self._held = np.concatenate([self._held, events]), self._held[:0]
        for _ in range(MAX_ODD):
            odd = self._steps.first_odd(events['t_ns'], self._newest_ns)
            if odd:
                yield events[:odd]
            if odd == len(events):
                return
            events = events[odd:]
            if len(events) == 1:
                self._held = events.copy()
                return
            if self._steps.is_jump(*events['t_ns'][:2].tolist(), self._newest_ns):
                ahead = events['t_ns'][0] > self._newest_ns
                self.clear('jump_ahead' if ahead else 'jump_back')
            else:
                self.counts['outlier'] += 1
                events = events[1:]
        self.counts['time_disorder'] += len(events)

    def _keep(self, events):
        """Take events without jumps; those that are late are put in their place."""
        t_ns = events['t_ns']
        lowest_ns = int(t_ns.min())
        if self._newest_ns is None:
            self._known_from_ns = self._newest_ns = lowest_ns
        behind = t_ns < np.maximum.accumulate(np.maximum(t_ns, self._newest_ns))
        if behind.any():
            self.counts['unsorted'] += int(np.count_nonzero(behind))
            first = bisect_right(range(self._size), lowest_ns, key=self._time)
            events = np.concatenate([self._read(first, self._size), events])
            events = events[np.argsort(events['t_ns'], kind='stable')]
            self._size = first
        self._write(events)

    def _write(self, events):
        """Write events that are in order; the oldest make room."""
        self._newest_ns = max(self._newest_ns, int(events['t_ns'][-1]))
        self._make_room(events)
        events = np.ascontiguousarray(events[-len(self._ring):]).view(BYTES)
        begin = (self._start + self._size) % len(self._ring)
        n_straight = min(len(events), len(self._ring) - begin)
        self._bytes[begin:begin + n_straight] = events[:n_straight]
        self._bytes[:len(events) - n_straight] = events[n_straight:]
        self._size += len(events)

    def _make_room(self, events):
        over = self._size + len(events) - len(self._ring)
        if over > 0:
            dropped_ns = (self._time(over - 1) if over <= self._size
                          else int(events['t_ns'][over - self._size - 1]))
            self._known_from_ns = max(self._known_from_ns, dropped_ns + 1)
            self.counts['oldest'] += over
            gone = min(over, self._size)
            self._start = (self._start + gone) % len(self._ring)
            self._size -= gone

    def _time(self, i) -> int:
        return int(self._ring['t_ns'][(self._start + i) % len(self._ring)])

    def _first_at(self, t_ns) -> int:
        return bisect_left(range(self._size), t_ns, key=self._time)

    def _read(self, first, stop, step=1) -> np.ndarray:
        """Return a copy of events from the first to before stop, counted from the oldest."""
        begin, n = (self._start + first) % len(self._ring), stop - first
        straight = self._bytes[begin:begin + n]
        rest = self._bytes[:n - len(straight)][-len(straight) % step::step]
        return np.concatenate([straight[::step], rest]).view(EVENT_DTYPE)
