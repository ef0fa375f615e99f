# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The input half of the recipe: messages of events in, closed windows out."""

from typing import Iterator, Optional

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.clock import SensorClock
from depthanyevent_ros.events.input import EventInput
from depthanyevent_ros.events.last_event_map import View
from depthanyevent_ros.events.types import EventMessage
from depthanyevent_ros.events.window_builder import WindowBuilder
from depthanyevent_ros.events.windows import ClosedWindow
from depthanyevent_ros.parameters import Settings
from depthanyevent_ros.pipeline.assembly import make_window_builder

#: Each jump of time may give out a gap's worth of windows: a payload that is not what its encoding
#: says jumps with every few events, and must not keep the node from the next message.
MAX_JUMPS = 16


class EventFront:
    """
    Decodes, accumulates, and keeps the clocks together, for one sensor.

    :param view: where events are moved to (the rectified view), None for the sensor's own.
    """

    def __init__(self, settings: Settings, width: int, height: int, view: Optional[View] = None):
        self.width, self.height, self.view = width, height, view
        self.input = EventInput(self._on_input_reset, width, height)
        self.clock = SensorClock()
        self.windows: WindowBuilder = make_window_builder(settings, width, height, view)

    def feed(self, message: EventMessage) -> Iterator[ClosedWindow]:
        """
        Take a message and yield the windows that it closes.

        :raises MalformedInput: if the message, or the rest of it, cannot be used; nothing else
            is lost.
        """
        before = epoch = self.windows.epoch
        blocks = self.input.blocks(message)
        for block in blocks:
            windows = self.windows.feed(block)
            for window in windows:
                yield window
                if self.windows.epoch - before > MAX_JUMPS:
                    windows.close()             # counts the events that are left out
                    self.clock.reset()
                    blocks.throw(MalformedInput(    # counted by the input, which resynchronises
                        'time_disorder', f'time jumps more than {MAX_JUMPS} times within one '
                        f'message: is its payload {message.encoding!r}, as it says?'))
            if self.windows.epoch != epoch:     # sensor time has jumped: the offset is another
                epoch = self.windows.epoch
                self.clock.reset()
        if self.input.last_event_ns is not None:
            self.clock.add(self.input.last_event_ns, message.stamp_ns, self.input.first_event_ns)

    def change(self, reason: str, settings: Settings, view: Optional[View]) -> None:
        """
        Go on with other windows or another view.

        It is a reset: the epoch moves on, so that whoever steps on the windows begins with the
        zero state. What was counted so far stays.
        """
        old = self.windows
        old.reset(reason)
        self.windows = make_window_builder(settings, self.width, self.height, view)
        self.windows.counts, self.windows.resets = old.counts, old.resets
        self.windows.epoch = old.epoch
        self.view = view

    def reset(self, reason: str) -> None:
        """Forget everything that depends on past time."""
        self.windows.reset(reason)
        self.input.resync()
        self.clock.reset()

    def _on_input_reset(self, reason: str) -> None:
        self.windows.reset(reason)
        self.clock.reset()
