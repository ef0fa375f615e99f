# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoded events as serialised messages of one type: what a conversion writes."""

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.cdr import serialize_event_array, serialize_event_packet
from depthanyevent_ros.events.encoders import encode_packet
from depthanyevent_ros.recordings.republish import EVENT_ARRAY, EVENT_PACKET


class PacketMessages:
    """EventPackets in the encoding 'mono', exact to the ns; header.stamp is the last event."""

    msgtype = EVENT_PACKET

    def __init__(self):
        self._seq = 0

    def serialize(self, events, width, height, frame_id) -> bytes:
        """Return the message of at least one event, (N,) of EVENT_DTYPE."""
        stamp_ns = int(events['t_ns'][-1])
        message = encode_packet('mono', events, width, height, frame_id, stamp_ns, self._seq)
        self._seq += 1
        return serialize_event_packet(message)


class ArrayMessages:
    """EventArrays; header.stamp is the first event (not what MVSEC's driver wrote there)."""

    msgtype = EVENT_ARRAY

    def serialize(self, events, width, height, frame_id) -> bytes:
        """Return the message of at least one event, (N,) of EVENT_DTYPE."""
        return serialize_event_array(events, int(events['t_ns'][0]), frame_id, width, height)


def make_event_messages(name: str):
    """Return how events are written: 'packet' or 'dvs'."""
    makers = {'packet': PacketMessages, 'dvs': ArrayMessages}
    if name not in makers:
        raise ConfigError(f'events cannot be written as {name!r}: use packet or dvs')
    return makers[name]()
