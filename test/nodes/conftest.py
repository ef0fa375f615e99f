# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A ROS graph of its own for the tests of nodes, and the real depth node in it."""

from collections import defaultdict
import gc
import os
import threading
import time

from diagnostic_msgs.msg import DiagnosticArray
import numpy as np
import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy

from depthanyevent_ros.events.types import make_events

LATE_S = 120
WIDTH, HEIGHT = 64, 48
RELIABLE = QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=100,
                      reliability=ReliabilityPolicy.RELIABLE)


@pytest.fixture(scope='session', autouse=True)
def isolation():
    """Keep discovery on this machine and in a domain that hardly anyone else uses."""
    os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    os.environ.setdefault('ROS_DOMAIN_ID', str(1 + os.getpid() % 100))


@pytest.fixture
def ros():
    """Return rclpy with a context that is up, and take it down afterwards."""
    rclpy.init()
    yield rclpy
    rclpy.try_shutdown()


@pytest.fixture
def node(ros):
    """Return a plain node."""
    node = ros.create_node('tester')
    yield node
    node.destroy_node()


@pytest.fixture(scope='session')
def engine_cache(tmp_path_factory):
    """Keep engines of the tests in one folder of this test run: each is built once."""
    folder = tmp_path_factory.mktemp('ros_home')
    before = os.environ.get('ROS_HOME')
    os.environ['ROS_HOME'] = str(folder)
    yield folder
    os.environ.pop('ROS_HOME')
    if before is not None:
        os.environ['ROS_HOME'] = before


class Graph:
    """The real depth node and a tester node, spun in a thread of their own."""

    def __init__(self, weights):
        self.weights = str(weights)
        self.tester = rclpy.create_node('tester')
        self.received = defaultdict(list)
        self.depth = None
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.tester)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()

    def start(self, **parameters):
        """Start the depth node on the small network."""
        from depthanyevent_ros.nodes.depth_node import DepthNode
        values = {'weights': self.weights, 'engine.name': 'openvino', 'engine.precision': 'f32',
                  'engine.input_width': 98, 'engine.input_height': 70, 'engine.threads': 1,
                  'sensor.width': WIDTH, 'sensor.height': HEIGHT, 'window.duration_ms': 10.0,
                  'diagnostics.period_s': 0.1, **parameters}
        self.depth = DepthNode(parameter_overrides=[
            Parameter(name, value=value) for name, value in values.items()])
        self._executor.add_node(self.depth)
        return self.depth

    def start_ready(self, **parameters):
        """Start the depth node and wait until its engine is in use."""
        node = self.start(**parameters)
        self.wait(lambda: 'engine' in self.diagnostics('engine'), 'the engine is not ready')
        return node

    def listen(self, message_type, topic, raw=False):
        """Collect what comes on a topic, in ``received[topic]``."""
        return self.tester.create_subscription(
            message_type, topic, self.received[topic].append, RELIABLE, raw=raw)

    def publisher(self, message_type, topic='events'):
        """Return a publisher that the depth node is subscribed to."""
        publisher = self.tester.create_publisher(message_type, topic, RELIABLE)
        self.wait(publisher.get_subscription_count, f'nobody subscribes {topic}')
        return publisher

    def wait(self, condition, sentence, timeout_s=LATE_S):
        """Wait until a condition holds."""
        deadline_s = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline_s, sentence
            time.sleep(0.01)

    def wait_for(self, topic, n_messages):
        """Wait for so many messages on a topic and return all."""
        self.wait(lambda: len(self.received[topic]) >= n_messages,
                  f'fewer than {n_messages} messages on {topic}')
        return self.received[topic]

    def diagnostics(self, part):
        """Return the latest values of a part, with its level and message."""
        if '/diagnostics' not in self.received:
            self.listen(DiagnosticArray, '/diagnostics')
        for message in reversed(self.received['/diagnostics']):
            for status in message.status:
                if status.name == f'depth: {part}':
                    return {'level': status.level[0], 'message': status.message,
                            **{value.key: value.value for value in status.values}}
        return {}

    def wait_for_value(self, part, key, value):
        """Wait until a value of the diagnostics is as given."""
        self.wait(lambda: self.diagnostics(part).get(key) == str(value),
                  f'{part}: {key} is not {value}')

    def call(self, service_type, name):
        """Call a service without arguments and return its response."""
        client = self.tester.create_client(service_type, name)
        assert client.wait_for_service(LATE_S)
        future = client.call_async(service_type.Request())
        self.wait(future.done, f'no answer from {name}')
        return future.result()

    def close(self):
        """Take everything down, the threads first."""
        self._stop.set()
        self._thread.join()
        if self.depth is not None:
            self.depth.close()
        rclpy.try_shutdown()
        self._executor.shutdown()
        for node in (self.depth, self.tester):
            if node is not None:
                node.destroy_node()
        # A lifecycle node of rclpy holds itself, and its threads of DDS, until it is looked for.
        self.depth = self.tester = self._executor = None
        gc.collect()

    def _spin(self):
        while not self._stop.is_set():
            self._executor.spin_once(timeout_sec=0.05)


@pytest.fixture
def graph(engine_cache, small_weights):
    """Return a ROS graph in which the depth node can be started."""
    rclpy.init()
    graph = Graph(small_weights())
    yield graph
    graph.close()


@pytest.fixture(scope='session')
def teacher_program():
    """Return the teacher node as it is started, but for the number of scenes that it simulates."""
    return """
import sys
from depthanyevent_ros.distillation import factory_set
factory_set.N_SEQUENCES, factory_set.N_WINDOWS, factory_set.EXAM_FRAMES = 4, 4, (1, 3)
from depthanyevent_ros.nodes.teacher_node import main
sys.exit(main())
"""


@pytest.fixture
def make_moving_events():
    """Return a maker of events of an edge that moves right, between two times in ns."""
    def make(start_ns, end_ns, n_events=2000, seed=0):
        random = np.random.default_rng(seed)
        t_ns = np.sort(random.integers(start_ns, end_ns, n_events))
        x = (t_ns // 1_000_000 + random.integers(0, 4, n_events)) % WIDTH
        y = random.integers(0, HEIGHT, n_events)
        return make_events(x, y, t_ns, random.integers(0, 2, n_events))
    return make
