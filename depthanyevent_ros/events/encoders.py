# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Events to the payloads of EventPacket: for the player, the bench and the tests.

The formats are those of `decoders/`. All but 'mono' hold whole microseconds: times are rounded
down to them. Every packet can be decoded by itself.
"""

from typing import Optional

from numba import from_dtype, int64, njit, types, uint16
import numpy as np

from depthanyevent_ros.events.decoders.libcaer import LIBCAER_DTYPE
from depthanyevent_ros.events.decoders.mono import MONO_DTYPE
from depthanyevent_ros.events.types import EVENT_DTYPE, EventMessage

_EVENTS = types.Array(from_dtype(EVENT_DTYPE), 1, 'A', readonly=True)
_WORDS = types.Array(uint16, 1, 'C')
WORDS_PER_EVENT = 4


def encode_mono(events: np.ndarray, time_base_ns: int) -> np.ndarray:
    """Return the 'mono' payload, uint8; exact to the ns over at most 2^31 ns."""
    dt_ns = _since(events, time_base_ns, 1, 2**31)
    _check_pixels(events, 2**16, 2**15)
    records = np.empty(len(events), MONO_DTYPE)
    records['dt_ns'], records['x'] = dt_ns, events['x']
    records['yp'] = events['y'] | events['p'].astype(np.uint16) << 15
    return records.view(np.uint8)


def encode_libcaer(events: np.ndarray, time_base_ns: int) -> np.ndarray:
    """Return the 'libcaer' payload, uint8; times wrap at 2^31 us as those of a camera do."""
    t_us = _since(events, time_base_ns, 1000, 2**32)
    _check_pixels(events, 2**15, 2**15)
    records = np.empty(len(events), LIBCAER_DTYPE)
    records['t_us'] = t_us & 0x7FFFFFFF
    x, y = events['x'].astype(np.uint32), events['y'].astype(np.uint32)
    records['data'] = x << 17 | y << 2 | events['p'].astype(np.uint32) << 1 | 1
    return records.view(np.uint8)


def encode_libcaer_cmp(events: np.ndarray, time_base_ns: int) -> np.ndarray:
    """Return the 'libcaer_cmp' payload, uint8; its time covers 2^24 us."""
    _since(events, time_base_ns, 1000, 2**24)
    _check_pixels(events, 2**11, 2**11)
    words = np.empty(WORDS_PER_EVENT * len(events), np.uint16)
    return words[:_libcaer_cmp_words(events, time_base_ns, words)].view(np.uint8)


def encode_evt3(events: np.ndarray, time_base_ns: int = 0) -> np.ndarray:
    """Return the 'evt3' payload, uint8; time is in us modulo 2^24, counted from time_base."""
    _check_pixels(events, 2**11, 2**11)
    words = np.empty(WORDS_PER_EVENT * len(events), np.uint16)
    return words[:_evt3_words(events, time_base_ns, words)].view(np.uint8)


ENCODERS = {'mono': encode_mono, 'libcaer': encode_libcaer, 'libcaer_cmp': encode_libcaer_cmp,
            'evt3': encode_evt3}


def encode_packet(encoding: str, events: np.ndarray, width: int, height: int, frame_id: str = '',
                  stamp_ns: Optional[int] = None, seq: int = 0) -> EventMessage:
    """
    Return a whole packet of events, (N,) of EVENT_DTYPE.

    time_base is the earliest time, in whole us (0 for 'evt3', which does not use it); stamp_ns
    is the latest one if it is not given.
    :raises ValueError: if times or pixels do not fit the encoding.
    """
    base_ns = int(events['t_ns'].min()) // 1000 * 1000 if len(events) else 0
    base_ns = 0 if encoding == 'evt3' else base_ns
    if stamp_ns is None:
        stamp_ns = int(events['t_ns'].max()) if len(events) else 0
    payload = ENCODERS[encoding](events, base_ns)
    return EventMessage(stamp_ns, frame_id, width, height, encoding, payload, base_ns, seq)


def _since(events: np.ndarray, time_base_ns: int, unit_ns: int, limit: int) -> np.ndarray:
    since = (events['t_ns'] - time_base_ns) // unit_ns
    if len(since) and (since.min() < 0 or since.max() >= limit):
        raise ValueError(f'times from {since.min()} to {since.max()} (units of {unit_ns} ns since '
                         f'time_base) do not fit the encoding: 0 to {limit - 1}')
    return since


def _check_pixels(events: np.ndarray, width: int, height: int):
    if len(events) and (events['x'].max() >= width or events['y'].max() >= height):
        raise ValueError(f'pixels up to ({events["x"].max()}, {events["y"].max()}) do not fit '
                         f'the encoding: {width}x{height}')


@njit(int64(_EVENTS, int64, _WORDS), cache=True, nogil=True)
def _libcaer_cmp_words(events, time_base_ns, words):
    """Write the words and return their number; three rows of a block or more make a vector."""
    n, i, high, low, x = 0, 0, 0, 0, -1
    while i < len(events):
        event = events[i]
        t_us = (event.t_ns - time_base_ns) // 1000
        if t_us >> 12 != high:
            high = t_us >> 12
            words[n] = high
            n += 1
        if t_us & 0xFFF != low:
            low = t_us & 0xFFF
            words[n] = 1 << 12 | low
            n += 1
        if event.x != x:
            x = np.int64(event.x)
            words[n] = 2 << 12 | x
            n += 1
        mask, j = 1, i + 1
        while j < len(events):
            other, before = events[j], events[j - 1]
            if (other.x != x or other.p != event.p or other.y <= before.y
                    or other.y - event.y > 7 or (other.t_ns - time_base_ns) // 1000 != t_us):
                break
            mask |= 1 << (other.y - event.y)
            j += 1
        address = np.int64(event.p) << 11 | np.int64(event.y)
        if j - i >= 3:
            words[n], words[n + 1] = 4 << 12 | address, 5 << 12 | mask
            n, i = n + 2, j
        else:
            words[n] = 3 << 12 | address
            n, i = n + 1, i + 1
    return n


@njit(int64(_EVENTS, int64, _WORDS), cache=True, nogil=True)
def _evt3_words(events, time_base_ns, words):
    """Write the words and return their number; three columns of twelve or more make a vector."""
    n, i, high, low, y = 0, 0, -1, -1, -1
    while i < len(events):
        event = events[i]
        t_us = (event.t_ns - time_base_ns) // 1000
        if t_us >> 12 & 0xFFF != high:
            high, low = t_us >> 12 & 0xFFF, -1
            words[n] = 8 << 12 | high
            n += 1
        if t_us & 0xFFF != low:
            low = t_us & 0xFFF
            words[n] = 6 << 12 | low
            n += 1
        if event.y != y:
            y = np.int64(event.y)
            words[n] = y
            n += 1
        mask, j = 1, i + 1
        while j < len(events):
            other, before = events[j], events[j - 1]
            if (other.y != y or other.p != event.p or other.x <= before.x
                    or other.x - event.x > 11 or (other.t_ns - time_base_ns) // 1000 != t_us):
                break
            mask |= 1 << (other.x - event.x)
            j += 1
        address = np.int64(event.p) << 11 | np.int64(event.x)
        if j - i >= 3:
            words[n], words[n + 1] = 3 << 12 | address, 4 << 12 | mask
            n, i = n + 2, j
        else:
            words[n] = 2 << 12 | address
            n, i = n + 1, i + 1
    return n
