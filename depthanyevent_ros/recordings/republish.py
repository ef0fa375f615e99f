# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recorded event messages as ROS 2 messages: as they are, or as another type or encoding."""

from dataclasses import replace
from typing import Iterator

import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.cdr import serialize_event_array, serialize_event_packet
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.events.encoders import encode_packet, ENCODERS
from depthanyevent_ros.events.types import EVENT_DTYPE
from depthanyevent_ros.recordings.cutting import cut

EVENT_ARRAY = 'dvs_msgs/msg/EventArray'
EVENT_PACKET = 'event_camera_msgs/msg/EventPacket'

_NO_EVENTS = np.zeros(0, EVENT_DTYPE)

#: A packet is at most so long that its times fit every encoding (mono: 2.1 s).
MAX_DURATION_NS = 1_000_000_000


class Packets:
    """Packets with the payload that was recorded."""

    msgtype = EVENT_PACKET

    def serialize(self, message, stamp_ns, frame_id, shift_ns) -> Iterator[bytes]:
        """Yield the one message."""
        yield serialize_event_packet(replace(message, stamp_ns=stamp_ns, frame_id=frame_id))


class Arrays:
    """EventArrays with the payload that was recorded: a new header before the old events."""

    msgtype = EVENT_ARRAY

    def serialize(self, message, stamp_ns, frame_id, shift_ns) -> Iterator[bytes]:
        """Yield the one message."""
        head = serialize_event_array(_NO_EVENTS, stamp_ns, frame_id, message.width, message.height)
        # n events take 16 n - 3 bytes, and their number stands right before them.
        n_events = (len(message.payload) + 3) // 16
        yield b''.join((head[:-4], n_events.to_bytes(4, 'little'), message.payload.tobytes()))


class _Decoding:
    """Base of what decodes: one decoder per encoding, as some keep a state between packets."""

    def __init__(self):
        self._decoders = {}

    def _runs(self, message, shift_ns):
        if message.encoding not in self._decoders:
            self._decoders[message.encoding] = make_decoder(message.encoding)
        events = decode_all(self._decoders[message.encoding], message)
        events['t_ns'] += shift_ns
        return cut(events, MAX_DURATION_NS)


class EventArrays(_Decoding):
    """EventArrays, whatever was recorded; messages without events are passed over."""

    msgtype = EVENT_ARRAY

    def serialize(self, message, stamp_ns, frame_id, shift_ns) -> Iterator[bytes]:
        """Yield messages of at most cutting.MAX_EVENTS events."""
        for events in self._runs(message, shift_ns):
            yield serialize_event_array(events, stamp_ns, frame_id, message.width, message.height)


class EncodedPackets(_Decoding):
    """Packets in one encoding, whatever was recorded, numbered anew."""

    msgtype = EVENT_PACKET

    def __init__(self, encoding):
        super().__init__()
        self._encoding = encoding
        self._seq = 0

    def serialize(self, message, stamp_ns, frame_id, shift_ns) -> Iterator[bytes]:
        """Yield messages of at most cutting.MAX_EVENTS events."""
        for events in self._runs(message, shift_ns):
            yield serialize_event_packet(encode_packet(
                self._encoding, events, message.width, message.height, frame_id, stamp_ns,
                self._seq))
            self._seq += 1


def make_republisher(recording, wanted: str, shifts: bool):
    """
    Choose how the events of a recording are published.

    :param wanted: 'recorded', 'dvs', 'packet', or the name of an encoding of packets.
    :param shifts: whether stamps will be shifted: then events are decoded and written anew, as
        some encodings hold whole times in the payload.
    """
    is_array = any(topic.name == recording.events_topic and topic.msgtype == EVENT_ARRAY
                   for topic in recording.topics)
    if wanted == 'dvs' or (wanted == 'recorded' and is_array):
        as_it_is = is_array and recording.dialect == 'ros2' and not shifts
        return Arrays() if as_it_is else EventArrays()
    if wanted in ('recorded', 'packet'):
        return EncodedPackets('mono') if is_array or shifts else Packets()
    if wanted not in ENCODERS:
        raise ConfigError(f'events cannot be published as {wanted!r}: use recorded, dvs, packet '
                          f'or one of {", ".join(ENCODERS)}')
    return EncodedPackets(wanted)
