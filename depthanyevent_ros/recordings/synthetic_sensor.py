# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A simple model of an event sensor: a pixel fires when its log brightness has moved by a threshold.

After Gehrig et al., "Video to Events" (2020) and Rebecq et al., "ESIM" (2018): brightness is taken
as linear between two renderings; each crossing of a level gives an event at its time in between.
Thresholds differ from pixel to pixel, and noise events come by chance (a Poisson process).
"""

from numba import njit
import numpy as np

from depthanyevent_ros.events.types import EVENT_DTYPE

THRESHOLD = 0.33
THRESHOLD_SPREAD = 0.03
NOISE_HZ = 0.06

#: log brightness is kept in whole steps of this size, so that rounding in the last bit of a
#: logarithm does not decide on events.
LOG_STEP = 1e-5


class EventSensor:
    """Turns successive pictures of brightness into events; it remembers each pixel's level."""

    def __init__(self, width: int, height: int, seed: int):
        """Draw the thresholds of the pixels."""
        self.width, self.height = width, height
        self._rng = np.random.default_rng(seed)
        spread = np.clip(self._rng.standard_normal(width * height), -2.5, 2.5)
        self._threshold = np.round(
            (THRESHOLD + THRESHOLD_SPREAD * spread) / LOG_STEP).astype(np.int64)
        self._level = self._log = self._t_ns = None

    def look(self, brightness: np.ndarray, t_ns: int) -> np.ndarray:
        """
        Return the events since the last look, sorted by time, at whole microseconds.

        :param brightness: float64 [H * W], 0..1.
        """
        log = np.round(np.log(brightness + 0.01) / LOG_STEP).astype(np.int64)
        if self._log is None:
            self._level, self._log, self._t_ns = log.copy(), log, t_ns
            return np.zeros(0, EVENT_DTYPE)
        n_events = int((np.abs(log - self._level) // self._threshold).sum())
        events = np.zeros(n_events, EVENT_DTYPE)
        _crossings(self._log, log, self._level, self._threshold, self._t_ns, t_ns, self.width,
                   events)
        noise = self._noise(self._t_ns, t_ns)
        self._log, self._t_ns = log, t_ns
        events = np.concatenate([events, noise])
        events['t_ns'] = events['t_ns'] // 1000 * 1000
        return events[np.argsort(events['t_ns'], kind='stable')]

    def _noise(self, start_ns, end_ns):
        pixels = self.width * self.height
        number = self._rng.poisson(NOISE_HZ * pixels * (end_ns - start_ns) * 1e-9)
        noise = np.zeros(number, EVENT_DTYPE)
        noise['x'] = self._rng.integers(0, self.width, number)
        noise['y'] = self._rng.integers(0, self.height, number)
        noise['t_ns'] = self._rng.integers(start_ns, end_ns, number)
        noise['p'] = self._rng.integers(0, 2, number)
        return noise


@njit(cache=True, nogil=True)
def _crossings(before, after, level, threshold, start_ns, end_ns, width, events):
    n = 0
    for pixel in range(len(after)):
        change = after[pixel] - before[pixel]
        step = threshold[pixel]
        while abs(after[pixel] - level[pixel]) >= step:
            up = after[pixel] > level[pixel]
            level[pixel] += step if up else -step
            # Where the straight line from before to after meets the new level.
            t_ns = start_ns + (end_ns - start_ns) * (level[pixel] - before[pixel]) // change
            events[n].x = pixel % width
            events[n].y = pixel // width
            events[n].t_ns = min(max(t_ns, start_ns), end_ns - 1)
            events[n].p = up
            n += 1
