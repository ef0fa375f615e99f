# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From sensor time to host (ROS) time."""

from collections import deque
from typing import Optional

import numpy as np

ALPHA = 0.01                    # of the low-pass, per message
MEMORY = 100                    # messages among which the quickest is looked for
STEP_NS = 500_000_000           # a difference beyond this is no delay but another clock
STEP_MESSAGES = 20              # so many in a row, and the clock has been set
STAMP_UNIT_NS = 1000            # some encodings round the times of events down to this
DRIFT_AFTER_NS = 10_000_000_000


class SensorClock:
    """
    Estimates host time - sensor time from messages, so that delivery jitter moves no stamp.

    Assumed: a pair is the sensor time of a message's newest event and the message's header stamp,
    the host time of its arrival. Then host - sensor is the wanted offset plus a delay that is
    never negative and sometimes small: the offset follows the smallest of the last 100, through a
    low-pass of 1/100 per message (taken whole during the first 100). The smallest delay itself,
    usually a millisecond or few, cannot be told from the offset and stays in it. Differences are
    taken from the first pair's, so that no rounding occurs.

    As long as every stamp since the last reset lies within the times of its message's own events,
    stamps are taken for sensor time (EventArray, and recordings stamped so): both clocks are one,
    the offset is 0, `same_clock` says so. The error of a wrong guess is below a message's length.

    A stamp further than 0.5 s from the estimate is ignored; 20 in a row mean that a clock has
    been set, and the estimate begins anew.
    """

    def __init__(self):
        self.n_pairs = self.n_ignored = self.n_steps = 0
        self.same_clock = False
        self.offset_ns = 0              # one integer: read by other threads
        self._recent = deque(maxlen=MEMORY)
        self.reset()

    def reset(self):
        """Begin anew with the next pair; until then the old offset stays in use."""
        self._first_ns: Optional[int] = None
        self._reference: Optional[tuple] = None
        self._newest_ns: Optional[int] = None
        self._estimate_ns = 0.0
        self._n_odd = 0
        self._recent.clear()

    def add(self, newest_ns: int, stamp_ns: int, oldest_ns: Optional[int] = None):
        """
        Take a message: sensor time of its newest event, header stamp, time of its oldest event.

        Without ``oldest_ns`` only stamps equal to the newest event count as sensor time.
        """
        offset_ns = stamp_ns - newest_ns
        oldest_ns = newest_ns if oldest_ns is None else oldest_ns
        self.n_pairs += 1
        if self._first_ns is None:
            self._begin(offset_ns)
        since_first = offset_ns - self._first_ns
        if abs(since_first - self._estimate_ns) > STEP_NS:
            self._odd(offset_ns)
            return
        self._n_odd = 0
        self.same_clock &= oldest_ns <= stamp_ns < newest_ns + STAMP_UNIT_NS
        self._newest_ns = newest_ns
        self._recent.append(since_first)
        least = min(self._recent)
        if len(self._recent) < MEMORY:
            self._estimate_ns = float(least)
        else:
            self._estimate_ns += ALPHA * (least - self._estimate_ns)
            self._reference = self._reference or (newest_ns, self._estimate_ns)
        self.offset_ns = 0 if self.same_clock else self._first_ns + round(self._estimate_ns)

    def to_host_ns(self, sensor_ns: int) -> int:
        """Return the host time of a sensor time (the same if nothing is known yet)."""
        return sensor_ns + self.offset_ns

    @property
    def jitter_ns(self) -> int:
        """The delay that 95 % of the last 100 messages stay below, beyond the smallest one."""
        recent = list(self._recent)
        return int(np.percentile(recent, 95)) - min(recent) if recent else 0

    @property
    def drift_ppm(self) -> Optional[float]:
        """How much faster the host's clock runs than the sensor's; None before 10 s are over."""
        if self._reference is None or self._newest_ns - self._reference[0] < DRIFT_AFTER_NS:
            return None
        return 1e6 * (self._estimate_ns - self._reference[1]) / (
            self._newest_ns - self._reference[0])

    def describe(self) -> dict:
        """Return the figures for the diagnostics."""
        drift = self.drift_ppm
        return {
            'offset_s': f'{self.offset_ns / 1e9:.6f}',
            'source': ('waiting for events' if not self.n_pairs else
                       'stamps are sensor time' if self.same_clock else 'estimated from arrivals'),
            'jitter_ms': f'{self.jitter_ns / 1e6:.3f}',
            'drift_ppm': 'unknown yet' if drift is None else f'{drift:.1f}',
            'ignored_stamps': self.n_ignored,
            'steps': self.n_steps,
        }

    def _begin(self, offset_ns: int):
        self.reset()
        self._first_ns = offset_ns
        self.same_clock = True          # until a stamp shows otherwise

    def _odd(self, offset_ns: int):
        self._n_odd += 1
        self.n_ignored += 1
        if self._n_odd >= STEP_MESSAGES:
            self.n_steps += 1
            self._begin(offset_ns)
