# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The publisher of the bench, and what the usual node makes of its messages."""

import threading
import time

from dvs_msgs.msg import EventArray
from event_camera_msgs.msg import EventPacket
import numpy as np
import pytest
from rclpy.serialization import deserialize_message

from depthanyevent_ros.bench.load import EventLoad
from depthanyevent_ros.events.cdr import parse_event_array, parse_event_packet
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.nodes.bench.load_node import send
from depthanyevent_ros.nodes.bench.usual_node import object_columns, packet_columns


def test_all_messages_of_the_time_are_sent_none_before_its_events_are_over():
    """50 ms in packets of 1 ms: 50, and each is due at the end of its events."""
    load = EventLoad('mono', 1.0)
    sent, early = [], []

    def publish(data):
        sent.append(parse_event_packet(data))
        early.append(sent[-1].time_base_ns + load.message_ns > time.time_ns())

    report = send(load, publish, 0.05, threading.Event())
    assert report['n_messages'] == len(sent) == 50 and report['n_events'] == 50_000
    assert report['n_bytes'] > 50_000 * 8 and report['took_s'] >= 0.049
    assert np.all(np.diff([message.time_base_ns for message in sent]) == load.message_ns)
    assert not any(early)


def test_it_stops_when_it_is_told_to_and_says_what_it_has_sent():
    """After the third message of a load of an hour."""
    stop = threading.Event()
    sent = []

    def publish(data):
        sent.append(data)
        if len(sent) == 3:
            stop.set()

    assert send(EventLoad('mono', 1.0), publish, 3600, stop)['n_messages'] == 3


@pytest.mark.parametrize('encoding, message_type, columns', [
    ('dvs', EventArray, object_columns), ('libcaer', EventPacket, packet_columns)])
def test_the_usual_node_reads_the_same_events_from_rclpy_s_own_messages(
        encoding, message_type, columns):
    """What ours is compared with works."""
    data = EventLoad(encoding, 0.02, 5, 64, 48).message(0, 1_700_000_000_999_000_000, 5)
    parse = parse_event_array if encoding == 'dvs' else parse_event_packet
    want = decode_all(make_decoder(encoding), parse(data))
    assert len(want) == 100
    found = columns(deserialize_message(data, message_type))
    for name, column in zip(('x', 'y', 't_ns', 'p'), found):
        np.testing.assert_array_equal(column, want[name])
