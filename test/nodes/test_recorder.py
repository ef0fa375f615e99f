# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder writes what was published, byte for byte, and never holds up the publisher."""

import threading
import time

import numpy as np
import pytest
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rosbags.highlevel import AnyReader
from sensor_msgs.msg import Image

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.nodes.recorder import _BoundedQueue, Recorder
from depthanyevent_ros.recordings.serialize import serialize_image

pytestmark = pytest.mark.ros

PATIENCE_S = 60


def quality(reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.VOLATILE):
    """Return a QoS that keeps 50 messages."""
    return QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=50, reliability=reliability,
                      durability=durability)


@pytest.fixture()
def spinning(ros, node):
    """Spin the node in a thread while the test goes on."""
    executor, stop = SingleThreadedExecutor(), threading.Event()
    executor.add_node(node)

    def spin():
        while not stop.is_set():
            executor.spin_once(timeout_sec=0.05)

    thread = threading.Thread(target=spin)
    thread.start()
    yield node
    stop.set()
    thread.join()
    executor.shutdown()


def wait_for(condition):
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def depth_map(k):
    """Return a serialised 346x260 depth map that tells which one it is."""
    return serialize_image(np.full((260, 346), k, np.float32), '32FC1', k, 'cam')


def recorded(path):
    """Return topic and bytes of each message of a bag."""
    with AnyReader([path]) as reader:
        return [(c.topic, bytes(data)) for c, _, data in reader.messages()]


def test_depth_maps_are_recorded_without_loss_byte_for_byte(spinning, tmp_path):
    """60 maps of 360 kB at about twice the rate of the node."""
    publisher = spinning.create_publisher(Image, 'depth/image_raw', quality())
    with Recorder(spinning, tmp_path / 'out', ['depth/image_raw', 'never']) as recorder:
        wait_for(publisher.get_subscription_count)
        for k in range(60):
            publisher.publish(depth_map(k))
            time.sleep(0.025)
        wait_for(lambda: recorder.counts['/depth/image_raw'] == 60)
    assert not recorder.dropped
    assert recorded(tmp_path / 'out') == [('/depth/image_raw', depth_map(k)) for k in range(60)]


@pytest.mark.parametrize('offered, word', [
    (quality(ReliabilityPolicy.BEST_EFFORT), 'best_effort'),
    (quality(durability=DurabilityPolicy.TRANSIENT_LOCAL), 'reliable')])
def test_quality_of_service_of_the_publisher_is_met(spinning, tmp_path, offered, word):
    """Best effort is heard; what was published before and is kept for late comers is heard too."""
    publisher = spinning.create_publisher(Image, 'image', offered)
    latched = offered.durability == DurabilityPolicy.TRANSIENT_LOCAL
    if latched:
        publisher.publish(depth_map(1))
    with Recorder(spinning, tmp_path / 'out', ['/image']) as recorder:
        wait_for(publisher.get_subscription_count)

        def heard():
            if not latched:
                publisher.publish(depth_map(1))
            return recorder.counts['/image']
        wait_for(heard)
    assert recorded(tmp_path / 'out')[0] == ('/image', depth_map(1))
    assert word in (tmp_path / 'out' / 'metadata.yaml').read_text()


def test_topics_that_nobody_publishes_leave_a_valid_empty_bag(spinning, tmp_path):
    """The demo may end before a topic begins."""
    with Recorder(spinning, tmp_path / 'out', ['nothing']):
        pass
    assert (tmp_path / 'out' / 'metadata.yaml').exists()


def test_what_does_not_fit_while_the_disk_is_slow_is_dropped_and_counted(spinning, tmp_path):
    """Room for less than one map: each is dropped, the publisher is not held up."""
    publisher = spinning.create_publisher(Image, 'image', quality())
    with Recorder(spinning, tmp_path / 'out', ['image'], max_waiting_bytes=1000) as recorder:
        wait_for(publisher.get_subscription_count)
        for k in range(3):
            publisher.publish(depth_map(k))
        wait_for(lambda: recorder.dropped['/image'] == 3)
    assert recorder.counts['/image'] == 0


def test_recording_stays_when_the_work_fails(spinning, tmp_path):
    """What was recorded up to a failure helps to find its cause."""
    with pytest.raises(KeyError):
        with Recorder(spinning, tmp_path / 'out', ['nothing']):
            raise KeyError
    assert (tmp_path / 'out').is_dir()


def test_existing_recording_is_not_replaced_unasked(spinning, tmp_path):
    """As every writer of this package."""
    (tmp_path / 'out').mkdir()
    with pytest.raises(RecordingError, match='exists already'):
        Recorder(spinning, tmp_path / 'out', ['x'])


def test_queue_is_bounded_in_bytes_and_gives_in_order():
    """10 bytes: 6 and 4 fit, 1 more does not, until something is taken."""
    queue = _BoundedQueue(10)
    assert queue.put('a', 6) and queue.put('b', 4) and not queue.put('c', 1)
    items = iter(queue)
    assert next(items) == 'a'
    assert queue.put('d', 6)
    queue.close()
    assert not queue.put('e', 1)
    assert list(items) == ['b', 'd']
