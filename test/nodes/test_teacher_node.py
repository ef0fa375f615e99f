# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The real teacher node beside the real depth node: from frames to weights that are in use."""

import subprocess
import sys
import threading

from diagnostic_msgs.msg import DiagnosticStatus
from dvs_msgs.msg import EventArray
import numpy as np
import pytest
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CameraInfo, Image
from std_srvs.srv import Trigger

from depthanyevent_ros.distillation import factory_set
from depthanyevent_ros.events.cdr import serialize_event_array
from depthanyevent_ros.nodes.messages import to_header, to_image
from depthanyevent_ros.nodes.teacher.parts import input_status

START_NS = 1_700_000_000_000_000_000
MS = 1_000_000
WIDTH, HEIGHT = 64, 48
#: Everything small and quick; the student is the small network of the depth node.
QUICK = {
    'sensor.width': WIDTH, 'sensor.height': HEIGHT, 'pairs.window_ms': 10.0, 'pairs.n_windows': 3,
    'learner.n_warm': 1, 'learner.learning_rate': 2e-3, 'learner.average': 0.5, 'plan.batch': 2,
    'plan.min_lessons': 3, 'plan.steps_per_lesson': 4, 'plan.examine_every': 8,
    'memory.held_out_every': 2, 'gate.min_held_out': 2, 'gate.factory_loss': 10.0,
    'gate.min_spread': 0.0, 'gate.min_correlation': -1.0, 'watch.lessons': 1000,
    'watch.worse': 9.0, 'watch.much_worse': 10.0, 'cadence.least': 1,
    'cadence.agreed': 0.0, 'diagnostics.period_s': 0.1, 'frames.find_offset': False,
    'spare_time': False}            # the machine may be busy


@pytest.fixture(autouse=True)
def few_scenes(monkeypatch):
    """Simulate four short scenes instead of sixteen."""
    monkeypatch.setattr(factory_set, 'N_SEQUENCES', 4)
    monkeypatch.setattr(factory_set, 'N_WINDOWS', 4)
    monkeypatch.setattr(factory_set, 'EXAM_FRAMES', (1, 3))


@pytest.fixture
def teacher(graph):
    """Return a function that starts the teacher node in an executor of its own."""
    from depthanyevent_ros.nodes.teacher_node import TeacherNode
    made, executor, stop = [], SingleThreadedExecutor(), threading.Event()

    def spin():
        while not stop.is_set():
            executor.spin_once(timeout_sec=0.05)

    def start(**parameters):
        values = {**QUICK, 'weights': graph.weights, **parameters}
        made.append(TeacherNode(parameter_overrides=[
            Parameter(name, value=value) for name, value in values.items()]))
        executor.add_node(made[0])
        return made[0]
    thread = threading.Thread(target=spin)
    thread.start()
    yield start
    stop.set()
    thread.join()
    for node in made:
        node.close()
    executor.shutdown()
    for node in made:
        node.destroy_node()


class Camera:
    """A DAVIS: a scene of blocks, seen by frames every 10 ms and by events in between."""

    def __init__(self, graph, make_moving_events):
        self.events, self.images = graph.publisher(EventArray), graph.publisher(Image, 'image')
        self._make, self.now_ms = make_moving_events, 0
        blocks = np.random.default_rng(3).integers(40, 220, (HEIGHT // 8, WIDTH // 8))
        self.picture = np.kron(blocks, np.ones((8, 8))).astype(np.uint8)

    def run(self, n_ms):
        """Publish the next milliseconds."""
        for _ in range(n_ms // 10):
            first_ns = START_NS + self.now_ms * MS
            for part in range(5):
                at_ns = first_ns + 2 * part * MS
                events = self._make(at_ns, at_ns + 2 * MS, 400, seed=self.now_ms + part)
                events['t_ns'][0] = at_ns
                self.events.publish(bytes(serialize_event_array(
                    events, at_ns, 'camera', WIDTH, HEIGHT)))
            self.images.publish(to_image(self.picture, 'mono8', to_header(first_ns, 'camera')))
            self.now_ms += 10


def status_of(graph):
    """Return the values of the latest status, with level and message."""
    if '/teacher/status' not in graph.received:
        graph.tester.create_subscription(
            DiagnosticStatus, 'teacher/status', graph.received['/teacher/status'].append,
            QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
    messages = graph.received['/teacher/status']
    if not messages:
        return {}
    return {'level': messages[-1].level[0], 'message': messages[-1].message,
            **{value.key: value.value for value in messages[-1].values}}


def play_until(graph, camera, condition, sentence, seconds=60):
    """
    Let the camera run until a condition holds.

    Not faster than the depth node: on a busy machine the graph would drop events.
    """
    for _ in range(seconds * 20):
        if condition():
            return
        camera.run(20)
        graph.wait_for('depth/image_raw', camera.now_ms // 10 - 2)
        graph.tester.get_clock().sleep_for(Duration(nanoseconds=30 * MS))
    raise AssertionError(f'{sentence}: {status_of(graph)}')


def test_what_the_teacher_sees_becomes_the_depth_nodes_weights_and_can_be_undone(
        graph, teacher, make_moving_events):
    """Off, asked for, learned, taken over without a missed window, frozen, rolled back."""
    node = graph.start_ready(overload='lossless')
    graph.listen(Image, 'depth/image_raw')
    teacher()
    camera = Camera(graph, make_moving_events)
    graph.wait(lambda: status_of(graph).get('doing') == 'ready', 'the teacher is not ready')
    camera.run(60)
    assert status_of(graph)['state'] == 'off' and 'call ~/adapt' in status_of(graph)['message']
    assert graph.call(Trigger, 'teacher/adapt').success
    play_until(graph, camera, lambda: status_of(graph).get('version') == '1', 'nothing learned')
    play_until(graph, camera, lambda: node._session.worker.n_exchanged == 2, 'nothing taken over')
    learned = node.get_parameter('weights').value
    assert learned.endswith('v000001.safetensors')
    assert graph.call(Trigger, 'teacher/freeze').success
    graph.wait(lambda: status_of(graph).get('state') == 'off', 'it goes on')
    camera.run(40)
    received = graph.wait_for('depth/image_raw', camera.now_ms // 10 - 2)
    stamps = [(m.header.stamp.sec * 10 ** 9 + m.header.stamp.nanosec - START_NS) // MS
              for m in received]
    assert stamps == list(range(10, 10 * len(received) + 1, 10))
    assert node._session.step.recurrence.resets == {}
    assert graph.call(Trigger, 'teacher/rollback').success
    graph.wait(lambda: node.get_parameter('weights').value == graph.weights, 'no way back')
    graph.wait(lambda: status_of(graph).get('state') == 'rolled_back', 'not rolled back')


def test_what_cannot_be_is_said_and_nothing_ends(graph, teacher, make_moving_events):
    """No version to go back to; a teacher that there is not; frames of another size."""
    node = teacher(**{'teacher.name': 'no-such-teacher'})
    graph.wait(lambda: 'no-such-teacher' in status_of(graph).get('message', ''), 'nothing said')
    assert status_of(graph)['level'] == 2
    response = graph.call(Trigger, 'teacher/adapt')
    assert not response.success and 'no-such-teacher' in response.message
    images = graph.publisher(Image, 'image')
    images.publish(to_image(np.zeros((4, 6), np.uint8), 'mono8', to_header(START_NS, '')))
    graph.wait(lambda: node._session.labour.counts['frame_image_size'] == 1, 'not counted')


def test_rectified_lessons_wait_for_a_calibration(graph, teacher, make_moving_events):
    """Without one the diagnostics say so; with one events and frames are used."""
    node = teacher(rectify=True, **{'crop.left': 8})
    camera = Camera(graph, make_moving_events)
    camera.run(20)
    session, labour = node._session, node._session.labour
    graph.wait(lambda: labour.counts['events_without_view'], 'not counted')
    assert 'there is no camera_info' in input_status(session).message
    infos = graph.publisher(CameraInfo, 'camera_info')
    infos.publish(CameraInfo(width=WIDTH, height=HEIGHT, distortion_model='plumb_bob',
                             d=[-0.1, 0.0, 0.0, 0.0, 0.0],
                             k=[50.0, 0.0, 32.0, 0.0, 50.0, 24.0, 0.0, 0.0, 1.0]))
    graph.wait(lambda: labour.view is not None, 'no view')
    camera.run(100)
    graph.wait(lambda: labour.counts['frames'] and labour.maker.memory.newest_ns, 'nothing used')
    assert (labour.maker.width, labour.maker.height) == (WIDTH - 8, HEIGHT)
    assert 'camera_info' not in input_status(session).message


def test_weights_that_cannot_adapt_are_refused_at_once(graph, teacher):
    """More windows to warm up than there are: the node stays unconfigured and says so."""
    node = teacher(**{'learner.n_warm': 3})
    assert node._session is None
    response = graph.call(Trigger, 'teacher/adapt')
    assert not response.success and 'not configured' in response.message


def test_a_teacher_node_that_is_killed_while_it_learns_is_not_missed(
        graph, make_moving_events, tmp_path, teacher_program):
    """Every window has its depth, on weights that are whole; nothing else happens."""
    node = graph.start_ready(overload='lossless')
    graph.listen(Image, 'depth/image_raw')
    values = {**QUICK, 'weights': graph.weights, 'adapt': True, 'gate.min_gain': 0.0}
    arguments = [word for name, value in values.items() for word in (
        '-p', f'{name}:={str(value).lower() if isinstance(value, bool) else value}')]
    with open(tmp_path / 'log', 'wb') as log:
        process = subprocess.Popen([sys.executable, '-c', teacher_program, '--ros-args',
                                    *arguments],
                                   stdout=log, stderr=log)
    camera = Camera(graph, make_moving_events)
    try:
        graph.wait(lambda: status_of(graph).get('doing') == 'ready', 'the teacher is not ready')
        play_until(graph, camera, lambda: int(status_of(graph)['steps']) > 0, 'nothing learned')
    finally:
        process.kill()
        process.wait()
    before = node.get_parameter('weights').value
    camera.run(100)
    received = graph.wait_for('depth/image_raw', camera.now_ms // 10 - 2)
    stamps = [(m.header.stamp.sec * 10 ** 9 + m.header.stamp.nanosec - START_NS) // MS
              for m in received]
    assert stamps == list(range(10, 10 * len(received) + 1, 10))
    assert node.get_parameter('weights').value == before
    assert node._session.step.recurrence.resets == {}
