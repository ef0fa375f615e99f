# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Encoding 'mono' of EventPacket: one little-endian u64 an event.

Bits 0-31 ns since the packet's time_base, 32-47 x, 48-62 y, 63 polarity.
"""

from numba import int64, njit
import numpy as np

from depthanyevent_ros.events.decoders.base import (
    check_time_base, input_type, OUT_TYPE, RecordDecoder, whole_records)
from depthanyevent_ros.events.types import EventMessage

MONO_DTYPE = np.dtype([('dt_ns', '<u4'), ('x', '<u2'), ('yp', '<u2')])


@njit(int64(input_type(MONO_DTYPE), int64, OUT_TYPE), cache=True, nogil=True)
def decode_mono(records, time_base_ns, out):
    """Unpack the records into ``out`` and return their number."""
    for i in range(len(records)):
        record, event = records[i], out[i]
        event.x = record.x
        event.y = record.yp & 0x7FFF
        event.t_ns = time_base_ns + np.int64(record.dt_ns)
        event.p = record.yp >> 15
    return len(records)


class MonoDecoder(RecordDecoder):
    """Decodes 'mono' packets."""

    encoding = 'mono'

    def _records(self, message: EventMessage) -> np.ndarray:
        check_time_base(message)
        return whole_records(message.payload, MONO_DTYPE, self.encoding)

    def _decode(self, records: np.ndarray, message: EventMessage) -> int:
        return decode_mono(records, message.time_base_ns, self._buffer)
