# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Encoding 'evt3' of EventPacket: Prophesee's 16-bit words, the code in the top 4 bits.

0 ADDR_Y; 2 ADDR_X (x 11 bits, polarity bit 11) makes an event; 3 VECT_BASE_X (likewise), 4
VECT_12 and 5 VECT_8 make an event for each bit of the mask, then the base moves on by 12 or 8;
6 TIME_LOW and 8 TIME_HIGH, 12 bits each, in us; 10 EXT_TRIGGER; 14 OTHERS, 7 and 15 CONTINUED.
Everything carries on from packet to packet. The 24-bit time wraps every 16.777 s: a TIME_HIGH is
placed where it is nearest to the one before (within half a range), so that times stay monotonic
over wraps and a damaged word moves only the events up to the next one.
"""

from numba import int64, njit
import numpy as np

from depthanyevent_ros.events.decoders.base import input_type, OUT_TYPE
from depthanyevent_ros.events.decoders.words import state_type, WORD_DTYPE, WordDecoder
from depthanyevent_ros.events.types import EventMessage

ADDR_Y, ADDR_X, VECT_BASE_X, VECT_12, VECT_8, TIME_LOW = 0, 2, 3, 4, 5, 6
CONTINUED_4, TIME_HIGH, EXT_TRIGGER, OTHERS, CONTINUED_12 = 7, 8, 10, 14, 15
#: 'high' counts 4096 us since the first wrap; 'timed' is 0, then 1 after a TIME_HIGH, then 2.
STATE_DTYPE = np.dtype([(name, '<i8') for name in (
    'at', 'high', 'has_high', 'low', 'timed', 'y', 'has_y', 'base_x', 'polarity', 'has_base',
    'before_sync', 'unknown_word', 'trigger')])


@njit(int64(int64, int64), cache=True, nogil=True)
def unwrap_high(data, high):
    """Return the unwrapped TIME_HIGH that is nearest to ``high`` and ends in these 12 bits."""
    step = (data - high) & 0xFFF
    return high + (step - 0x1000 if step >= 0x800 else step)


@njit(int64(input_type(WORD_DTYPE), OUT_TYPE, state_type(STATE_DTYPE)), cache=True, nogil=True)
def decode_evt3(words, out, state):
    """Decode from word ``state.at`` until the words end or ``out`` is full; return the number."""
    s = state[0]
    n_events, at, room = 0, s.at, len(out) - 12
    high, low, y, base_x, polarity = s.high, s.low, s.y, s.base_x, s.polarity
    placed = s.timed == 2 and s.has_y == 1
    t_ns = (high << 12 | low) * 1000
    while at < len(words) and n_events <= room:
        word = np.int64(words[at].word)
        at += 1
        code, data = word >> 12, word & 0xFFF
        if code == ADDR_X:
            if placed:
                event = out[n_events]
                event.x, event.y, event.t_ns, event.p = data & 0x7FF, y, t_ns, data >> 11
                n_events += 1
            else:
                s.before_sync += 1
        elif code == VECT_12 or code == VECT_8:
            width = 12 if code == VECT_12 else 8
            mask = data & (0xFFF if code == VECT_12 else 0xFF)
            usable = placed and s.has_base == 1
            x = base_x
            while mask:
                if mask & 1:
                    if usable:
                        event = out[n_events]
                        event.x, event.y, event.t_ns, event.p = x, y, t_ns, polarity
                        n_events += 1
                    else:
                        s.before_sync += 1
                mask >>= 1
                x += 1
            base_x += width
        elif code == VECT_BASE_X:
            base_x, polarity, s.has_base = data & 0x7FF, data >> 11, 1
        elif code == ADDR_Y:
            y, s.has_y = data & 0x7FF, 1
            placed = s.timed == 2
        elif code == TIME_LOW:
            low = data
            t_ns = (high << 12 | low) * 1000
            if s.timed == 1:
                s.timed = 2
                placed = s.has_y == 1
        elif code == TIME_HIGH:
            high = unwrap_high(data, high) if s.has_high == 1 else data
            t_ns = (high << 12 | low) * 1000
            s.has_high, s.timed = 1, max(s.timed, 1)
        elif code == EXT_TRIGGER:
            s.trigger += 1
        elif code != OTHERS and code != CONTINUED_4 and code != CONTINUED_12:
            s.unknown_word += 1
    s.at, s.high, s.low, s.y, s.base_x, s.polarity = at, high, low, y, base_x, polarity
    return n_events


class Evt3Decoder(WordDecoder):
    """
    Decodes 'evt3' packets; time is ns since the wrap before the first TIME_HIGH.

    Counts 'before_sync' (events before time and row are known), 'trigger' (external triggers,
    which are no events) and 'unknown_word'.
    """

    encoding = 'evt3'
    state_dtype = STATE_DTYPE
    counted = ('before_sync', 'unknown_word', 'trigger')

    def resync(self):
        """Wait for time, row and base anew, but keep the count of wraps."""
        for name in ('timed', 'has_y', 'has_base'):
            self._state[name] = 0

    def _decode(self, words: np.ndarray, message: EventMessage) -> int:
        return decode_evt3(words, self._buffer, self._state)
