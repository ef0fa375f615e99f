# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Serialised event messages to `EventMessage` and back, without an object per event.

Bytes are what a ``raw=True`` subscription or a bag gives: XCDR1, little endian, alignment
counted from the byte after the 4-byte encapsulation header. An ``EventArray`` has a quirk: an
event takes 13 bytes, its time is aligned to 4, so event 0 has x, y at 0, 2 and event k >= 1 at
16k - 2, 16k, while sec, nanosec and polarity are at 16k + 4, 8, 12; n events take 16n - 3 bytes.
"""

import struct

import numpy as np

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.types import EventMessage

HEADER_BYTES = 4
CDR_LE = b'\x00\x01'
CDR_BE = b'\x00\x00'
NS_PER_S = 1_000_000_000
#: Fields of event k >= 1, counted from byte 16k - 2 of the events; events are 16 bytes apart.
CDR_EVENT_DTYPE = np.dtype({
    'names': ['x', 'y', 'sec', 'nanosec', 'polarity'],
    'formats': ['<u2', '<u2', '<i4', '<u4', 'u1'],
    'offsets': [0, 2, 6, 10, 14],
    'itemsize': 15,
})
CDR_EVENT_STRIDE = 16


class Reader:
    """Reads the fields of one little-endian message in order, checking each length first."""

    def __init__(self, data, base: int, what: str):
        self.data = np.frombuffer(data, np.uint8)
        self.data.flags.writeable = False
        self.base, self.at, self.what = base, base, what

    def align(self, size: int):
        """Skip the padding before a field of this size."""
        self.at += -(self.at - self.base) % size

    def take(self, size: int) -> np.ndarray:
        """Return the next bytes as a view."""
        if size > len(self.data) - self.at:
            raise MalformedInput('truncated', f'{self.what} is cut off: {len(self.data)} bytes, '
                                              f'the field at byte {self.at} needs {size}')
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, code: str, aligned: bool = True) -> int:
        """Return the next number, of this struct code."""
        size = struct.calcsize('<' + code)
        if aligned:
            self.align(size)
        return struct.unpack('<' + code, self.take(size))[0]

    def text(self, aligned: bool = True) -> str:
        """Return the next length-prefixed string; the zero at its end, if any, is left out."""
        raw = self.take(self.number('I', aligned)).tobytes()
        try:
            return raw.rstrip(b'\0').decode()
        except UnicodeDecodeError as error:
            raise MalformedInput('bad_header', f'{self.what} has a string that is not UTF-8: '
                                               f'{raw[:20]!r}') from error

    def rest(self, size: int, slack: int) -> np.ndarray:
        """Return the last field; at most ``slack`` bytes may follow it."""
        field = self.take(size)
        if len(self.data) - self.at > slack:
            raise MalformedInput('bad_length', f'{self.what} has {len(self.data) - self.at} bytes '
                                               'after its last field: counts and length differ')
        return field


def parse_event_array(data) -> EventMessage:
    """
    Read a serialised ``dvs_msgs/msg/EventArray``.

    :param data: bytes-like, the whole message with its encapsulation header.
    :returns: encoding 'dvs'; the payload is a view of the events, 16n - 3 bytes (0 for none).
    :raises MalformedInput: 'truncated', 'big_endian', 'bad_length' or 'bad_header'.
    """
    reader = _open(data, 'EventArray')
    stamp_ns = _stamp(reader)
    frame_id = reader.text()
    height, width, count = reader.number('I'), reader.number('I'), reader.number('I')
    payload = reader.rest(CDR_EVENT_STRIDE * count - 3 if count else 0, slack=3)
    return EventMessage(stamp_ns, frame_id, width, height, 'dvs', payload)


def parse_event_packet(data) -> EventMessage:
    """
    Read a serialised ``event_camera_msgs/msg/EventPacket``.

    :param data: bytes-like, the whole message with its encapsulation header.
    :returns: the packet; its payload is a view.
    :raises MalformedInput: as :func:`parse_event_array`; 'big_endian' for such a payload too.
    """
    reader = _open(data, 'EventPacket')
    stamp_ns = _stamp(reader)
    frame_id = reader.text()
    height, width = reader.number('I'), reader.number('I')
    seq, time_base_ns = reader.number('Q'), reader.number('Q')
    encoding = reader.text()
    if encoding.startswith('dvs'):      # what this package calls the other message types
        raise MalformedInput('unknown_encoding', f'no packet has the encoding {encoding[:40]!r}')
    if reader.number('?'):
        raise MalformedInput('big_endian', f'EventPacket {seq} has a big-endian payload')
    payload = reader.rest(reader.number('I'), slack=3)
    return EventMessage(stamp_ns, frame_id, width, height, encoding, payload, time_base_ns, seq)


def ros1_event_array_to_message(data) -> EventMessage:
    """
    Read a ROS 1 serialised ``dvs_msgs/EventArray`` (packed, little endian, 13 bytes an event).

    :returns: encoding 'dvs_ros1', seq from the header (ROS 1 counts messages there).
    :raises MalformedInput: 'truncated' or 'bad_length'.
    """
    reader = Reader(data, 0, 'ROS 1 EventArray')
    seq, sec, nanosec = (reader.number('I', aligned=False) for _ in range(3))
    frame_id = reader.text(aligned=False)
    height, width, count = (reader.number('I', aligned=False) for _ in range(3))
    payload = reader.rest(13 * count, slack=0)
    stamp_ns = sec * NS_PER_S + nanosec
    return EventMessage(stamp_ns, frame_id, width, height, 'dvs_ros1', payload, seq=seq)


def serialize_event_array(events, stamp_ns: int, frame_id: str, width: int, height: int) -> bytes:
    """
    Write a ``dvs_msgs/msg/EventArray``, byte for byte as ROS 2 does.

    :param events: (N,) of EVENT_DTYPE; times must fit int32 seconds.
    """
    head = _head(stamp_ns, frame_id)
    head += struct.pack('<III', height, width, len(events))
    if not len(events):
        return bytes(head)
    start = len(head)
    message = np.zeros(start + CDR_EVENT_STRIDE * len(events) - 3, np.uint8)
    message[:start] = np.frombuffer(head, np.uint8)
    seconds = events['t_ns'] // NS_PER_S
    if seconds.min() < -2**31 or seconds.max() >= 2**31:
        raise ValueError('event times do not fit the int32 seconds of EventArray')
    # The view starts two bytes before the events; x and y of event 0 land in the count, and
    # are put right at the end.
    view = np.ndarray(len(events), CDR_EVENT_DTYPE, message, start - 2, (CDR_EVENT_STRIDE,))
    view['x'], view['y'], view['polarity'] = events['x'], events['y'], events['p']
    view['sec'], view['nanosec'] = seconds, events['t_ns'] - seconds * NS_PER_S
    first = struct.pack('<IHH', len(events), events['x'][0], events['y'][0])
    message[start - 4:start + 4] = np.frombuffer(first, np.uint8)
    return message.tobytes()


def serialize_event_packet(message: EventMessage) -> bytes:
    """Write an ``event_camera_msgs/msg/EventPacket`` (a missing seq is written as 0)."""
    head = _head(message.stamp_ns, message.frame_id)
    head += struct.pack('<II', message.height, message.width)
    _pad(head, 8)
    head += struct.pack('<QQ', message.seq or 0, message.time_base_ns)
    head += _text(message.encoding)
    head += b'\0'
    _pad(head, 4)
    head += struct.pack('<I', len(message.payload))
    return b''.join((head, np.ascontiguousarray(message.payload).data))


def _open(data, what: str) -> Reader:
    reader = Reader(data, HEADER_BYTES, what)
    header = reader.data[:2].tobytes()
    if len(reader.data) < HEADER_BYTES:
        raise MalformedInput('truncated', f'{what} of {len(reader.data)} bytes has no header')
    if header == CDR_BE:
        raise MalformedInput('big_endian', f'{what} is big endian; only CDR_LE is read')
    if header != CDR_LE:
        raise MalformedInput('bad_header', f'{what} begins with 0x{header.hex()}, which is not '
                                           'the encapsulation CDR_LE (0x0001)')
    return reader


def _stamp(reader: Reader) -> int:
    return reader.number('i') * NS_PER_S + reader.number('I')


def _text(text: str) -> bytes:
    raw = text.encode() + b'\0'
    return struct.pack('<I', len(raw)) + raw


def _pad(head: bytearray, size: int):
    head += bytes(-(len(head) - HEADER_BYTES) % size)


def _head(stamp_ns: int, frame_id: str) -> bytearray:
    sec, nanosec = divmod(stamp_ns, NS_PER_S)
    head = bytearray(CDR_LE + b'\0\0' + struct.pack('<iI', sec, nanosec) + _text(frame_id))
    _pad(head, 4)
    return head
