# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The subscription of events: nothing is lost or reordered, and nobody else is kept waiting."""

import time

from dvs_msgs.msg import EventArray
from event_camera_msgs.msg import EventPacket
import numpy as np
import pytest
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from depthanyevent_ros.events.cdr import serialize_event_packet
from depthanyevent_ros.events.types import EventMessage
from depthanyevent_ros.nodes.depth.event_subscription import event_qos, EventSubscription


def packet(seq):
    """Return an empty packet that carries a number."""
    return bytes(serialize_event_packet(
        EventMessage(0, '', 64, 48, 'mono', np.zeros(0, np.uint8), 0, seq)))


@pytest.fixture
def executor(node):
    """Return an executor that spins the node."""
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    yield executor
    executor.shutdown()


def spin_until(executor, condition):
    """Spin until a condition holds; return how many rounds it took."""
    deadline_s = time.monotonic() + 60
    rounds = 0
    while not condition():
        assert time.monotonic() < deadline_s
        executor.spin_once(timeout_sec=0.1)
        rounds += 1
    return rounds


def test_messages_that_wait_are_taken_in_order_in_far_fewer_rounds_of_the_executor(
        node, executor):
    """300 packets arrive while nobody spins: each is used once."""
    seen = []
    events = EventSubscription(node, 'packet', event_qos(True),
                               lambda data: seen.append(events.parse(data).seq))
    publisher = node.create_publisher(EventPacket, 'events', event_qos(True))
    spin_until(executor, lambda: publisher.get_subscription_count() and events.n_publishers())
    for seq in range(300):
        publisher.publish(packet(seq))
    rounds = spin_until(executor, lambda: len(seen) == 300)
    assert seen == list(range(300))
    assert rounds < 100


def test_a_stream_without_end_leaves_the_executor_time_for_others(node, executor):
    """Each message is answered by another one, and a timer runs nevertheless."""
    ticks = []
    node.create_timer(0.001, lambda: ticks.append(1))
    publisher = node.create_publisher(EventPacket, 'events', event_qos(True))
    events = EventSubscription(node, 'packet', event_qos(True),
                               lambda data: publisher.publish(packet(0)))
    spin_until(executor, lambda: publisher.get_subscription_count() and events.n_publishers())
    publisher.publish(packet(0))
    before = len(ticks)
    spin_until(executor, lambda: len(ticks) > before + 20)


@pytest.mark.parametrize('published, told', [(EventArray, 'set event_type to auto'),
                                             (EventPacket, None)])
def test_events_of_another_type_than_the_one_subscribed_are_told(
        node, executor, published, told):
    """Else nothing would arrive, and nobody would know why."""
    context = Context()         # one participant cannot have both types on a topic
    context.init()
    other = Node('driver', context=context)
    try:
        events = EventSubscription(node, 'packet', event_qos(False), lambda data: None)
        assert events.problem is None
        other.create_publisher(published, 'events', 10)
        spin_until(executor, events.n_publishers)
        assert events.problem is None if told is None else told in events.problem
    finally:
        other.destroy_node()
        context.shutdown()
