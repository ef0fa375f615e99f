# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameters of a node, from its parameter file."""

from typing import Callable, Dict, Iterable

from rcl_interfaces.msg import FloatingPointRange, IntegerRange
from rcl_interfaces.msg import ParameterDescriptor, SetParametersResult

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.parameters import make_settings, Parameter, Settings


class NodeParameters:
    """
    Declares, validates and reads the parameters of a node.

    A parameter that is marked read-only can be set while the node is unconfigured (nothing has
    been built from it yet) and is refused, with the reason, once it is configured.

    :param spec: from ``load_spec``.
    :param check: called with the complete new settings; raises ConfigError to refuse them.
    :param apply: called with the new settings after run-time changes were accepted.
    """

    def __init__(self, node, spec: Dict[str, Parameter],
                 check: Callable[[Settings], None], apply: Callable[[Settings], None]):
        self.frozen = False                     # True between configure and cleanup
        self._node = node
        self._spec = spec
        self._check = check
        self._apply = apply
        for parameter in spec.values():
            node.declare_parameter(parameter.name, parameter.default, _descriptor(parameter))
        self._values = self._read()
        node.add_on_set_parameters_callback(self._validate)
        node.add_post_set_parameters_callback(self._changed)

    def settings(self) -> Settings:
        """Return the current settings; ConfigError names a value that cannot be used."""
        self._values = self._read()
        settings = make_settings(self._spec, self._values)
        self._check(settings)
        return settings

    def _read(self) -> dict:
        return {name: self._node.get_parameter(name).value for name in self._spec}

    def _validate(self, changes: Iterable) -> SetParametersResult:
        values = dict(self._values)
        try:
            for change in changes:
                parameter = self._spec.get(change.name)
                if parameter is None:           # use_sim_time, qos_overrides and the like
                    continue
                if self.frozen and parameter.read_only:
                    raise ConfigError(f'{change.name} cannot change while the node is configured: '
                                      'clean the node up, set it, and configure it again')
                values[change.name] = parameter.check(change.value)
            self._check(make_settings(self._spec, values))
        except ConfigError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)

    def _changed(self, changes: Iterable) -> None:
        if any(change.name in self._spec for change in changes):
            self._apply(self.settings())


def _descriptor(parameter: Parameter) -> ParameterDescriptor:
    """
    Describe a parameter.

    To rclpy the type stays open; we check it, with a sentence that names the parameter, and take
    50 for 50.0.
    """
    constraints = [f'one of {", ".join(parameter.one_of)}'] if parameter.one_of else []
    if parameter.read_only:                     # rclpy's own mark would forbid it for ever
        constraints.append('fixed while the node is configured')
    descriptor = ParameterDescriptor(
        name=parameter.name, dynamic_typing=True, description=parameter.description,
        additional_constraints='; '.join(constraints))
    if parameter.bounds and parameter.type is int:
        descriptor.integer_range = [IntegerRange(
            from_value=int(parameter.bounds[0]), to_value=int(parameter.bounds[1]), step=0)]
    elif parameter.bounds:
        descriptor.floating_point_range = [FloatingPointRange(
            from_value=float(parameter.bounds[0]), to_value=float(parameter.bounds[1]), step=0.0)]
    return descriptor
