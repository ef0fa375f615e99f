# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The teacher node: lifecycle, parameters and services around a TeacherSession."""

import os
import sys
from typing import Callable, Optional

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.clock import Clock, ClockType, JumpThreshold
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_srvs.srv import Trigger

from depthanyevent_ros.errors import ConfigError, DepthAnyEventError
from depthanyevent_ros.nodes.closing_node import ClosingNode, FAILURE, SUCCESS
from depthanyevent_ros.nodes.diagnostics import asked, DiagnosticsPublisher, to_diagnostic_status
from depthanyevent_ros.nodes.parameters import NodeParameters
from depthanyevent_ros.nodes.spin import run_node
from depthanyevent_ros.nodes.teacher.parts import adaptation_status, teacher_parts
from depthanyevent_ros.nodes.teacher.session import TeacherSession
from depthanyevent_ros.parameters import load_spec


class TeacherNode(ClosingNode):
    """
    Frames and events in, better weights for the depth node out; off until asked for.

    Subscribes ``events`` and ``image``; publishes ``~/status`` (latched) and ``/diagnostics``;
    serves ``~/adapt``, ``~/freeze`` and ``~/rollback``.
    """

    def __init__(self, **arguments):
        super().__init__('teacher', **arguments)
        self._session: Optional[TeacherSession] = None
        self._diagnostics: Optional[DiagnosticsPublisher] = None
        self._declared = NodeParameters(
            self, load_spec('teacher'), check_settings, lambda settings: self._apply(settings))
        self._status = self.create_publisher(DiagnosticStatus, '~/status', QoSProfile(
            depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
        self._triggers = [
            self._service('~/adapt', lambda labour: labour.adapt(), 'learning from now on'),
            self._service('~/freeze', lambda labour: labour.freeze(),
                          'learning nothing from now on; the weights in use stay'),
            self._service('~/rollback', lambda labour: labour.roll_back(),
                          'going back to the weights before these', always=True)]
        self._jump = self.get_clock().create_jump_callback(
            JumpThreshold(min_forward=None, min_backward=Duration(nanoseconds=-1)),
            post_callback=lambda _: self._reset('clock_jump'))
        self.start_if_wanted()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Build everything from the parameters; a parameter that cannot be used is a FAILURE."""
        try:
            settings = self._declared.settings()
            self._session = TeacherSession(self, settings)
        except DepthAnyEventError as error:
            self.get_logger().error(f'not configured: {error}')
            return FAILURE
        self._declared.frozen = True
        period_s = settings.diagnostics.period_s
        self._diagnostics = DiagnosticsPublisher(self, teacher_parts(self._session), period_s)
        self._timer = self.create_timer(period_s, self._publish_status,
                                        clock=Clock(clock_type=ClockType.STEADY_TIME))
        return SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to read events and frames."""
        self._session.reset('activated')
        self._session.active = True
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop reading; what was learned stays."""
        self._session.active = False
        return super().on_deactivate(state)

    def interrupt(self) -> None:
        """No callback of this node waits for anything."""

    def close(self) -> None:
        """Stop the learner and free everything; may be called from any state, and twice."""
        self._declared.frozen = False
        session, self._session = self._session, None
        diagnostics, self._diagnostics = self._diagnostics, None
        if diagnostics is not None:
            diagnostics.destroy()
            self.destroy_timer(self._timer)
        if session is not None:
            session.close()

    def _service(self, name: str, ask: Callable, sentence: str, always: bool = False):
        """Return a service that asks the labour for something, or ``always`` for that."""
        def answer(_, response: Trigger.Response) -> Trigger.Response:
            try:
                if self._session is None:
                    raise DepthAnyEventError('the node is not configured')
                if self._session.labour.problem and not always:
                    raise DepthAnyEventError(self._session.labour.problem)
                ask(self._session.labour)
                response.success, response.message = True, sentence
            except DepthAnyEventError as error:
                response.success, response.message = False, str(error)
            return response
        return self.create_service(Trigger, name, answer)

    def _publish_status(self) -> None:
        self._status.publish(to_diagnostic_status(
            self, 'adaptation', asked(lambda: adaptation_status(self._session))))

    def _reset(self, reason: str) -> None:
        if self._session is not None:
            self._session.reset(reason)

    def _apply(self, settings) -> None:
        if self._session is not None:
            self._session.settings = self._session.labour.settings = settings


def check_settings(settings) -> None:
    """Raise ConfigError for parameters that do not go together."""
    from depthanyevent_ros.distillation.assembly import make_plan
    make_plan(settings)
    if bool(settings.sensor.width) != bool(settings.sensor.height):
        raise ConfigError('sensor.width and sensor.height must be given together')


def main(args=None) -> int:
    """Run the teacher node until it is stopped, behind everything else on its processor."""
    def make() -> TeacherNode:
        node = TeacherNode()
        os.nice(node.get_parameter('nice').value)
        return node
    return run_node(make, args)


if __name__ == '__main__':
    sys.exit(main())
