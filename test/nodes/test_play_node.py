# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The player as a process, seen from the other side of DDS."""

import signal
import subprocess
import sys
import time

from event_camera_msgs.msg import EventPacket
import numpy as np
import pytest
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.events.cdr import parse_event_packet, serialize_event_packet
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.events.encoders import encode_packet
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.recordings.serialize import (
    CAMERA_INFO, IMAGE, serialize_camera_info, serialize_image,
)
from depthanyevent_ros.recordings.writer import BagWriter

pytestmark = pytest.mark.ros

PACKET = 'event_camera_msgs/msg/EventPacket'
BASE_NS = 1_700_000_000_000_000_000
PATIENCE_S = 60
KEEP_ALL = QoSProfile(history=HistoryPolicy.KEEP_ALL, depth=0,
                      reliability=ReliabilityPolicy.RELIABLE)


def events_at(k):
    """Return three events of the k-th ms."""
    return make_events([k % 346, 1, 2], [3, 4, 5], BASE_NS + k * 1_000_000 + np.arange(3) * 1000,
                       [1, 0, 1])


@pytest.fixture(scope='module')
def bag(tmp_path_factory):
    """Return a bag of 40 packets 1 ms apart and one frame with its calibration."""
    return write_bag(tmp_path_factory.mktemp('bag') / 'short', 40)


def write_bag(path, n_packets):
    """Write packets 1 ms apart, and a frame with its calibration at the start."""
    camera = CameraModel.from_values(4, 3, [2, 0, 2, 0, 2, 1, 0, 0, 1])
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    with BagWriter(path) as writer:
        writer.write('/cam/image_raw', IMAGE, BASE_NS,
                     serialize_image(image, 'mono8', BASE_NS + 5, ''))
        writer.write('/cam/camera_info', CAMERA_INFO, BASE_NS,
                     serialize_camera_info(camera, BASE_NS + 5, ''))
        for k in range(n_packets):
            message = encode_packet('mono', events_at(k), 346, 260, 'davis', seq=k)
            writer.write('/cam/events', PACKET, BASE_NS + (k + 1) * 1_000_000,
                         serialize_event_packet(message))
    return path


class Player:
    """The verb play in a process of its own."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'depthanyevent_ros', 'play', *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self):
        """Wait for its end and return the exit code and what it said."""
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out + err


@pytest.fixture()
def listen(ros, node):
    """Return a function that subscribes and one that spins until a player has ended."""
    received = {}

    def subscribe(msgtype, topic, raw=False, work_s=0):
        messages = received.setdefault(topic, [])

        def take(message):
            messages.append(message)
            time.sleep(work_s)

        node.create_subscription(msgtype, topic, take, KEEP_ALL, raw=raw)
        return messages

    def spin_until_ended(player):
        deadline = time.monotonic() + PATIENCE_S
        while player.process.poll() is None and time.monotonic() < deadline:
            ros.spin_once(node, timeout_sec=0.05)
        quiet = time.monotonic()
        while time.monotonic() - quiet < 0.3:
            before = sum(map(len, received.values()))
            ros.spin_once(node, timeout_sec=0.05)
            if sum(map(len, received.values())) != before:
                quiet = time.monotonic()
        return player.end()

    return subscribe, spin_until_ended


def decoded(messages):
    """Return all events of raw packets."""
    decoder = make_decoder('mono')
    return np.concatenate([decode_all(decoder, parse_event_packet(data)) for data in messages])


def test_everything_arrives_with_sensor_time_kept_and_arrival_time_of_now(bag, listen):
    """Events and frames carry sensor time; header.stamp of packets is arrival."""
    subscribe, spin_until_ended = listen
    packets = subscribe(EventPacket, 'events', raw=True)
    images, infos = subscribe(Image, 'image_raw'), subscribe(CameraInfo, 'camera_info')
    before_ns = time.time_ns()
    code, said = spin_until_ended(Player(bag, '--wait-for-subscribers', 1))
    assert code == 0, said
    expected = np.concatenate([events_at(k) for k in range(40)])
    np.testing.assert_array_equal(decoded(packets), expected)
    stamps = [parse_event_packet(data).stamp_ns for data in packets]
    assert before_ns < stamps[0] <= stamps[-1] < time.time_ns()
    assert [i.header.stamp.nanosec for i in images + infos] == [5, 5]
    assert images[0].header.frame_id == infos[0].header.frame_id == 'camera_optical_frame'
    assert 'played 40 messages' in said


def test_with_a_clock_stamps_stay_as_recorded_and_loops_jump_back(bag, listen):
    """Two passes: the clock, the stamps and the events all run back once."""
    subscribe, spin_until_ended = listen
    packets, ticks = subscribe(EventPacket, 'events', raw=True), subscribe(Clock, '/clock')
    code, said = spin_until_ended(Player(bag, '--wait-for-subscribers', 1, '--clock', 1000,
                                         '--loop', 2))
    assert code == 0, said
    assert len(packets) == 80
    stamps = [parse_event_packet(data).stamp_ns for data in packets]
    assert stamps[:40] == stamps[40:] == sorted(stamps[:40])
    clock = np.array([tick.clock.sec * 10**9 + tick.clock.nanosec for tick in ticks])
    assert (np.diff(clock) < 0).sum() == 1
    assert clock.min() == BASE_NS and clock.max() <= BASE_NS + 40_000_000
    assert len(clock) >= 60


def test_slow_subscriber_that_keeps_all_loses_nothing(tmp_path, listen):
    """As fast as it takes them; more messages than any queue of the live kind holds."""
    bag = write_bag(tmp_path / 'long', 3000)
    subscribe, spin_until_ended = listen
    packets = subscribe(EventPacket, 'slow_events', raw=True, work_s=2e-4)
    code, said = spin_until_ended(Player(
        bag, '--wait-for-subscribers', 1, '--rate', 'inf', '--lossless',
        '--ros-args', '-r', 'events:=slow_events'))
    assert code == 0, said
    assert [parse_event_packet(data).seq for data in packets] == list(range(3000))


@pytest.mark.parametrize('number, arguments', [
    (signal.SIGINT, ('--loop', 'inf')), (signal.SIGTERM, ('--loop', 'inf', '--rate', 'inf')),
    (signal.SIGINT, ('--wait-for-subscribers', '9'))], ids=['playing', 'rushing', 'waiting'])
def test_signal_ends_it_cleanly_from_any_state(bag, ros, node, number, arguments):
    """Exit code 0, no traceback, no abort."""
    player = Player(bag, *arguments)
    deadline = time.monotonic() + PATIENCE_S
    while not node.count_publishers('events'):
        assert time.monotonic() < deadline and player.process.poll() is None
        time.sleep(0.05)
    time.sleep(0.3)
    player.process.send_signal(number)
    code, said = player.end()
    assert code == 0, said
    assert 'Traceback' not in said and 'terminate' not in said
    assert '(stopped)' in said


def test_nobody_listening_in_time_is_one_sentence_and_code_1(bag):
    """It does not wait for ever, and does not play to nobody."""
    code, said = Player(bag, '--wait-for-subscribers', 1, '--wait-timeout', 0.2).end()
    assert code == 1
    assert '0 of 1 subscribers on /events after 0.2 s' in said and 'Traceback' not in said


def test_every_event_of_a_real_recording_arrives(newtons_cradle, listen):
    """319,512 events and 13 frames, over DDS."""
    subscribe, spin_until_ended = listen
    packets, images = subscribe(EventPacket, 'events', raw=True), subscribe(Image, 'image_raw')
    code, said = spin_until_ended(Player(newtons_cradle, '--wait-for-subscribers', 1))
    assert code == 0, said
    assert len(decoded(packets)) == 319_512 and len(images) == 13
