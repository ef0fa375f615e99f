# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From events and labelled frames to lessons: windows that end where a frame was taken."""

from collections import Counter
from threading import Lock
from typing import List, Optional, Tuple

import numpy as np

from depthanyevent_ros.distillation.lessons.event_memory import EventMemory
from depthanyevent_ros.distillation.lessons.seen_labels import pack_label, SeenLabel, SeenLabels
from depthanyevent_ros.distillation.protocol import KINDS, Label, Lesson, TRUE
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.training.tencode_parts import split_tencode

#: A label that is farther ahead of the newest event than this is of another clock.
AHEAD_NS = 1_000_000_000


class LessonMaker:
    """
    Makes a lesson of each label: its last window ends exactly at the label's stamp.

    The windows before it follow each other without a gap; other labels join where their stamps
    are near a window's end. Events and labels may come in either order and from different
    threads; windows are drawn in the thread that calls `next_lesson`.

    ``counts`` has 'lessons', and the labels of which none was made, by cause: 'no_events_yet'
    (many came, and no event), 'too_many_waiting', 'not_covered' (the memory does not reach back
    to the first window), 'ahead_of_events' (by more than 1 s: another clock?), 'jump_back' (time
    did, while they waited), 'nothing_known' (at no pixel), 'repeated' (their stamp). What became
    of events is in ``memory.counts``.
    """

    def __init__(self, height: int, width: int, kind: str, window_ns: int = 50_000_000,
                 n_windows: int = 8, tolerance_ns: int = 5_000_000,
                 limit_events: int = 4_000_000, frame_offset_ns: int = 0, max_waiting: int = 8):
        """
        Prepare for events and labels in a view of this size.

        :param kind: of the labels, of KINDS or TRUE.
        :param tolerance_ns: from a window's end to a label that joins; at most half a window.
        :param limit_events: in the memory, 16 bytes each.
        :param frame_offset_ns: by how much the stamps of labels are late; it is taken off. May be
            set later, for the labels to come.
        :param max_waiting: labels whose events have not come.
        :raises ConfigError: for a value out of range.
        """
        if kind not in (*KINDS, TRUE):
            raise ConfigError(f'labels cannot be {kind!r}, only {", ".join(KINDS)} or {TRUE}')
        if min(height, width, window_ns, n_windows, max_waiting) < 1:
            raise ConfigError('height, width, window_ns, n_windows and max_waiting must be at '
                              'least 1')
        if not 0 <= tolerance_ns <= window_ns // 2:
            raise ConfigError(f'tolerance_ns ({tolerance_ns}) must be from 0 to half a window')
        self.height, self.width, self.kind = height, width, kind
        self.window_ns, self.n_windows = window_ns, n_windows
        self.tolerance_ns, self.frame_offset_ns = tolerance_ns, frame_offset_ns
        self.memory = EventMemory(limit_events)
        self.counts: Counter = Counter()
        self.resets: Counter = Counter()
        self._max_waiting = max_waiting
        self._waiting: List[SeenLabel] = []     # ascending
        # As many as can join a lesson and wait: a label for each end of a window, and others.
        self._recent = SeenLabels(self.span_ns + tolerance_ns, 4 * n_windows + max_waiting)
        self.largest_residual_ns: Optional[int] = None      # of the last lesson
        self._epoch = 0
        self._lock = Lock()

    @property
    def span_ns(self) -> int:
        """Return the time from the first window's start to the last one's end."""
        return self.window_ns * self.n_windows

    @property
    def n_waiting(self) -> int:
        """Return the number of labels that wait for their lesson."""
        return len(self._waiting)

    def add_events(self, events: np.ndarray) -> None:
        """Take the next events, (N,) of EVENT_DTYPE, x and y in the view of the frames."""
        with self._lock:
            before = self.memory.counts['jump_back']
            self.memory.append(events)
            if self.memory.counts['jump_back'] > before:
                self._forget_labels('jump_back')

    def add_label(self, stamp_ns: int, label: Label) -> None:
        """
        Take what a teacher saw.

        :param stamp_ns: the middle of the frame's exposure, sensor time.
        :raises MalformedInput: 'label_size' if it is not of the view's size.
        """
        seen = pack_label(stamp_ns - self.frame_offset_ns, label, self.height, self.width)
        with self._lock:
            why_not = self._why_not(seen)
            if why_not is not None:
                self.counts[why_not] += 1
                return
            self._recent.add(seen)
            self._waiting = sorted([*self._waiting, seen], key=lambda one: one.stamp_ns)
            if len(self._waiting) > self._max_waiting:
                del self._waiting[0]
                self.counts['no_events_yet' if self.memory.newest_ns is None
                            else 'too_many_waiting'] += 1

    def next_lesson(self) -> Optional[Lesson]:
        """Return the lesson of the oldest label whose events have arrived, None if none has."""
        with self._lock:
            last = self._take()
            if last is None:
                return None
            ends_ns = last.stamp_ns + self.window_ns * np.arange(1 - self.n_windows, 1)
            events = self.memory.between(last.stamp_ns - self.span_ns, last.stamp_ns)
            at, labels = self._recent.joining(last, ends_ns, self.tolerance_ns)
            self.counts['lessons'] += 1
        residual_ns = tuple(one.stamp_ns - int(ends_ns[k]) for k, one in zip(at, labels))
        self.largest_residual_ns = max(map(abs, residual_ns))
        age, polarity = draw_windows(events, ends_ns, self.window_ns, self.height, self.width)
        return Lesson(age, polarity, ends_ns, at, np.stack([one.depth for one in labels]),
                      np.stack([one.confidence for one in labels]), self.kind,
                      residual_ns, origin=str(self._epoch))

    def reset(self, reason: str) -> None:
        """Forget everything that depends on time: events, labels that wait or could join."""
        with self._lock:
            self.resets[reason] += 1
            self.memory.clear(reason)
            self._forget_labels(reason)

    def _why_not(self, seen: SeenLabel) -> Optional[str]:
        newest_ns = self.memory.newest_ns
        if not seen.confidence.any():
            return 'nothing_known'
        if self._recent.has(seen.stamp_ns):
            return 'repeated'
        if newest_ns is not None and seen.stamp_ns > newest_ns + AHEAD_NS:
            return 'ahead_of_events'
        return None

    def _take(self) -> Optional[SeenLabel]:
        """Return the next label that a lesson can be made of."""
        while self._waiting and self.memory.newest_ns is not None \
                and self.memory.newest_ns >= self._waiting[0].stamp_ns:
            seen = self._waiting.pop(0)
            if self.memory.covers(seen.stamp_ns - self.span_ns, seen.stamp_ns):
                return seen
            self.counts['not_covered'] += 1
        return None

    def _forget_labels(self, reason):
        self._epoch += 1                        # time may count anew
        self.counts[reason] += len(self._waiting)
        self._waiting = []
        self._recent.clear()


def draw_windows(events: np.ndarray, ends_ns: np.ndarray, window_ns: int, height: int,
                 width: int) -> Tuple[np.ndarray, np.ndarray]:
    """
    Draw Tencode windows as lessons keep them.

    :param events: (N,) of EVENT_DTYPE in order of time; :param ends_ns: exclusive, int64 [T].
    :returns: age and polarity, uint8 [T, H, W] each.
    """
    t_ns = np.ascontiguousarray(events['t_ns'])
    firsts, stops = np.searchsorted(t_ns, ends_ns - window_ns), np.searchsorted(t_ns, ends_ns)
    pictures = []
    for first, stop in zip(firsts, stops):
        inside = events[first:stop]
        pictures.append(split_tencode(encode_tencode(
            inside['x'], inside['y'], inside['t_ns'], inside['p'], height, width)))
    age, polarity = zip(*pictures)
    return np.stack(age), np.stack(polarity)
