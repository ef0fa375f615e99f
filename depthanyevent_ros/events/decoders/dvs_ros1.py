# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Encoding 'dvs_ros1': the events of a ROS 1 ``dvs_msgs/EventArray``, 13 packed bytes each."""

from numba import int64, njit
import numpy as np

from depthanyevent_ros.events.cdr import NS_PER_S
from depthanyevent_ros.events.decoders.base import (
    input_type, OUT_TYPE, RecordDecoder, whole_records)
from depthanyevent_ros.events.types import EventMessage

NS = np.int64(NS_PER_S)
ROS1_EVENT_DTYPE = np.dtype([
    ('x', '<u2'), ('y', '<u2'), ('sec', '<u4'), ('nanosec', '<u4'), ('polarity', 'u1')])


@njit(int64(input_type(ROS1_EVENT_DTYPE), OUT_TYPE), cache=True, nogil=True)
def decode_dvs_ros1(records, out):
    """Copy the records into ``out`` and return their number."""
    for i in range(len(records)):
        record, event = records[i], out[i]
        event.x = record.x
        event.y = record.y
        event.t_ns = np.int64(record.sec) * NS + np.int64(record.nanosec)
        event.p = record.polarity != 0
    return len(records)


class DvsRos1Decoder(RecordDecoder):
    """Decodes EventArray messages out of ROS 1 bags."""

    encoding = 'dvs_ros1'

    def _records(self, message: EventMessage) -> np.ndarray:
        return whole_records(message.payload, ROS1_EVENT_DTYPE, self.encoding)

    def _decode(self, records: np.ndarray, message: EventMessage) -> int:
        return decode_dvs_ros1(records, self._buffer)
