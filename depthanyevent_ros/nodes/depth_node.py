# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The depth node: lifecycle, parameters and services around a DepthSession."""

import sys
from typing import Callable, Optional

from rclpy.clock import JumpThreshold
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from std_srvs.srv import Trigger

from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.nodes.closing_node import ClosingNode, FAILURE, SUCCESS
from depthanyevent_ros.nodes.depth.parts import depth_parts
from depthanyevent_ros.nodes.depth.session import DepthSession
from depthanyevent_ros.nodes.diagnostics import DiagnosticsPublisher
from depthanyevent_ros.nodes.parameters import NodeParameters
from depthanyevent_ros.nodes.spin import run_node
from depthanyevent_ros.parameters import load_spec
from depthanyevent_ros.pipeline.assembly import check_settings


class DepthNode(ClosingNode):
    """
    Events in, dense depth out.

    Subscribes ``events`` and ``camera_info``; publishes ``depth/image_raw`` (or
    ``depth/image_rect``), ``depth/camera_info``, ``depth/points``, ``depth/image_color``,
    ``depth/tencode`` and ``/diagnostics``; serves ``~/reset``, ``~/load_weights`` and
    ``~/rollback``.
    """

    def __init__(self, **arguments):
        super().__init__('depth', **arguments)
        self._session: Optional[DepthSession] = None
        self._diagnostics: Optional[DiagnosticsPublisher] = None
        self._declared = NodeParameters(
            self, load_spec('depth'), self._check, self._on_parameters)
        self._triggers = [self.create_service(Trigger, '~/reset', self._on_reset),
                          self.create_service(Trigger, '~/load_weights', self._on_load_weights),
                          self.create_service(Trigger, '~/rollback', self._on_rollback)]
        # Replay jumps back in time when a bag loops; a live clock never does.
        self._jump = self.get_clock().create_jump_callback(
            JumpThreshold(min_forward=None, min_backward=Duration(nanoseconds=-1)),
            post_callback=lambda _: self._reset('clock_jump'))
        self.start_if_wanted()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Build everything from the parameters; a parameter that cannot be used is a FAILURE."""
        try:
            settings = self._declared.settings()
            self._session = DepthSession(self, settings)
        except DepthAnyEventError as error:
            self.get_logger().error(f'not configured: {error}')
            return FAILURE
        self._declared.frozen = True
        self._diagnostics = DiagnosticsPublisher(
            self, depth_parts(self._session), settings.diagnostics.period_s)
        for sentence in self._session.announcements():
            self.get_logger().info(sentence)
        return SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to read events, from the zero state."""
        result = super().on_activate(state)
        self._session.activate()
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop reading events; subscriptions and engine stay."""
        self._session.deactivate()
        return super().on_deactivate(state)

    def interrupt(self) -> None:
        """End a wait for the inference thread: a lossless input may be in the middle of one."""
        session = self._session
        if session is not None:
            session.handover.close()

    def close(self) -> None:
        """Stop the worker and free everything; may be called from any state, and twice."""
        self._declared.frozen = False
        session, self._session = self._session, None
        diagnostics, self._diagnostics = self._diagnostics, None
        if diagnostics is not None:
            diagnostics.destroy()
        if session is not None:
            session.close()

    def _reset(self, reason: str) -> bool:
        if self._session is not None:
            self._session.reset(reason)
        return self._session is not None

    def _check(self, settings) -> None:
        check_settings(settings)
        if self._session is not None:           # only then are the weights known
            self._session.check(settings)

    def _on_parameters(self, settings) -> None:
        if self._session is not None:
            self._session.apply(settings)

    def _on_reset(self, _, response: Trigger.Response) -> Trigger.Response:
        response.success = self._reset('service')
        response.message = 'reset' if response.success else 'the node is not configured'
        return response

    def _on_load_weights(self, _, response: Trigger.Response) -> Trigger.Response:
        """Load the weights that the parameter ``weights`` names."""
        return self._answer(response, lambda session: session.load_weights(
            self.get_parameter('weights').value))

    def _on_rollback(self, _, response: Trigger.Response) -> Trigger.Response:
        """Go back to the weights before these, and let the parameter ``weights`` say so."""
        def roll_back(session: DepthSession) -> str:
            name = session.seat.roll_back()
            self.set_parameters([Parameter('weights', value=name)])
            return f'back to {name}'
        return self._answer(response, roll_back)

    def _answer(self, response: Trigger.Response, ask: Callable[[DepthSession], str]
                ) -> Trigger.Response:
        """Fill in what the session answers."""
        try:
            if self._session is None:
                raise DepthAnyEventError('the node is not configured')
            response.message, response.success = ask(self._session), True
        except DepthAnyEventError as error:
            response.success, response.message = False, str(error)
        return response


def main(args=None) -> int:
    """Run the depth node until it is stopped."""
    return run_node(DepthNode, args)


if __name__ == '__main__':
    sys.exit(main())
