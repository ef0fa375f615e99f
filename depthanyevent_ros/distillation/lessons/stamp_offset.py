# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
By how much the stamps of frames are late, from what frames and events both see.

From one frame to the next, a pixel's log brightness changes by its events' polarities times the
threshold. With D the change of log(frame + 8), smoothed by 2 px and averaged in cells of 8 x 8
pixels, and E(o) the sum of polarities in the same cells over [s1 - o, s2 - o), s1 and s2 the
stamps of the two frames, and the medians over the cells taken off both,

    c(o) = sum D E(o) / sqrt(sum D^2  sum E(o)^2),

the sums over cells and pairs of frames, is greatest where o is how late the stamps are. It is
taken every 10 ms from -300 to 300 ms, and its peak from a parabola through the three highest.

Limits. Stamps must be those of the middle of the exposure, or the difference is found too.
Events are later than light: by the pixel's low-pass, and as a change shows only when it has
reached the threshold. The estimate has that in it with a negative sign: -4 to -20 ms in simulated
sequences, -5 ms in a real one; `correction_ns` takes it for -10 ms, and does not act on it. A
camera that stands still says nothing: unknown. So it is where motion or texture repeat within the
time of the grid, which gives several peaks, and where frames and events have nothing in common.
"""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Optional, Tuple

import numpy as np

from depthanyevent_ros.distillation.lessons.brightness_cells import (
    BrightnessCells, OFFSETS_NS, REACH_NS, STEP_NS)
from depthanyevent_ros.distillation.lessons.event_memory import EventMemory
from depthanyevent_ros.distillation.lessons.frame_quality import check_grey
from depthanyevent_ros.errors import MalformedInput

#: From frame to frame: nearer ones are passed over, farther ones are no pair.
LEAST_NS, MOST_NS = 25_000_000, 250_000_000
#: Events of a pair that are looked at, evenly chosen among more.
MOST_EVENTS = 100_000
#: sum E^2 over the number of events, in the cells: 1 for noise, more where an edge went by.
LEAST_COHERENCE = 1.5
LEAST_PAIRS, LEAST_CONFIDENCE, MOST_SPREAD_NS = 8, 0.15, 40_000_000
#: Where no other peak is looked for, beside the highest.
PEAK_NS = 60_000_000
#: How late events are themselves, and within what a stamp counts as right.
EVENTS_LATE_NS, RIGHT_NS = 10_000_000, 30_000_000


@dataclass(frozen=True)
class OffsetEstimate:
    """How late the stamps of frames are, or why that is unknown."""

    offset_ns: Optional[int]            # positive: late; None: unknown
    confidence: float                   # c at the peak less c at the next one (0 if none), 0..1
    n_pairs: int
    problem: Optional[str] = None       # too_little_motion, no_peak or no_agreement

    @property
    def correction_ns(self) -> int:
        """Return what to take off the stamps; 0 if that is below 30 ms, or unknown."""
        late_ns = 0 if self.offset_ns is None else self.offset_ns + EVENTS_LATE_NS
        return late_ns if abs(late_ns) > RIGHT_NS else 0


class StampOffset:
    """
    Finds the offset from the last pairs of frames and their events.

    ``counts``: 'pairs' that were used, and those that were not: 'too_little_motion',
    'not_covered' by the memory, 'too_many_waiting' for events, 'too_far_apart' in time.
    """

    def __init__(self, height: int, width: int, n_pairs: int = 48, most_waiting: int = 32):
        """
        Take the size of the frames and the number of pairs that the estimate is made of.

        :raises ConfigError: for frames of less than 8 pixels.
        """
        self.height, self.width = height, width
        self.counts: Counter = Counter()
        self.resets: Counter = Counter()
        self._cells = BrightnessCells(height, width)
        self._curves: deque = deque(maxlen=n_pairs)
        self._waiting: deque = deque()
        self._most_waiting = most_waiting
        self._last: Optional[Tuple[int, np.ndarray]] = None

    def add_frame(self, stamp_ns: int, grey: np.ndarray) -> None:
        """
        Take a frame, uint8 [H, W]; one that is older than the last one resets.

        :raises MalformedInput: 'image_size' if it is not of the size.
        """
        check_grey(grey)
        if grey.shape != (self.height, self.width):
            raise MalformedInput('image_size', f'a frame has {list(grey.shape)} pixels, not '
                                 f'{[self.height, self.width]}')
        if self._last is not None and stamp_ns < self._last[0]:
            self.reset('jump_back')
        if self._last is not None and stamp_ns < self._last[0] + LEAST_NS:
            return
        before, self._last = self._last, (stamp_ns, self._cells.log_brightness(grey))
        if before is None:
            return
        if stamp_ns - before[0] > MOST_NS:
            self.counts['too_far_apart'] += 1
            return
        self._waiting.append((before[0], stamp_ns, _centred(self._last[1] - before[1])))
        if len(self._waiting) > self._most_waiting:
            self._waiting.popleft()
            self.counts['too_many_waiting'] += 1

    def advance(self, memory: EventMemory) -> None:
        """Use the pairs of which all events that may matter have arrived."""
        while self._waiting and memory.newest_ns is not None \
                and memory.newest_ns >= self._waiting[0][1] + REACH_NS:
            self._use(memory, *self._waiting.popleft(), is_part=False)

    def finish(self, memory: EventMemory) -> None:
        """
        Use the pairs that wait, for the offsets of which the memory has the events.

        At the end of a recording; of a short one it may be the only call beside `add_frame`.
        """
        while self._waiting and memory.newest_ns is not None:
            self._use(memory, *self._waiting.popleft(), is_part=True)

    def estimate(self) -> OffsetEstimate:
        """Return what is known now."""
        n_pairs = len(self._curves)
        if n_pairs < LEAST_PAIRS:
            return OffsetEstimate(None, 0.0, n_pairs, 'too_little_motion')
        curves = list(self._curves)
        offset_ns, confidence = _peak(_correlation(curves))
        parts = [_peak(_correlation(curves[i::3]))[0] for i in range(3)]
        if offset_ns is None or confidence < LEAST_CONFIDENCE:
            return OffsetEstimate(None, confidence, n_pairs, 'no_peak')
        if None in parts or max(parts) - min(parts) > MOST_SPREAD_NS:
            return OffsetEstimate(None, confidence, n_pairs, 'no_agreement')
        return OffsetEstimate(offset_ns, confidence, n_pairs)

    def reset(self, reason: str) -> None:
        """Forget everything that depends on past time."""
        self.resets[reason] += 1
        self._curves.clear()
        self._waiting.clear()
        self._last = None

    def _use(self, memory, first_ns, second_ns, change, is_part):
        """Keep sum D E, sum E^2 and sum D^2 of a pair for the offsets that are known."""
        known = np.array([memory.covers(first_ns - late_ns, second_ns - late_ns)
                          for late_ns in OFFSETS_NS.tolist()])
        if not (known.any() if is_part else known.all()):
            self.counts['not_covered'] += 1
            return
        events = memory.between(first_ns - REACH_NS, second_ns + REACH_NS, MOST_EVENTS)
        sums, n_events = self._cells.polarities(events, first_ns, second_ns)
        sums = _centred(sums)
        squares = (sums ** 2).sum(1)
        if (squares / np.maximum(n_events, 1))[known].mean() < LEAST_COHERENCE:
            self.counts['too_little_motion'] += 1
            return
        self.counts['pairs'] += 1
        self._curves.append(known * np.stack([
            sums @ change, squares, np.full(len(known), change @ change), known]))


def _centred(values):
    return values - np.median(values, -1, keepdims=True)


def _correlation(curves) -> np.ndarray:
    """Return c of each offset; 0 where less than a third of the pairs are known."""
    both, squares, change, known = np.sum(curves, 0)
    c = both / np.sqrt(np.maximum(squares * change, 1e-12))
    return np.where(known >= known.max() / 3, c, 0.0)


def _peak(c) -> Tuple[Optional[int], float]:
    """Return the offset of the highest peak in ns, None at an edge, and how it stands out."""
    k = int(np.argmax(c))
    if not 0 < k < len(c) - 1:
        return None, 0.0
    left, top, right = c[k - 1:k + 2]
    bend = left - 2 * top + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    peaks = (c[1:-1] >= c[:-2]) & (c[1:-1] >= c[2:])
    peaks = np.concatenate([[c[0] > c[1]], peaks, [c[-1] > c[-2]]])
    others = peaks & (np.abs(OFFSETS_NS - OFFSETS_NS[k]) > PEAK_NS)
    second = max(0.0, c[others].max()) if others.any() else 0.0
    return int(OFFSETS_NS[k] + round(shift * STEP_NS)), float(max(0.0, top - second))
