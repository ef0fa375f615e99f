# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Following a depth node from outside, by its diagnostics."""

from dataclasses import dataclass, field
import threading
import time
from typing import Dict, Optional

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.srv import GetState


@dataclass(frozen=True)
class Part:
    """The last word of one part of a node."""

    is_error: bool = False
    message: str = ''
    values: Dict[str, str] = field(default_factory=dict)


class DepthWatch:
    """What the node ``name`` said last; may be read from any thread."""

    def __init__(self, node, name: str = 'depth'):
        self._prefix = f'{name}: '
        self._parts: Dict[str, Part] = {}
        self._lock = threading.Lock()
        self.n_heard = 0
        self.changed_s = time.monotonic()       # when the node last made progress
        self._subscription = node.create_subscription(
            DiagnosticArray, '/diagnostics', self._on_diagnostics, 50)
        self._states = node.create_client(GetState, f'{name}/get_state')
        self._state = None                      # the answer that was asked for

    def lifecycle_state(self) -> Optional[str]:
        """Return the latest answer to what state the node is in, None before the first one."""
        if self._state is None:
            if self._states.service_is_ready():
                self._state = self._states.call_async(GetState.Request())
            return None
        if not self._state.done():
            return None
        label, self._state = self._state.result().current_state.label, None
        return label

    def part(self, name: str) -> Part:
        """Return the last word of a part; an empty one before it was heard."""
        with self._lock:
            return self._parts.get(name, Part())

    def count(self, part: str, key: str) -> int:
        """Return a count, 0 where the node said nothing of it."""
        return int(float(self.part(part).values.get(key, 0)))

    @property
    def is_ready(self) -> bool:
        """Whether the node has an engine in use: only that one says its name."""
        engine = self.part('engine').values
        return 'engine' in engine and engine.get('doing', 'nothing') == 'nothing'

    @property
    def engine_problem(self) -> Optional[str]:
        """Why there will be no engine, or None."""
        engine = self.part('engine')
        return engine.message if engine.is_error else None

    @property
    def doing(self) -> str:
        """What the node is preparing."""
        return self.part('engine').values.get('doing', 'starting')

    @property
    def n_events(self) -> int:
        """Events that the node has read."""
        return self.count('input', 'events_total')

    @property
    def n_windows(self) -> int:
        """Windows that were closed."""
        return self.count('windows', 'windows_total')

    @property
    def n_depth(self) -> int:
        """Depth maps that were published."""
        return self.count('output', 'depth_total')

    @property
    def n_settled(self) -> int:
        """Windows that will not give another depth: published, dropped, merged or failed."""
        lost = sum(int(value) for key, value in self.part('inference').values.items()
                   if key.startswith(('windows.', 'failed.')))
        return self.n_depth + lost + self.count('input', 'not_used.engine_not_ready')

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        heard = {}
        for status in message.status:
            if status.name.startswith(self._prefix):
                heard[status.name[len(self._prefix):]] = Part(
                    status.level == DiagnosticStatus.ERROR, status.message,
                    {pair.key: pair.value for pair in status.values})
        before = (self.n_events, self.n_settled)
        with self._lock:
            self._parts.update(heard)
        self.n_heard += bool(heard)
        if (self.n_events, self.n_settled) != before:
            self.changed_s = time.monotonic()
