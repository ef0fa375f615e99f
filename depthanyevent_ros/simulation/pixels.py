# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The event pixels of a DAVIS: what happens between brightness and events.

A photoreceptor (logarithmic, linear in the dark) of limited bandwidth, which falls with the
light; a change amplifier that is reset at each event and held for the refractory period; ON and
OFF comparators with a threshold of each pixel's own; leak, shot noise, hot pixels.

Sources: thresholds, spread and crossing times interpolated between pictures: ESIM (Rebecq et al.,
CoRL 2018); bandwidth, lin-log mapping, leak and shot noise: v2e (Hu et al., arXiv 2006.07722);
refractory period and reset: Lichtsteiner et al., JSSC 2008; the DAVIS: Brandli et al., JSSC 2014.
"""

from dataclasses import dataclass

import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.types import EVENT_DTYPE
from depthanyevent_ros.simulation.pixel_kernels import (
    add_noise, find_silent, fire, receive, sort_events,
)

#: Of the thresholds: a pixel nearer to zero would fire on anything.
LEAST_THRESHOLD = 0.05


@dataclass(frozen=True)
class PixelParameters:
    """What sets the events of a sensor; the values are those of v2e between clean and noisy."""

    threshold_on: float = 0.25      # natural log of brightness; ESIM 0.1..0.5, v2e 0.2
    threshold_off: float = 0.25
    threshold_spread: float = 0.03  # standard deviation over the pixels; v2e 0.03
    refractory_us: int = 500        # v2e 0.5 ms
    cutoff_hz: float = 200.0        # bandwidth at brightness 1; falls in proportion (v2e)
    least_cutoff_hz: float = 10.0   # in the dark (v2e: a tenth)
    knee: float = 0.01              # brightness below which the response is linear (v2e)
    leak_hz: float = 0.1            # ON events per pixel from the leaking switch (v2e 0.1)
    shot_hz: float = 0.5            # noise events per pixel in the dark, a quarter at 1 (v2e 0..5)
    hot_share: float = 1e-4         # of the pixels that fire by themselves
    hot_hz: float = 30.0            # how often each, on average

    def __post_init__(self):
        """Refuse values that the kernels cannot work with."""
        if min(self.threshold_on, self.threshold_off) < LEAST_THRESHOLD:
            raise ConfigError(f'the thresholds ({self.threshold_on}, {self.threshold_off}) must '
                              f'be at least {LEAST_THRESHOLD}')
        if not 50 <= self.refractory_us <= 1_000_000:
            raise ConfigError(f'refractory_us ({self.refractory_us}) must be 50 to 1,000,000')


class EventPixels:
    """A sensor of event pixels; it remembers the state of each."""

    def __init__(self, parameters: PixelParameters, width: int, height: int,
                 rng: np.random.Generator):
        """Draw what differs from pixel to pixel."""
        self.parameters, self.width, self.height, self._rng = parameters, width, height, rng
        n = width * height
        self.on, self.off = (
            np.maximum(mean + parameters.threshold_spread * rng.standard_normal(n),
                       LEAST_THRESHOLD).astype(np.float32)
            for mean in (parameters.threshold_on, parameters.threshold_off))
        # Where hot pixels are, how often they fire in all, and the share of each, added up.
        self._hot = np.flatnonzero(rng.random(n) < parameters.hot_share)
        rates = rng.exponential(parameters.hot_hz, len(self._hot))
        self._hot_rate_hz = rates.sum()
        self._hot_chance = rates / rates.sum() if len(rates) else rates
        self._hot_up_to = np.cumsum(self._hot_chance)
        self._hot_up_to /= self._hot_up_to[-1:]
        # A sensor that has been on for a while: each pixel somewhere between its thresholds.
        self._change = ((rng.random(n) * 1.8 - 0.9) * np.minimum(self.on, self.off)).astype(
            np.float32)
        self._free_us = np.zeros(n, np.int64)
        self._end = np.empty(n, np.float32)         # scratch
        self._log = self._before = None
        self._t_us = 0

    def start(self, brightness: np.ndarray, t_us: int):
        """Take the first picture, float32 [H, W], as seen for ever."""
        self._log = np.full(brightness.size, -1e30, np.float32)
        receive(brightness.ravel(), np.float32(np.inf), *self._receptor(), self._log)
        self._before = self._log.copy()
        self._t_us = t_us

    def look(self, brightness: np.ndarray, t_us: int) -> np.ndarray:
        """
        Return the events since the last picture, sorted by time, at whole microseconds.

        :param brightness: float32 [H, W], scene brightness times illumination, about 0..1;
        :param t_us: of the picture; it must be later than the last one's.
        """
        span_us = t_us - self._t_us
        parameters = self.parameters
        self._before, self._log = self._log, self._before
        self._log[:] = self._before
        receive(brightness.ravel(), np.float32(span_us * 1e-6), *self._receptor(), self._log)
        noise = self._draw_noise(brightness.ravel(), span_us)
        room = len(self._log) * (span_us // parameters.refractory_us + 1) + len(noise[0])
        raw = np.empty(room, np.int64)
        leak = np.float32(parameters.leak_hz * parameters.threshold_on * span_us * 1e-6)
        find_silent(self._before, self._log, self._change, self._free_us, self.on, self.off, leak,
                    self._t_us, span_us, self._end)
        n = fire(self._before, self._log, self._change, self._free_us, self.on, self.off, leak,
                 self._t_us, span_us, parameters.refractory_us, self._end, raw)
        n = add_noise(*noise, self._change, self._free_us, self._t_us, parameters.refractory_us,
                      raw, n)
        events = np.empty(n, EVENT_DTYPE)
        sort_events(raw, n, self._t_us, span_us, self.width, events)
        self._t_us = t_us
        return events

    def hot_rates_hz(self) -> np.ndarray:
        """Return how often each pixel fires by itself, float32 [H, W]."""
        rates = np.zeros(self.width * self.height, np.float32)
        rates[self._hot] = self._hot_chance * self._hot_rate_hz
        return rates.reshape(self.height, self.width)

    def _receptor(self):
        p = self.parameters
        return (np.float32(p.knee), np.float32(2 * np.pi * p.cutoff_hz),
                np.float32(2 * np.pi * p.least_cutoff_hz))

    def _draw_noise(self, brightness, span_us):
        """Return pixel, time since the last picture (us, in order) and polarity of noise."""
        rng, span_s = self._rng, span_us * 1e-6
        n_shot = rng.poisson(self.parameters.shot_hz * len(brightness) * span_s)
        pixel = rng.integers(0, len(brightness), n_shot)
        # Poisson by thinning: a quarter of the rate is left at full brightness.
        pixel = pixel[rng.random(n_shot) > 0.75 * np.minimum(brightness[pixel], 1)]
        polarity = rng.integers(0, 2, len(pixel))
        n_hot = rng.poisson(self._hot_rate_hz * span_s)
        if n_hot:
            # What rng.choice(self._hot, n_hot, p=self._hot_chance) draws, at a tenth of its cost.
            drawn = self._hot_up_to.searchsorted(rng.random(n_hot), side='right')
            pixel = np.concatenate([pixel, self._hot[drawn]])
            polarity = np.concatenate([polarity, np.ones(n_hot, np.int64)])
        return pixel, np.sort(rng.integers(0, span_us, len(pixel))), polarity
