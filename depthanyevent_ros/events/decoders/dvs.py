# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Encoding 'dvs': the events of a ROS 2 ``dvs_msgs/EventArray`` (layout: `events/cdr.py`)."""

import struct

from numba import int64, njit
import numpy as np

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.cdr import CDR_EVENT_DTYPE, CDR_EVENT_STRIDE, NS_PER_S
from depthanyevent_ros.events.decoders.base import (
    BLOCK_EVENTS, input_type, OUT_TYPE, StatelessDecoder)
from depthanyevent_ros.events.types import EventMessage

NS = np.int64(NS_PER_S)
FIRST = struct.Struct('<HHiIB')     # event 0, without padding
SECOND_OFFSET = CDR_EVENT_STRIDE - 2


@njit(int64(input_type(CDR_EVENT_DTYPE), OUT_TYPE), cache=True, nogil=True)
def decode_dvs(records, out):
    """Copy the records into ``out`` and return their number."""
    for i in range(len(records)):
        record, event = records[i], out[i]
        event.x = record.x
        event.y = record.y
        event.t_ns = np.int64(record.sec) * NS + np.int64(record.nanosec)
        event.p = record.polarity != 0
    return len(records)


class DvsDecoder(StatelessDecoder):
    """Decodes EventArray messages."""

    encoding = 'dvs'

    def blocks(self, message: EventMessage):
        """Yield the events block by block, see :class:`Decoder`."""
        payload = message.payload
        n_events = (len(payload) + 3) // CDR_EVENT_STRIDE
        if len(payload) != max(CDR_EVENT_STRIDE * n_events - 3, 0):
            raise MalformedInput('bad_length', f'EventArray events of {len(payload)} bytes: '
                                               'n events take 16n - 3')
        if not n_events:
            return
        # Event 0 lies otherwise than the rest: it goes into the buffer by itself.
        x, y, sec, nanosec, polarity = FIRST.unpack(payload[:FIRST.size])
        self._buffer[0] = (sec * NS_PER_S + nanosec, x, y, polarity != 0)
        rest = np.ndarray(n_events - 1, CDR_EVENT_DTYPE, payload[SECOND_OFFSET:],
                          0, (CDR_EVENT_STRIDE,))
        filled = 1 + decode_dvs(rest[:BLOCK_EVENTS - 1], self._buffer[1:])
        yield self._buffer[:filled]
        for start in range(BLOCK_EVENTS - 1, len(rest), BLOCK_EVENTS):
            n_block = decode_dvs(rest[start:start + BLOCK_EVENTS], self._buffer)
            yield self._buffer[:n_block]
