# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Encoding 'libcaer_cmp' of EventPacket: 16-bit words, the code in the top 4 bits.

0 TIME_HIGH and 1 TIME_LOW (12 bits each, us since time_base, 0 at the start of a packet);
2 ADDR_X; 3 ADDR_Y (y 11 bits, polarity bit 11) makes an event; 4 VECT_BASE_Y (likewise) and
5 VECT_8 (mask of 8 rows) makes an event for each bit, then the base moves on by 8.
"""

from numba import int64, njit
import numpy as np

from depthanyevent_ros.events.decoders.base import check_time_base, input_type, OUT_TYPE
from depthanyevent_ros.events.decoders.words import state_type, WORD_DTYPE, WordDecoder
from depthanyevent_ros.events.types import EventMessage

TIME_HIGH, TIME_LOW, ADDR_X, ADDR_Y, VECT_BASE_Y, VECT_8 = range(6)
STATE_DTYPE = np.dtype([(name, '<i8') for name in (
    'at', 'high', 'low', 'x', 'has_x', 'base_y', 'polarity', 'has_base',
    'before_sync', 'unknown_word')])


@njit(int64(input_type(WORD_DTYPE), int64, OUT_TYPE, state_type(STATE_DTYPE)),
      cache=True, nogil=True)
def decode_libcaer_cmp(words, time_base_ns, out, state):
    """Decode from word ``state.at`` until the words end or ``out`` is full; return the number."""
    s = state[0]
    n_events, at, room = 0, s.at, len(out) - 8
    high, low, x, has_x, base_y, polarity = s.high, s.low, s.x, s.has_x, s.base_y, s.polarity
    t_ns = time_base_ns + (high << 12 | low) * 1000
    while at < len(words) and n_events <= room:
        word = np.int64(words[at].word)
        at += 1
        code, data = word >> 12, word & 0xFFF
        if code == ADDR_Y:
            if has_x:
                event = out[n_events]
                event.x, event.y, event.t_ns, event.p = x, data & 0x7FF, t_ns, data >> 11
                n_events += 1
            else:
                s.before_sync += 1
        elif code == TIME_LOW or code == TIME_HIGH:
            if code == TIME_LOW:
                low = data
            else:
                high = data
            t_ns = time_base_ns + (high << 12 | low) * 1000
        elif code == ADDR_X:
            x, has_x = data & 0x7FF, 1
        elif code == VECT_BASE_Y:
            base_y, polarity, s.has_base = data & 0x7FF, data >> 11, 1
        elif code == VECT_8:
            usable = has_x and s.has_base
            mask = data & 0xFF
            row = base_y
            while mask:
                if mask & 1:
                    if usable:
                        event = out[n_events]
                        event.x, event.y, event.t_ns, event.p = x, row, t_ns, polarity
                        n_events += 1
                    else:
                        s.before_sync += 1
                mask >>= 1
                row += 1
            base_y += 8
        else:
            s.unknown_word += 1
    s.at, s.high, s.low, s.x, s.has_x, s.base_y, s.polarity = (
        at, high, low, x, has_x, base_y, polarity)
    return n_events


class LibcaerCmpDecoder(WordDecoder):
    """
    Decodes 'libcaer_cmp' packets.

    Counts 'before_sync' (events whose column or base row was never sent) and 'unknown_word'.
    """

    encoding = 'libcaer_cmp'
    state_dtype = STATE_DTYPE
    counted = ('before_sync', 'unknown_word')

    def resync(self):
        """Wait for the next column and base row; times start anew in each packet anyway."""
        self.reset()

    def _begin(self, message: EventMessage):
        check_time_base(message)
        self._state['high'] = self._state['low'] = 0

    def _decode(self, words: np.ndarray, message: EventMessage) -> int:
        return decode_libcaer_cmp(words, message.time_base_ns, self._buffer, self._state)
