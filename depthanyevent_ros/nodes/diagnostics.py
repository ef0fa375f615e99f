# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Diagnostics without diagnostic_updater, which has no wheel.

A *part* is a callable that returns a Status; the publisher asks every part once a period.
"""

from typing import Callable, Mapping

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType

from depthanyevent_ros.pipeline.status import Status


class DiagnosticsPublisher:
    """
    Publishes the parts of a node on /diagnostics, as ``<node>: <part>`` (REP-107).

    :param parts: by name; called in the executor's thread.
    """

    def __init__(self, node, parts: Mapping[str, Callable[[], Status]], period_s: float):
        self._node = node
        self._parts = parts
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        # On the steady clock: a /clock that stands still is what diagnostics must survive.
        self._timer = node.create_timer(
            period_s, self.publish, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def publish(self) -> None:
        """Publish the state of every part now."""
        message = DiagnosticArray(status=[to_diagnostic_status(self._node, name, asked(part))
                                          for name, part in self._parts.items()])
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)

    def destroy(self) -> None:
        """Take timer and publisher down."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._publisher)


def asked(part: Callable[[], Status]) -> Status:
    """Return what a part says; a fault in saying it must not end the node."""
    try:
        return part()
    except Exception as error:  # other threads go on counting while it is asked, for instance
        status = Status()
        status.error(f'these diagnostics failed: {error!r}')
        return status


def to_diagnostic_status(node, name: str, status: Status) -> DiagnosticStatus:
    """Return the message of a part; with the namespace, so that two cameras are told apart."""
    return DiagnosticStatus(
        name=f'{node.get_fully_qualified_name().lstrip("/")}: {name}',
        level=bytes([status.level]), message=status.message, hardware_id='event_camera',
        values=[KeyValue(key=key, value=value) for key, value in status.texts().items()])
