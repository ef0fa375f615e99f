# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recorded events go out as they are, or as another type, with every event kept."""

from types import SimpleNamespace

import numpy as np
import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.cdr import (
    parse_event_array, parse_event_packet, serialize_event_array,
)
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.events.encoders import encode_packet
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.recordings import EventsRecord, open_recording
from depthanyevent_ros.recordings.cutting import MAX_EVENTS
from depthanyevent_ros.recordings.republish import (
    Arrays, EncodedPackets, EVENT_ARRAY, EVENT_PACKET, make_republisher,
)
from depthanyevent_ros.recordings.writer import BagWriter

PARSE = {EVENT_ARRAY: parse_event_array, EVENT_PACKET: parse_event_packet}


def republish(path, wanted, shift_ns=0):
    """Return the type and the parsed messages that a recording is published as."""
    with open_recording(path) as recording:
        republisher = make_republisher(recording, wanted, shifts=bool(shift_ns))
        messages = [PARSE[republisher.msgtype](data)
                    for record in recording.messages() if isinstance(record, EventsRecord)
                    for data in republisher.serialize(record.message, 77, 'frame', shift_ns)]
    return republisher.msgtype, messages


def events_of(messages):
    """Decode all messages."""
    decoder = make_decoder(messages[0].encoding)
    return np.concatenate([decode_all(decoder, message) for message in messages])


@pytest.mark.parametrize('wanted, msgtype, encoding', [
    ('recorded', EVENT_PACKET, 'mono'), ('packet', EVENT_PACKET, 'mono'),
    ('dvs', EVENT_ARRAY, 'dvs'), ('libcaer', EVENT_PACKET, 'libcaer'),
    ('evt3', EVENT_PACKET, 'evt3')])
def test_packets_go_out_in_each_type_with_the_same_events(bag, bags, wanted, msgtype, encoding):
    """The stamps here are whole microseconds, which every encoding holds."""
    found, messages = republish(bag, wanted)
    assert (found, messages[0].encoding) == (msgtype, encoding)
    expected = np.concatenate([bags.some_events(k) for k in range(20)])
    got = events_of(messages)
    if encoding == 'evt3':
        # Its clock is 24 bits of microseconds.
        expected['t_ns'] -= expected['t_ns'][0] - got['t_ns'][0]
    np.testing.assert_array_equal(got, expected)
    assert all((m.stamp_ns, m.frame_id, m.width) == (77, 'frame', 346) for m in messages)


@pytest.mark.parametrize('wanted, msgtype', [('recorded', EVENT_ARRAY), ('packet', EVENT_PACKET)])
def test_ros1_arrays_go_out_as_ros2_arrays_or_packets(ros1_bag, bags, wanted, msgtype):
    """ROS 1's payload is not ROS 2's: it is written anew."""
    found, messages = republish(ros1_bag, wanted)
    assert found == msgtype
    expected = np.concatenate([bags.some_events(k) for k in range(20)])
    np.testing.assert_array_equal(events_of(messages), expected)


@pytest.mark.parametrize('wanted, kind', [('recorded', Arrays), ('dvs', Arrays),
                                          ('packet', EncodedPackets)])
def test_recorded_arrays_go_out_with_the_same_events(tmp_path, bags, wanted, kind):
    """As they are if they can be, with another length of frame_id; an empty one stays empty."""
    with BagWriter(tmp_path / 'b') as writer:
        for k in range(3):
            writer.write('/e', EVENT_ARRAY, k, serialize_event_array(
                bags.some_events(k), 5, 'x', 346, 260))
        writer.write('/e', EVENT_ARRAY, 3, serialize_event_array(
            bags.some_events(0)[:0], 5, 'x', 346, 260))
    with open_recording(tmp_path / 'b') as recording:
        assert isinstance(make_republisher(recording, wanted, False), kind)
    _, messages = republish(tmp_path / 'b', wanted)
    expected = np.concatenate([bags.some_events(k) for k in range(3)])
    np.testing.assert_array_equal(events_of(messages), expected)
    assert all((m.stamp_ns, m.frame_id, m.height) == (77, 'frame', 260) for m in messages)
    assert len(messages) == (4 if kind is Arrays else 3)


@pytest.mark.parametrize('wanted', ['recorded', 'dvs', 'libcaer'])
def test_shift_moves_every_stamp(bag, bags, wanted):
    """Monotone loops."""
    _, messages = republish(bag, wanted, shift_ns=5_000_000)
    expected = np.concatenate([bags.some_events(k) for k in range(20)])
    np.testing.assert_array_equal(events_of(messages)['t_ns'], expected['t_ns'] + 5_000_000)


def test_long_messages_are_cut():
    """Fast DDS's shared memory takes 512 kB by default."""
    n_events = 2 * MAX_EVENTS + 5
    zeros = np.zeros(n_events, int)
    message = encode_packet('mono', make_events(zeros, zeros, zeros, zeros), 346, 260)
    recording = SimpleNamespace(events_topic='/e', topics=[])
    cut = list(make_republisher(recording, 'libcaer', False).serialize(message, 0, '', 0))
    assert [len(parse_event_packet(data).payload) // 8 for data in cut] == [
        MAX_EVENTS, MAX_EVENTS, 5]


def test_unknown_type_is_an_error_that_lists_the_known_ones(bag):
    """A typing error at --events."""
    with open_recording(bag) as recording, pytest.raises(ConfigError, match='libcaer_cmp'):
        make_republisher(recording, 'evt2', False)
