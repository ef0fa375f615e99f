# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The arithmetic of `pixels.py`, pixel by pixel in float32 without any reordering.

So that a plain NumPy version gives the same events to the last one. An event in the making is
one int64: time since the last picture in us, pixel, polarity.
"""

from numba import njit
import numpy as np

_F = np.float32
_LN2, _SQRT2 = _F(0.6931471806), _F(1.4142135624)
_NAN = np.float32(np.nan)
PIXEL_BITS = 24


@njit(cache=True, nogil=True, error_model='numpy')
def log(value):
    """
    Return the natural logarithm of a positive normal float32, to about 1e-7.

    2 artanh((m - 1) / (m + 1)) as a series, m within 1 / sqrt(2) to sqrt(2).
    """
    bits = _F(value).view(np.int32)
    exponent = (bits >> np.int32(23)) - np.int32(127)
    m = np.int32((bits & np.int32(0x7FFFFF)) | np.int32(0x3F800000)).view(np.float32)
    big = m > _SQRT2
    m = m * _F(0.5) if big else m
    exponent = exponent + np.int32(1) if big else exponent
    s = (m - _F(1)) / (m + _F(1))
    z = s * s
    series = _F(2) + z * (_F(0.6666666667) + z * (_F(0.4) + z * (_F(0.2857142857) + z * _F(
        0.2222222222))))
    return _F(exponent) * _LN2 + s * series


@njit(cache=True, nogil=True, error_model='numpy')
def receive(brightness, span_s, knee, rate, least_rate, level):
    """
    Let the photoreceptors follow the brightness for a while (a first-order low-pass).

    :param rate: 2 pi times the bandwidth at brightness 1; :param least_rate: that in the dark;
    :param level: float32 [N], log brightness, in and out. An endless span takes the new value.
    """
    log_knee, one = log(knee), _F(1)
    for i in range(len(brightness)):
        now = brightness[i]
        above = max(now, knee)
        target = log(above) if now > knee else log_knee + (now - knee) / knee
        gain = span_s * max(rate * min(now, one), least_rate)
        part = gain / (one + gain) if gain < _F(1e30) else one
        level[i] += part * (target - level[i]) if part < one else target - level[i]
        if part == one:
            level[i] = target


@njit(cache=True, nogil=True, error_model='numpy')
def find_silent(before, after, change, free_us, on, off, leak, start_us, span_us, end):
    """
    Find which pixels stay between their thresholds: most of them, most of the time.

    Without branches and with one output, for SIMD code. :param end: float32 [N], out: what the
    change of a silent pixel grows to; NaN for the others, which `fire` has to go through.
    """
    span = _F(span_us)
    for i in range(len(before)):
        slope = (after[i] - before[i] + leak) / span            # per us
        here = change[i] + slope * span
        silent = (free_us[i] <= start_us) & (-off[i] < here) & (here < on[i])
        end[i] = here if silent else _NAN


@njit(cache=True, nogil=True, error_model='numpy')
def fire(before, after, change, free_us, on, off, leak, start_us, span_us, refractory_us, ends,
         raw):
    """
    Let the pixels fire while their log brightness goes from before to after on a line.

    :param change: what each pixel has seen since its last event, in and out; :param free_us: when
    its refractory period ends; :param ends: what `find_silent` found; :param raw: int64, out.
    :returns: the number of events.
    """
    n = 0
    span = _F(span_us)
    for i in range(len(before)):
        if ends[i] == ends[i]:
            change[i] = ends[i]
            continue
        slope = (after[i] - before[i] + leak) / span            # per us
        if free_us[i] <= start_us:
            begin, here = _F(0), change[i]
        else:
            begin, here = _F(min(free_us[i] - start_us, span_us)), _F(0)
        while begin < span:
            end = here + slope * (span - begin)
            if end >= on[i]:
                level, polarity = on[i], 1
            elif end <= -off[i]:
                level, polarity = -off[i], 0
            else:
                here = end
                break
            at = begin + (level - here) / slope
            at_us = min(np.int64(max(at, begin)), span_us - 1)
            raw[n] = at_us << (PIXEL_BITS + 1) | i << 1 | polarity
            n += 1
            free_us[i] = start_us + at_us + refractory_us
            begin, here = _F(at_us + refractory_us), _F(0)
        change[i] = here
    return n


@njit(cache=True, nogil=True, error_model='numpy')
def add_noise(pixel, at_us, polarity, change, free_us, start_us, refractory_us, raw, n):
    """Add noise events where the pixel is ready; each resets it. Returns the new number."""
    for k in range(len(pixel)):
        i, t_us = pixel[k], start_us + at_us[k]
        if free_us[i] <= t_us:
            raw[n] = at_us[k] << (PIXEL_BITS + 1) | i << 1 | polarity[k]
            n += 1
            change[i] = _F(0)
            free_us[i] = t_us + refractory_us
    return n


@njit(cache=True, nogil=True, error_model='numpy')
def sort_events(raw, n, start_us, span_us, width, events):
    """Write events in order of time, those of one us in the order they were made."""
    place = np.zeros(span_us + 1, np.int64)
    for k in range(n):
        place[(raw[k] >> (PIXEL_BITS + 1)) + 1] += 1
    for t in range(span_us):
        place[t + 1] += place[t]
    mask = (1 << PIXEL_BITS) - 1
    for k in range(n):
        t = raw[k] >> (PIXEL_BITS + 1)
        pixel = raw[k] >> 1 & mask
        event = events[place[t]]
        place[t] += 1
        event.t_ns = (start_us + t) * 1000
        event.x = pixel % width
        event.y = pixel // width
        event.p = raw[k] & 1
