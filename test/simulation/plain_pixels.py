# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The event pixels once more, slowly, from the description: one pixel and one event at a time."""

import numpy as np

F = np.float32


def plain_log(value):
    """Return the natural logarithm as `pixel_kernels.log` defines it."""
    m, exponent = np.frexp(F(value))
    m, exponent = m * F(2), int(exponent) - 1
    if m > F(1.4142135624):
        m, exponent = m * F(0.5), exponent + 1
    s = (m - F(1)) / (m + F(1))
    z = s * s
    series = F(0.2222222222)
    for factor in (0.2857142857, 0.4, 0.6666666667, 2.0):
        series = F(factor) + z * series
    return F(exponent) * F(0.6931471806) + s * series


class PlainPixel:
    """One pixel."""

    def __init__(self, parameters, on, off, change):
        """Take the thresholds and what the amplifier holds."""
        self.p, self.on, self.off, self.change = parameters, on, off, change
        self.level, self.t_us, self.free_us = None, 0, 0

    def target(self, brightness):
        """Return what the photoreceptor tends to."""
        knee = F(self.p.knee)
        if brightness > knee:
            return plain_log(brightness)
        return plain_log(knee) + (brightness - knee) / knee

    def look(self, brightness, t_us, leak, noise):
        """Return the events (time, polarity) since the last look; noise is (time, polarity)."""
        span_us = t_us - self.t_us
        rate, least = F(2 * np.pi * self.p.cutoff_hz), F(2 * np.pi * self.p.least_cutoff_hz)
        gain = F(span_us * 1e-6) * max(rate * min(brightness, F(1)), least)
        before = self.level
        self.level = before + gain / (F(1) + gain) * (self.target(brightness) - before)
        slope = (self.level - before + leak) / F(span_us)
        events = self._fire(slope, span_us)
        for at_us, polarity in noise:
            if self.free_us <= self.t_us + at_us:
                events.append((at_us, polarity))
                self.change, self.free_us = F(0), self.t_us + at_us + self.p.refractory_us
        events = [(self.t_us + at_us, polarity) for at_us, polarity in events]
        self.t_us = t_us
        return events

    def _fire(self, slope, span_us):
        events, begin = [], F(max(self.free_us - self.t_us, 0))
        if begin > 0:
            self.change = F(0)
        while begin < span_us:
            end = self.change + slope * (F(span_us) - begin)
            if -self.off < end < self.on:
                self.change = end
                break
            level, polarity = (self.on, 1) if end >= self.on else (-self.off, 0)
            at = begin + (level - self.change) / slope
            at_us = min(int(max(at, begin)), span_us - 1)
            events.append((at_us, polarity))
            self.free_us = self.t_us + at_us + self.p.refractory_us
            begin, self.change = F(at_us + self.p.refractory_us), F(0)
        return events
