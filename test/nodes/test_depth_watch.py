# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A depth node is followed by what it says on /diagnostics."""

import time

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode

from depthanyevent_ros.nodes.depth_watch import DepthWatch


def say(level=DiagnosticStatus.OK, message='ok', **parts):
    return DiagnosticArray(status=[
        DiagnosticStatus(level=level, name=f'depth: {name}', message=message,
                         values=[KeyValue(key=k, value=str(v)) for k, v in values.items()])
        for name, values in parts.items()])


@pytest.fixture
def watch(node):
    """Return a watch; messages are handed to it directly."""
    return DepthWatch(node)


def test_nothing_heard_is_not_ready(watch):
    """Every count is 0."""
    assert not watch.is_ready and watch.n_heard == 0 and watch.doing == 'starting'
    assert (watch.n_events, watch.n_windows, watch.n_depth, watch.n_settled) == (0, 0, 0, 0)


def test_a_node_is_ready_when_it_describes_an_engine(watch):
    """While it builds one it says only what it is doing."""
    building = {'weights': 'w', 'weights_source': 'us', 'doing': 'building for 3 s'}
    watch._on_diagnostics(say(engine=building))
    assert not watch.is_ready and watch.doing == 'building for 3 s'
    watch._on_diagnostics(say(engine={**building, 'doing': 'nothing'}))
    assert not watch.is_ready
    watch._on_diagnostics(say(engine={**building, 'doing': 'nothing', 'engine': 'torch'}))
    assert watch.is_ready and watch.engine_problem is None


def test_an_error_of_the_engine_is_passed_on(watch):
    """A warning (untrained weights) is none."""
    watch._on_diagnostics(say(DiagnosticStatus.WARN, 'untrained', engine={}))
    assert watch.engine_problem is None
    watch._on_diagnostics(say(DiagnosticStatus.ERROR, 'no such file', engine={}))
    assert watch.engine_problem == 'no such file'


def test_every_window_is_settled_by_depth_or_by_loss(watch):
    """4 published, 2 dropped, 1 merged, 1 failed, 3 before the engine was ready: 11."""
    watch._on_diagnostics(say(
        output={'depth_total': 4}, windows={'windows_total': 12},
        inference={'windows.dropped': 2, 'windows.merged': 1, 'failed.not_finite': 1,
                   'state_reset.not_finite': 1},
        input={'not_used.engine_not_ready': 3, 'not_used.truncated': 9}))
    assert watch.n_settled == 11 and watch.n_windows == 12


def test_other_nodes_are_not_listened_to(watch):
    """Their parts have other names."""
    message = say(output={'depth_total': 4})
    message.status[0].name = 'teacher: output'
    watch._on_diagnostics(message)
    assert watch.n_depth == 0 and watch.n_heard == 0


def test_progress_is_noticed_and_standstill_is_not(watch):
    """Only a change of the counts is progress."""
    watch._on_diagnostics(say(input={'events_total': 5}))
    changed_s = watch.changed_s
    watch._on_diagnostics(say(input={'events_total': 5}))
    assert watch.changed_s == changed_s
    watch._on_diagnostics(say(input={'events_total': 6}))
    assert watch.changed_s > changed_s


def test_what_is_published_is_heard(node, watch):
    """Over the graph, not by hand."""
    publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
    deadline = time.monotonic() + 60
    while not watch.n_heard and time.monotonic() < deadline:
        publisher.publish(say(output={'depth_total': 7}))
        rclpy.spin_once(node, timeout_sec=0.1)
    assert watch.n_depth == 7


def test_the_state_of_a_lifecycle_node_is_asked_for(node):
    """A node that nobody configured says so; before it answers, nothing is known."""
    watch = DepthWatch(node, 'sleeper')
    assert watch.lifecycle_state() is None
    sleeper = LifecycleNode('sleeper')
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    executor.add_node(sleeper)
    deadline, state = time.monotonic() + 60, None
    while state is None and time.monotonic() < deadline:
        executor.spin_once(timeout_sec=0.1)
        state = watch.lifecycle_state()
    executor.shutdown()
    sleeper.destroy_node()
    assert state == 'unconfigured'
