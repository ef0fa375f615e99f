# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The usual ways to decode events and draw them, to compare with: plain NumPy, and event by event.

Both are correct but for time wraps inside a stream (a test holds them to the decoders); they are
what one would write first.
"""

from itertools import chain
import struct
from typing import Iterator, NamedTuple, Tuple

import numpy as np

from depthanyevent_ros.events.cdr import CDR_EVENT_DTYPE, NS_PER_S
from depthanyevent_ros.events.types import EventMessage

Columns = Tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class Event(NamedTuple):
    """One event as an object."""

    x: int
    y: int
    t_ns: int
    p: int


def draw_numpy(columns: Columns, height: int, width: int) -> np.ndarray:
    """Return the Tencode picture by fancy assignment into three planes (method.md 2.1)."""
    x, y, t_ns, p = columns
    image = np.zeros((3, height, width), np.float32)
    inside = (x < width) & (y < height)
    x, y, p = x[inside], y[inside], p[inside]
    tau = ((t_ns - t_ns[0]) / max(t_ns[-1] - t_ns[0], 1))[inside]
    image[0, y, x], image[1, y, x], image[2, y, x] = p, 1 - tau, 1 - p
    return image


def draw_objects(events, height: int, width: int) -> np.ndarray:
    """Return the Tencode picture, one event at a time."""
    image = np.zeros((3, height, width), np.float32)
    events = list(events)
    first_ns, span_ns = events[0].t_ns, max(events[-1].t_ns - events[0].t_ns, 1)
    for event in events:
        if event.x < width and event.y < height:
            green = 1 - (event.t_ns - first_ns) / span_ns
            image[:, event.y, event.x] = event.p, green, 1 - event.p
    return image


def numpy_columns(message: EventMessage) -> Columns:
    """Return x, y, t_ns, p of a message by array operations."""
    payload, base_ns = message.payload, message.time_base_ns
    if message.encoding == 'dvs':
        n = (len(payload) + 3) // 16
        rows = np.ndarray(n - 1, CDR_EVENT_DTYPE, payload[14:], 0, (16,))
        first = struct.unpack('<HHiIB', payload[:13])
        x, y, sec, nanosec, p = (np.concatenate([[value], rows[name]]) for value, name in
                                 zip(first, CDR_EVENT_DTYPE.names))
        return x, y, sec * NS_PER_S + nanosec, p
    if message.encoding == 'mono':
        word = payload.view('<u8')
        return (word >> 32 & 0xFFFF, word >> 48 & 0x7FFF,
                base_ns + (word & 0xFFFFFFFF).astype(np.int64), word >> 63)
    if message.encoding == 'libcaer':
        word, t_us = payload.view('<u4').reshape(-1, 2).T
        t_ns = base_ns + t_us.astype(np.int64) * 1000
        return word >> 17, word >> 2 & 0x7FFF, t_ns, word >> 1 & 1
    return _word_columns(message)


def _word_columns(message: EventMessage) -> Columns:
    """Decode a stream of words: each fills forward what it sets; masks are spread out."""
    evt3 = message.encoding == 'evt3'
    high, low, line, single, base, vectors = (
        (8, 6, 0, 2, 3, {4: 12, 5: 8}) if evt3 else (0, 1, 2, 3, 4, {5: 8}))
    words = message.payload.view('<u2')
    code, data = words >> 12, (words & 0xFFF).astype(np.int64)
    index = np.arange(len(words))

    def last(which):
        """Return the index of the last word of this code, up to each word; -1 for none."""
        return np.maximum.accumulate(np.where(code == which, index, -1))

    def value(which):
        at = last(which)
        return np.where(at >= 0, data[at], 0)

    t_ns = message.time_base_ns + (value(high) << 12 | value(low)) * 1000
    width = sum((code == c) * w for c, w in vectors.items())
    moved = np.cumsum(width) - width
    at_base = last(base)
    mask = np.where(width > 0, data & ((1 << width) - 1), code == single)
    source, bit = np.nonzero(mask[:, None] >> np.arange(12) & 1)
    is_vector = width[source] > 0
    address = np.where(is_vector, data[at_base[source]], data[source])
    along = (address & 0x7FF) + np.where(
        is_vector, moved[source] - moved[at_base[source]] + bit, 0)
    across = (value(line) & 0x7FF)[source]
    x, y = (along, across) if evt3 else (across, along)
    return x, y, t_ns[source], address >> 11


def event_objects(message: EventMessage) -> Iterator[Event]:
    """Yield the events of a message one by one, as objects."""
    payload, base_ns = message.payload.tobytes(), message.time_base_ns
    if message.encoding == 'dvs':
        rest = payload[14:] + b'\0' * (len(payload) > 13)
        rows = chain([struct.unpack('<HHiIB', payload[:13])],
                     struct.iter_unpack('<HHxxiIBx', rest))
        return (Event(x, y, sec * NS_PER_S + nanosec, p) for x, y, sec, nanosec, p in rows)
    if message.encoding == 'mono':
        return (Event(w >> 32 & 0xFFFF, w >> 48 & 0x7FFF, base_ns + (w & 0xFFFFFFFF), w >> 63)
                for w, in struct.iter_unpack('<Q', payload))
    if message.encoding == 'libcaer':
        return (Event(w >> 17, w >> 2 & 0x7FFF, base_ns + t_us * 1000, w >> 1 & 1)
                for w, t_us in struct.iter_unpack('<Ii', payload))
    return _word_objects(payload, base_ns, message.encoding == 'evt3')


def _word_objects(payload: bytes, base_ns: int, evt3: bool) -> Iterator[Event]:
    """Yield the events of a stream of words; the codes are those of `events/decoders`."""
    high, low, line, single, base, vectors = (
        (8, 6, 0, 2, 3, {4: 12, 5: 8}) if evt3 else (0, 1, 2, 3, 4, {5: 8}))
    t_high = t_low = across = address = moved = 0
    for word, in struct.iter_unpack('<H', payload):
        code, data = word >> 12, word & 0xFFF
        found = []
        if code == single:
            found = [(data & 0x7FF, data >> 11)]
        elif code in vectors:
            found = [((address & 0x7FF) + moved + i, address >> 11)
                     for i in range(vectors[code]) if data >> i & 1]
            moved += vectors[code]
        elif code == base:
            address, moved = data, 0
        elif code == line:
            across = data & 0x7FF
        elif code == high:
            t_high = data
        elif code == low:
            t_low = data
        t_ns = base_ns + (t_high << 12 | t_low) * 1000
        for along, p in found:
            yield Event(along, across, t_ns, p) if evt3 else Event(across, along, t_ns, p)
