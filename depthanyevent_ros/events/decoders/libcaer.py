# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Encoding 'libcaer' of EventPacket: u32 {0 valid, 1 polarity, 2-16 y, 17-31 x} and i32 time in us.

The time wraps at 2^31 us. time_base follows the wraps, but only from packet to packet, so times
are placed around the packet's first one: what seems more than half a range before it comes after
a wrap. One damaged time thus spoils one event, not the rest of its packet.
"""

from numba import int64, njit
import numpy as np

from depthanyevent_ros.events.decoders.base import (
    check_time_base, input_type, OUT_TYPE, RecordDecoder, whole_records)
from depthanyevent_ros.events.types import EventMessage

LIBCAER_DTYPE = np.dtype([('data', '<u4'), ('t_us', '<i4')])
RANGE_US = np.int64(2**31)
HALF_US = np.int64(2**30)


@njit(int64(input_type(LIBCAER_DTYPE), int64, int64, OUT_TYPE), cache=True, nogil=True)
def decode_libcaer(records, time_base_ns, first_us, out):
    """Unpack the valid records into ``out`` and return their number."""
    n_events = 0
    for i in range(len(records)):
        record = records[i]
        data, t_us = np.int64(record.data), np.int64(record.t_us)
        if data & 1 == 0 or t_us < 0:
            continue
        if t_us < first_us - HALF_US:
            t_us += RANGE_US
        elif t_us > first_us + HALF_US:
            t_us -= RANGE_US
        event = out[n_events]
        event.x = data >> 17
        event.y = (data >> 2) & 0x7FFF
        event.t_ns = time_base_ns + t_us * 1000
        event.p = (data >> 1) & 1
        n_events += 1
    return n_events


@njit(int64(input_type(LIBCAER_DTYPE)), cache=True, nogil=True)
def first_time_us(records):
    """Return the time of the first usable record, 0 if there is none."""
    for i in range(len(records)):
        if records[i].data & 1 == 1 and records[i].t_us >= 0:
            return np.int64(records[i].t_us)
    return 0


class LibcaerDecoder(RecordDecoder):
    """Decodes 'libcaer' packets; counts events marked invalid or with a negative time."""

    encoding = 'libcaer'

    def _records(self, message: EventMessage) -> np.ndarray:
        check_time_base(message)
        return whole_records(message.payload, LIBCAER_DTYPE, self.encoding)

    def _decode(self, records: np.ndarray, message: EventMessage) -> int:
        first_us = first_time_us(message.payload.view(LIBCAER_DTYPE))
        n_events = decode_libcaer(records, message.time_base_ns, first_us, self._buffer)
        if n_events < len(records):
            self.counts['invalid'] += len(records) - n_events
        return n_events
