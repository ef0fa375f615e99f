# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the node from ROS arguments, and windows in words."""

from types import SimpleNamespace

import pytest

from depthanyevent_ros.cli.node_settings import parameters_of_ros_args, window_rule
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.parameters import load_spec


def test_ros_arguments_set_parameters_and_the_last_one_wins(tmp_path):
    """Files and words as ROS takes them; what is no parameter of the node is left to ROS."""
    preset = tmp_path / 'preset.yaml'
    preset.write_text('/**:\n  ros__parameters:\n    use_sim_time: true\n'
                      '    window: {duration_ms: 20.0, stride_ms: 10.0}\n')
    args = ['--ros-args', '-p', 'window.duration_ms:=30.0', '--params-file', str(preset),
            '--param', 'window.stride_ms:=5.0', '-r', 'events:=/davis/events',
            '-p', 'qos_overrides./depth/points.publisher.depth:=3']
    assert parameters_of_ros_args(args, load_spec('depth')) == {
        'window.duration_ms': 20.0, 'window.stride_ms': 5.0}
    assert parameters_of_ros_args([], load_spec('depth')) == {}


def test_a_value_that_cannot_be_used_names_its_parameter():
    """Before any node is started."""
    with pytest.raises(ConfigError, match='window.duration_ms'):
        parameters_of_ros_args(['--ros-args', '-p', 'window.duration_ms:=-1'], load_spec('depth'))


@pytest.mark.parametrize('policy, stride, rule', [
    ('time', 0, '50 ms'), ('time', 10, '50 ms every 10 ms'), ('count', 0, '900 events'),
    ('count', 30, '900 events every 30 events'), ('time_or_count', 0, '50 ms or 900 events')])
def test_windows_are_told_in_words(policy, stride, rule):
    """As the report shows them."""
    window = SimpleNamespace(policy=policy, duration_ms=50.0, stride_ms=float(stride),
                             event_count=900, stride_events=stride)
    assert window_rule(window) == rule
