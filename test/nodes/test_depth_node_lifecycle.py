# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The depth node's lifecycle, and how its process ends."""

import os
import signal
import subprocess
import sys
import time

from dvs_msgs.msg import EventArray
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
import pytest
from sensor_msgs.msg import Image

from depthanyevent_ros.events.cdr import serialize_event_array

LATE_S = 60
START_NS = 1_505_000_000_000_000_000
MS = 1_000_000
WIDTH, HEIGHT = 64, 48


def state_of(graph):
    """Return the name of the node's lifecycle state."""
    return graph.call(GetState, 'depth/get_state').current_state.label


def change(graph, transition):
    """Ask for a transition and return whether it succeeded."""
    client = graph.tester.create_client(ChangeState, 'depth/change_state')
    assert client.wait_for_service(LATE_S)
    future = client.call_async(ChangeState.Request(transition=Transition(id=transition)))
    graph.wait(future.done, 'no answer to the transition')
    return future.result().success


def publish_windows(graph, publisher, make_moving_events, start_ms, n_windows=3):
    """Publish events for so many windows of 10 ms and the event that closes the last."""
    for at_ms in range(start_ms, start_ms + 10 * n_windows + 2, 2):
        first_ns = START_NS + at_ms * MS
        events = make_moving_events(first_ns, first_ns + 2 * MS, 200, seed=at_ms)
        events['t_ns'][0] = first_ns
        publisher.publish(bytes(serialize_event_array(events, first_ns, '', WIDTH, HEIGHT)))


def test_the_node_configures_and_activates_itself(graph):
    """Who starts it by hand wants depth, not a state machine."""
    graph.start()
    assert state_of(graph) == 'active'


def test_without_autostart_it_waits_for_a_manager(graph):
    """A lifecycle manager drives it from unconfigured."""
    graph.start(autostart=False)
    assert state_of(graph) == 'unconfigured'
    assert change(graph, Transition.TRANSITION_CONFIGURE)
    assert state_of(graph) == 'inactive'
    assert change(graph, Transition.TRANSITION_ACTIVATE)
    assert state_of(graph) == 'active'


def test_the_whole_circle_and_round_again(graph, make_moving_events):
    """Deactivate, clean up, configure, activate: depth flows again from the zero state."""
    graph.listen(Image, 'depth/image_raw')
    graph.start_ready(overload='lossless')
    publisher = graph.publisher(EventArray)
    publish_windows(graph, publisher, make_moving_events, 0)
    graph.wait_for('depth/image_raw', 3)
    for transition in (Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP,
                       Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
        assert change(graph, transition)
    graph.received['/diagnostics'].clear()
    graph.wait(lambda: 'engine' in graph.diagnostics('engine'), 'no engine')
    graph.wait(publisher.get_subscription_count, 'nobody subscribes events')
    publish_windows(graph, publisher, make_moving_events, 0)
    graph.wait_for('depth/image_raw', 6)


def test_an_inactive_node_reads_no_events(graph, make_moving_events):
    """The gate is closed; the subscription and the engine stay for a quick return."""
    graph.listen(Image, 'depth/image_raw')
    node = graph.start_ready(overload='lossless')
    publisher = graph.publisher(EventArray)
    assert change(graph, Transition.TRANSITION_DEACTIVATE)
    publish_windows(graph, publisher, make_moving_events, 0)
    graph.wait(lambda: 'inactive' in graph.diagnostics('input').get('message', ''),
               'the diagnostics do not say that it is inactive')
    assert change(graph, Transition.TRANSITION_ACTIVATE)
    publish_windows(graph, publisher, make_moving_events, 100)
    received = graph.wait_for('depth/image_raw', 3)
    assert received[0].header.stamp.nanosec == 110 * MS
    assert node._session.sensor.front.windows.resets['activated'] == 2   # at start and now


@pytest.mark.parametrize('parameters, told', [
    ({'weights': 'no/such.pth'}, 'no/such.pth'),
    ({'depth.mode': 'metric'}, 'metric'),
    ({'window.stride_ms': 3.0}, 'stride'),
    ({'sensor.height': 0}, 'sensor.width'),
])
def test_a_configuration_that_cannot_be_used_is_a_failure_with_a_sentence(
        graph, capfd, parameters, told):
    """The node stays unconfigured and lives, so that the parameter can be mended."""
    graph.start(**parameters)
    assert state_of(graph) == 'unconfigured'
    said = capfd.readouterr().err
    assert 'not configured' in said and told in said


def test_a_qos_override_that_cannot_be_used_leaves_nothing_on_the_graph(graph):
    """The outputs are made before the subscription whose QoS is refused."""
    node = graph.start(**{'qos_overrides./camera_info.subscription.reliability': 'nonsense'})
    assert state_of(graph) == 'unconfigured'
    assert not node.count_publishers('/depth/image_raw')


def test_a_mended_parameter_lets_it_configure(graph):
    """What failed is corrected by `ros2 param set`, without a restart."""
    from rclpy.parameter import Parameter
    node = graph.start(**{'depth.mode': 'metric'})
    assert node.set_parameters([Parameter('depth.mode', value='relative')])[0].successful
    assert change(graph, Transition.TRANSITION_CONFIGURE)
    assert state_of(graph) == 'inactive'


@pytest.mark.parametrize('where', ['unconfigured', 'inactive', 'active'])
def test_shutdown_works_from_every_state(graph, where):
    """The threads are gone afterwards."""
    transition = {'unconfigured': Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
                  'inactive': Transition.TRANSITION_INACTIVE_SHUTDOWN,
                  'active': Transition.TRANSITION_ACTIVE_SHUTDOWN}[where]
    node = graph.start(autostart=where == 'active')
    if where == 'inactive':
        assert change(graph, Transition.TRANSITION_CONFIGURE)
    assert change(graph, transition)
    assert state_of(graph) == 'finalized'
    assert node._session is None


def test_closing_while_the_engine_is_built_does_not_wait_for_it(graph, small_weights):
    """A build takes a minute; Ctrl-C must not."""
    graph.weights = str(small_weights(seed=77))
    node = graph.start()
    graph.wait(lambda: node._session.seat.doing.startswith('building'), 'nothing is built')
    started_s = time.monotonic()
    node.close()
    assert time.monotonic() - started_s < 30


@pytest.fixture
def start_process(engine_cache, small_weights):
    """Return a function that starts the node as a process of its own and waits until it is up."""
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, '-m', 'depthanyevent_ros.nodes.depth_node', '--ros-args',
             '-p', f'weights:={small_weights()}', '-p', 'sensor.width:=64',
             '-p', 'sensor.height:=48', '-p', 'engine.input_width:=98',
             '-p', 'engine.input_height:=70', '-p', 'engine.name:=openvino',
             '-p', 'engine.precision:=f32', '-p', 'engine.threads:=1', *arguments],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=dict(os.environ, PYTHONUNBUFFERED='1'))
        started.append(process)
        return process
    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_lossless_input_that_waits_for_its_engine_can_be_interrupted(
        graph, start_process, small_weights, make_moving_events):
    """The hand-over is full and the executor waits: Ctrl-C must not wait for the build."""
    process = start_process('-p', f'weights:={small_weights(seed=88)}',
                            '-p', 'overload:=lossless', '-p', 'window.duration_ms:=10.0',
                            '-p', 'sensor.width:=0', '-p', 'sensor.height:=0')
    publisher = graph.publisher(EventArray)
    publish_windows(graph, publisher, make_moving_events, 0, n_windows=30)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=LATE_S)
    assert process.returncode == 0, said
    assert 'engine in use' not in said and 'Traceback' not in said, said


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('said', ['weights', 'engine in use'])
def test_the_process_ends_cleanly_on_a_signal(start_process, number, said):
    """Exit code 0 and no abort message, while the engine is prepared and when it runs."""
    process = start_process()
    for line in process.stderr:
        if said in line:
            break
    process.send_signal(number)
    _, rest = process.communicate(timeout=LATE_S)
    assert process.returncode == 0, rest
    assert 'terminate called' not in rest and 'Traceback' not in rest, rest
