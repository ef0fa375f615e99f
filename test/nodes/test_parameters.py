# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of a node, declared from the parameter file."""

import pytest
from rclpy.parameter import Parameter

from depthanyevent_ros.nodes.parameters import NodeParameters
from depthanyevent_ros.parameters import load_spec
from depthanyevent_ros.pipeline.assembly import check_settings


@pytest.fixture
def parameters(node):
    """Return the depth node's parameters on a plain node, with a list of what was applied."""
    applied = []
    parameters = NodeParameters(node, load_spec('depth'), check_settings, applied.append)
    parameters.applied = applied
    return parameters


def set_one(node, name, value):
    """Set one parameter as `ros2 param set` does."""
    (result,) = node.set_parameters([Parameter(name, value=value)])
    return result


def test_every_parameter_is_declared_with_its_description(node, parameters):
    """`ros2 param describe` prints what the file says."""
    for name, parameter in load_spec('depth').items():
        assert node.get_parameter(name).value == parameter.default
        described = node.describe_parameter(name)
        assert described.description == parameter.description
        assert ('fixed while' in described.additional_constraints) == parameter.read_only
        (bounds,) = described.floating_point_range or described.integer_range or [None]
        assert (bounds and (bounds.from_value, bounds.to_value)) == parameter.bounds


def test_a_change_is_validated_and_applied(node, parameters):
    """The new settings reach the node."""
    assert set_one(node, 'depth.max_m', 40.0).successful
    assert parameters.applied[-1].depth.max_m == 40.0


def test_a_whole_number_is_taken_for_a_double(node, parameters):
    """`ros2 param set /depth window.duration_ms 40` must not fail."""
    assert set_one(node, 'window.duration_ms', 40).successful
    assert parameters.settings().window.duration_ms == 40.0


@pytest.mark.parametrize('name, value', [
    ('depth.mode', 'sometimes'), ('window.duration_ms', -1.0), ('window.event_count', 0),
    ('rectify', 3)])
def test_a_bad_value_is_rejected_with_a_reason_that_names_it(node, parameters, name, value):
    """The node keeps its old value."""
    before = node.get_parameter(name).value
    try:
        result = set_one(node, name, value)
    except Exception as error:  # rclpy itself refuses some, by an exception that names it too
        assert name in str(error)
    else:
        assert not result.successful and name in result.reason
    assert node.get_parameter(name).value == before


def test_values_that_do_not_go_together_are_rejected(node, parameters):
    """A stride must divide the window."""
    result = set_one(node, 'window.stride_ms', 15.0)
    assert not result.successful and 'stride' in result.reason


def test_read_only_parameters_change_only_before_configuration(node, parameters):
    """The reason says what to do."""
    assert set_one(node, 'overload', 'merge').successful
    parameters.frozen = True
    result = set_one(node, 'overload', 'latest')
    assert not result.successful and 'clean the node up' in result.reason
    assert set_one(node, 'depth.max_m', 30.0).successful


def test_parameters_of_others_are_left_alone(node, parameters):
    """use_sim_time belongs to rclpy."""
    assert set_one(node, 'use_sim_time', True).successful
    assert not parameters.applied
