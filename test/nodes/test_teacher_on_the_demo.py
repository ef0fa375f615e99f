# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The nodes of distill.launch.py, as processes, on the bundled recording, with all services called.

The depth node runs as it does on a robot: the shipped weights at 20 Hz, windows for which there is
no time are dropped. The bounds of the gate are off: whether learning helps is tested elsewhere.
"""

from contextlib import ExitStack
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticStatus
import pytest
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import Image
from std_srvs.srv import Trigger

from depthanyevent_ros.cli.demo import BUNDLED
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.nodes.bench.depth_child import MODULE
from depthanyevent_ros.nodes.child_process import ChildProcess
from depthanyevent_ros.nodes.depth_watch import DepthWatch

pytestmark = [pytest.mark.ros, pytest.mark.slow]

CONFIG = Path(__file__).parents[2] / 'config'
QUICK = ('robot:=demo', 'spare_time:=false', 'learner.input_height:=64', 'learner.input_width:=96',
         'learner.n_warm:=1', 'pairs.n_windows:=3', 'plan.batch:=2', 'plan.min_lessons:=2',
         'plan.examine_every:=4', 'gate.min_held_out:=1', 'gate.min_gain:=0.0',
         'gate.factory_loss:=10.0', 'gate.min_spread:=0.0', 'gate.min_correlation:=-1.0',
         'watch.lessons:=1000', 'watch.worse:=9.0', 'watch.much_worse:=10.0',
         'cadence.agreed:=0.0', 'learner.learning_rate:=0.001', 'learner.average:=0.5',
         'diagnostics.period_s:=0.2')


def parameters(path, changes=()):
    """Return the command line of a node."""
    return ['--ros-args', '--params-file', str(CONFIG / path), '-r', 'image:=image_raw',
            *(word for change in changes for word in ('-p', change))]


@pytest.fixture
def robot(graph, tmp_path, monkeypatch, teacher_program):
    """Return the graph with both nodes and a camera; ``status`` is the teacher's."""
    program = tmp_path / 'few_scenes_teacher.py'
    program.write_text(teacher_program)
    monkeypatch.setenv('PYTHONPATH', f'{tmp_path}:{Path(__file__).parents[2]}')
    monkeypatch.setenv('OMP_NUM_THREADS', '1')          # threads that spin would starve the rest
    graph.status, graph.watch = {}, DepthWatch(graph.tester)

    def take(message):
        graph.status.update({value.key: value.value for value in message.values},
                            message=message.message)
    graph.tester.create_subscription(DiagnosticStatus, 'teacher/status', take, QoSProfile(
        depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
    with ExitStack() as stack:
        stack.enter_context(ChildProcess(MODULE, parameters(
            'davis346.yaml', ['engine.threads:=1', 'diagnostics.period_s:=0.2']),
            tmp_path / 'depth.log'))
        graph.wait(lambda: graph.watch.is_ready, 'the depth node is not ready')
        stack.enter_context(ChildProcess('depthanyevent_ros', [
            'play', str(BUNDLED), '--loop', 'inf', '--monotone', '--stamps', 'now',
            '--rate', '0.5', '--wait-for-subscribers', '1'], tmp_path / 'play.log'))
        stack.enter_context(ChildProcess(program.stem, parameters(
            'teacher_davis346.yaml', QUICK), tmp_path / 'teacher.log'))
        graph.wait(lambda: graph.status.get('doing') == 'ready', 'the teacher is not ready')
        yield graph


def test_weights_are_learned_taken_over_undone_and_loaded_while_depth_goes_on(robot):
    """Every service of both nodes that has to do with weights, called as a user would."""
    robot.listen(Image, 'depth/image_raw', raw=True)
    factory = find_weights('default').sha256

    def running():
        return robot.watch.part('engine').values.get('weights_sha256')

    assert robot.status['state'] == 'off' and robot.status['lineage'] == 'factory'
    assert robot.call(Trigger, 'teacher/adapt').success
    robot.wait(lambda: robot.status['version'] != 'factory', 'nothing was learned')
    assert robot.call(Trigger, 'teacher/freeze').success
    robot.wait(lambda: robot.status['state'] == 'off', 'it learns on')
    assert ' from ' in robot.status['lineage']
    robot.wait(lambda: running() not in (None, factory), 'nothing was taken over', 400)
    assert robot.call(Trigger, 'teacher/rollback').success
    robot.wait(lambda: robot.status['state'] == 'rolled_back', 'it is not undone')
    while robot.status['version'] != 'factory':         # several may have been promoted
        version = robot.status['version']
        assert robot.call(Trigger, 'teacher/rollback').success
        robot.wait(lambda: robot.status['version'] != version, 'the next is not undone')
    robot.wait(lambda: running() == factory, 'the depth node did not follow', 400)
    refused = robot.call(Trigger, 'teacher/rollback')
    assert not refused.success and 'nothing before them' in refused.message
    # The depth node's own services: weights by name, and back.
    client = robot.tester.create_client(SetParameters, 'depth/set_parameters')
    future = client.call_async(SetParameters.Request(parameters=[
        Parameter('weights', value='default').to_parameter_msg()]))
    robot.wait(future.done, 'no answer')
    assert robot.call(Trigger, 'depth/load_weights').success
    n_maps = len(robot.received['depth/image_raw'])
    robot.wait_for('depth/image_raw', n_maps + 20)
    assert robot.watch.count('inference', 'state_reset.not_finite') == 0
