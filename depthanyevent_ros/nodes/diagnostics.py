# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Diagnostics without diagnostic_updater, which has no wheel.

A *part* is a callable that returns a Status; the publisher asks every part once a period.
"""

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Mapping

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


@dataclass
class Status:
    """The state of one part: the worst of what was said of it, and its figures."""

    values: Dict[str, Any] = field(default_factory=dict)
    level: bytes = OK
    message: str = 'ok'

    def warn(self, sentence: str, level: bytes = WARN) -> None:
        """Raise the level; the first sentence of the highest level is the message."""
        if level > self.level:
            self.level, self.message = level, sentence

    def error(self, sentence: str) -> None:
        """Raise the level to ERROR."""
        self.warn(sentence, ERROR)

    def add_counts(self, prefix: str, counts: Mapping[str, int]) -> None:
        """Add one value for each count, as ``prefix.cause``."""
        for cause in sorted(counts):
            self.values[f'{prefix}.{cause}'] = counts[cause]


class DiagnosticsPublisher:
    """
    Publishes the parts of a node on /diagnostics, as ``<node>: <part>`` (REP-107).

    :param parts: by name; called in the executor's thread.
    :param hardware_id: what the figures are of, for example the frame of the camera.
    """

    def __init__(self, node, parts: Mapping[str, Callable[[], Status]], period_s: float,
                 hardware_id: str = ''):
        self.hardware_id = hardware_id
        self._node = node
        self._parts = parts
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self._timer = node.create_timer(period_s, self.publish)

    def publish(self) -> None:
        """Publish the state of every part now."""
        message = DiagnosticArray(
            status=[self._status(name, part()) for name, part in self._parts.items()])
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)

    def destroy(self) -> None:
        """Take timer and publisher down."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._publisher)

    def _status(self, name: str, status: Status) -> DiagnosticStatus:
        values = [KeyValue(key=key, value=_text(value)) for key, value in status.values.items()]
        return DiagnosticStatus(
            name=f'{self._node.get_name()}: {name}', level=status.level, message=status.message,
            hardware_id=self.hardware_id, values=values)


def _text(value: Any) -> str:
    return f'{value:.4g}' if isinstance(value, float) else str(value)
