# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Serialised messages: byte-exact against rosbags and rclpy, every damage named."""

import struct

import numpy as np
import pytest

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.cdr import (
    parse_event_array, parse_event_packet, ros1_event_array_to_message, serialize_event_array,
    serialize_event_packet)
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.events.types import EventMessage, make_events

STAMP_NS = 1_700_000_000_123_456_789
EVENT = 'uint16 x\nuint16 y\nbuiltin_interfaces/Time ts\nbool polarity\n'
ARRAY = 'std_msgs/Header header\nuint32 height\nuint32 width\ndvs_msgs/Event[] events\n'
PACKET = ('std_msgs/Header header\nuint32 height\nuint32 width\nuint64 seq\nuint64 time_base\n'
          'string encoding\nbool is_bigendian\nuint8[] events\n')


@pytest.fixture(scope='module')
def rosbags_store():
    """Return a rosbags type store that knows the event messages (an independent serialiser)."""
    rosbags = pytest.importorskip('rosbags.typesys', reason='rosbags is not installed')
    store = rosbags.get_typestore(rosbags.Stores.ROS2_KILTED)
    for name, text in (('dvs_msgs/msg/Event', EVENT), ('dvs_msgs/msg/EventArray', ARRAY),
                       ('event_camera_msgs/msg/EventPacket', PACKET)):
        store.register(rosbags.get_types_from_msg(text, name))
    return store


def header(types, frame_id):
    """Return a header with the test stamp."""
    sec, nanosec = divmod(STAMP_NS, 10**9)
    return types['std_msgs/msg/Header'](
        types['builtin_interfaces/msg/Time'](sec, nanosec), frame_id)


def packet(**changes):
    """Return an EventPacket that differs from a plain one in what is named."""
    fields = dict(stamp_ns=STAMP_NS, frame_id='cam', width=346, height=260, encoding='mono',
                  payload=np.arange(24, dtype=np.uint8), time_base_ns=2**40 + 3, seq=2**33)
    return EventMessage(**{**fields, **changes})


@pytest.mark.parametrize('frame_id', ['', 'a', 'ab', 'abc', 'abcd', 'camera_link', 'größe'])
@pytest.mark.parametrize('n', [0, 1, 2, 3, 5, 1000])
def test_event_array_equals_rosbags_byte_for_byte(rosbags_store, rng, random_events, n, frame_id):
    """Our EventArray is what an independent serialiser writes; reading it gives the events."""
    events = random_events(rng, n)
    types = rosbags_store.types
    message = types['dvs_msgs/msg/EventArray'](header(types, frame_id), 260, 346, [
        types['dvs_msgs/msg/Event'](
            x, y, types['builtin_interfaces/msg/Time'](*divmod(t, 10**9)), bool(p))
        for t, x, y, p in zip(events['t_ns'].tolist(), events['x'].tolist(),
                              events['y'].tolist(), events['p'].tolist())])
    expected = bytes(rosbags_store.serialize_cdr(message, 'dvs_msgs/msg/EventArray'))
    data = serialize_event_array(events, STAMP_NS, frame_id, 346, 260)
    assert data == expected
    read = parse_event_array(data)
    assert (read.stamp_ns, read.frame_id, read.width, read.height) == (
        STAMP_NS, frame_id, 346, 260)
    np.testing.assert_array_equal(decode_all(make_decoder('dvs'), read), events)


@pytest.mark.parametrize('frame_id', ['', 'a', 'ab', 'abc', 'camera'])
@pytest.mark.parametrize('encoding', ['mono', 'evt3', 'libcaer', 'libcaer_cmp'])
@pytest.mark.parametrize('size', [0, 1, 7, 8, 1000])
def test_event_packet_equals_rosbags_byte_for_byte(rosbags_store, rng, size, encoding, frame_id):
    """Our EventPacket is what an independent serialiser writes, and is read back whole."""
    payload = rng.integers(0, 256, size).astype(np.uint8)
    types = rosbags_store.types
    message = types['event_camera_msgs/msg/EventPacket'](
        header(types, frame_id), 260, 346, 2**33, 2**40 + 3, encoding, False, payload)
    expected = bytes(rosbags_store.serialize_cdr(message, 'event_camera_msgs/msg/EventPacket'))
    ours = packet(frame_id=frame_id, encoding=encoding, payload=payload)
    assert serialize_event_packet(ours) == expected
    read = parse_event_packet(expected)
    np.testing.assert_array_equal(read.payload, payload)
    assert (read.seq, read.time_base_ns, read.encoding) == (2**33, 2**40 + 3, encoding)
    assert (read.stamp_ns, read.frame_id) == (STAMP_NS, frame_id)


@pytest.mark.ros
def test_event_array_equals_rclpy_byte_for_byte(rng, random_events):
    """ROS 2's own serialiser writes the same bytes."""
    serialization = pytest.importorskip('rclpy.serialization', reason='rclpy is not installed')
    dvs = pytest.importorskip('dvs_msgs.msg', reason='dvs_msgs is not installed')
    for n in (0, 1, 2, 7, 300):
        events = random_events(rng, n)
        message = dvs.EventArray(height=260, width=346)
        message.header.frame_id = 'cam'
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(STAMP_NS, 10**9)
        for event in events:
            item = dvs.Event(x=int(event['x']), y=int(event['y']), polarity=bool(event['p']))
            item.ts.sec, item.ts.nanosec = divmod(int(event['t_ns']), 10**9)
            message.events.append(item)
        expected = bytearray(serialization.serialize_message(message))
        # ROS 2 leaves padding as it was in memory: before the x and before the time of event k.
        for k in range(1, n):
            for at in (-3, 2, 3):
                expected[32 + 16 * k + at] = 0
        assert serialize_event_array(events, STAMP_NS, 'cam', 346, 260) == expected


@pytest.mark.ros
def test_event_packet_equals_rclpy_byte_for_byte(rng):
    """ROS 2's own serialiser writes the same bytes."""
    serialization = pytest.importorskip('rclpy.serialization', reason='rclpy is not installed')
    msgs = pytest.importorskip('event_camera_msgs.msg',
                               reason='event_camera_msgs is not installed')
    for size in (0, 1, 8, 333):
        ours = packet(payload=rng.integers(0, 256, size).astype(np.uint8))
        message = msgs.EventPacket(height=260, width=346, seq=2**33, time_base=2**40 + 3,
                                   encoding='mono', events=ours.payload.tolist())
        message.header.frame_id = 'cam'
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(STAMP_NS, 10**9)
        expected = bytearray(serialization.serialize_message(message))
        # ROS 2 leaves padding as it was in memory: here before the payload's count.
        count_at = len(expected) - size - 4
        expected[count_at - 2:count_at] = bytes(2)
        assert serialize_event_packet(ours) == expected
        np.testing.assert_array_equal(parse_event_packet(expected).payload, ours.payload)


def test_payload_is_a_view_of_the_message(rng, random_events):
    """Nothing is copied when a message is read."""
    data = np.frombuffer(serialize_event_array(random_events(rng, 9), 0, 'c', 346, 260), np.uint8)
    assert np.shares_memory(parse_event_array(data).payload, data)
    data = np.frombuffer(serialize_event_packet(packet()), np.uint8)
    assert np.shares_memory(parse_event_packet(data).payload, data)


@pytest.mark.parametrize('wrap', [bytes, bytearray, memoryview, np.frombuffer])
def test_any_bytes_like_message_is_read(wrap):
    """Bytes, bytearray, memoryview and arrays are all read."""
    arguments = (np.uint8,) if wrap is np.frombuffer else ()
    message = parse_event_packet(wrap(serialize_event_packet(packet()), *arguments))
    np.testing.assert_array_equal(message.payload, packet().payload)


@pytest.mark.parametrize('parse', [parse_event_array, parse_event_packet])
def test_a_message_cut_anywhere_is_refused(parse, rng, random_events):
    """Every possible truncation gives a MalformedInput, never another error."""
    whole = (serialize_event_array(random_events(rng, 3), 0, 'cam', 346, 260)
             if parse is parse_event_array else serialize_event_packet(packet()))
    parse(whole)
    for size in range(len(whole)):
        with pytest.raises(MalformedInput) as error:
            parse(whole[:size])
        assert error.value.cause in ('truncated', 'bad_header')


@pytest.mark.parametrize('parse', [parse_event_array, parse_event_packet])
@pytest.mark.parametrize('head, cause', [
    (b'\x00\x00', 'big_endian'), (b'\x00\x03', 'bad_header'), (b'\x00\x07', 'bad_header'),
    (b'\x01\x01', 'bad_header')])
def test_other_encapsulations_are_refused_by_name(parse, head, cause):
    """Big endian, parameter lists and XCDR2 are told apart from damage."""
    with pytest.raises(MalformedInput) as error:
        parse(head + serialize_event_packet(packet())[2:])
    assert error.value.cause == cause


def test_a_count_that_does_not_fit_is_refused(rng, random_events):
    """A count above what is there is 'truncated', one far below 'bad_length'."""
    data = bytearray(serialize_event_array(random_events(rng, 10), 0, 'cam', 346, 260))
    at = 4 + 8 + 4 + 4 + 8
    assert struct.unpack_from('<I', data, at)[0] == 10
    for count, cause in ((11, 'truncated'), (2**32 - 1, 'truncated'), (9, 'bad_length'),
                         (0, 'bad_length')):
        struct.pack_into('<I', data, at, count)
        with pytest.raises(MalformedInput) as error:
            parse_event_array(data)
        assert error.value.cause == cause


def test_a_frame_id_longer_than_the_message_is_refused():
    """A damaged string length does not lead outside the message."""
    data = bytearray(serialize_event_packet(packet()))
    struct.pack_into('<I', data, 12, 2**31)
    with pytest.raises(MalformedInput, match='cut off'):
        parse_event_packet(data)


def test_a_frame_id_that_is_no_text_is_refused():
    """A string of arbitrary bytes is 'bad_header'."""
    data = bytearray(serialize_event_packet(packet()))
    data[16] = 0xFF
    with pytest.raises(MalformedInput) as error:
        parse_event_packet(data)
    assert error.value.cause == 'bad_header'


def test_a_big_endian_payload_is_refused():
    """EventPacket.is_bigendian is not silently ignored."""
    data = bytearray(serialize_event_packet(packet(payload=np.zeros(4, np.uint8))))
    data[-11] = 1                       # flag, 2 bytes of padding, count, 4 bytes of payload
    with pytest.raises(MalformedInput) as error:
        parse_event_packet(data)
    assert error.value.cause == 'big_endian'


@pytest.mark.parametrize('encoding', ['dvs', 'dvs_ros1'])
def test_a_packet_does_not_carry_the_layout_of_an_event_array(encoding):
    """Those names are this package's own, for the other message types."""
    with pytest.raises(MalformedInput) as error:
        parse_event_packet(serialize_event_packet(packet(encoding=encoding)))
    assert error.value.cause == 'unknown_encoding'


def test_random_bytes_never_do_more_than_raise(rng):
    """A thousand damaged messages: read or refused, nothing else."""
    whole = np.frombuffer(serialize_event_packet(packet()), np.uint8)
    for _ in range(1000):
        data = whole.copy()
        data[rng.integers(0, len(data), 3)] = rng.integers(0, 256, 3)
        for parse in (parse_event_packet, parse_event_array):
            try:
                parse(data)
            except MalformedInput:
                pass


def test_times_beyond_int32_seconds_are_not_written():
    """The writer refuses what the message cannot hold."""
    with pytest.raises(ValueError, match='int32'):
        serialize_event_array(make_events([0], [0], [2**31 * 10**9], [1]), 0, '', 1, 1)


def test_ros1_event_array_is_read(rng, random_events):
    """ROS 1 packs an event into 13 bytes, without any alignment."""
    events = random_events(rng, 50)
    data = struct.pack('<III', 77, 5, 6) + struct.pack('<I', 3) + b'cam'
    data += struct.pack('<III', 260, 346, len(events))
    for event in events:
        data += struct.pack('<HHIIB', event['x'], event['y'],
                            *divmod(int(event['t_ns']), 10**9), event['p'])
    message = ros1_event_array_to_message(data)
    assert (message.seq, message.stamp_ns, message.frame_id) == (77, 5_000_000_006, 'cam')
    assert (message.width, message.height, message.encoding) == (346, 260, 'dvs_ros1')
    np.testing.assert_array_equal(decode_all(make_decoder('dvs_ros1'), message), events)
    for size in range(len(data)):
        with pytest.raises(MalformedInput):
            ros1_event_array_to_message(data[:size])
    with pytest.raises(MalformedInput, match='after its last field'):
        ros1_event_array_to_message(data + b'\0')
