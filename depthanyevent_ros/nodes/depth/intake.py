# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The executor thread's half of the recipe: from messages to windows that are handed over."""

from collections import Counter
import time
import traceback
from typing import Callable

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.types import EventMessage
from depthanyevent_ros.nodes.depth.event_subscription import event_qos, EventSubscription
from depthanyevent_ros.nodes.throttled_log import ThrottledLog
from depthanyevent_ros.pipeline.engine_seat import EngineSeat
from depthanyevent_ros.pipeline.handover import Handover
from depthanyevent_ros.pipeline.sensor import Sensor
from depthanyevent_ros.pipeline.statistics import Rate


class EventIntake:
    """
    Takes messages of events, accumulates them, and hands the windows over that they close.

    :param sensor: has the input as soon as the size (rectified: the calibration too) is known.
    :param handover: where the inference thread takes the windows.
    :param on_size: called when a message has told the size of the sensor.
    """

    def __init__(self, node, settings, sensor: Sensor, handover: Handover, seat: EngineSeat,
                 log: ThrottledLog, on_size: Callable[[], None]):
        self.settings = settings
        self.counts = Counter()                 # messages and windows that were not used, by cause
        self.event_rate, self.window_rate = Rate(), Rate()
        self.active = False
        self.frame_id = settings.frame_id
        self._sensor, self._handover, self._seat = sensor, handover, seat
        self._log = log
        self._on_size = on_size
        self._last_event_s = self._last_message_s = time.monotonic()
        self.events = EventSubscription(
            node, settings.event_type, event_qos(settings.overload == 'lossless'),
            self._on_events, self.may_subscribe)

    def activate(self) -> None:
        """Begin to read events."""
        self._last_event_s = time.monotonic()
        self.active = True

    def may_subscribe(self) -> bool:
        """Tell whether events are wanted: a lossless replay waits for the engine, if it can."""
        return (self.settings.overload != 'lossless' or self._seat.has_engine
                or not self._sensor.has_size)

    def silent_s(self) -> float:
        """Return for how long there have been no events, s."""
        return time.monotonic() - self._last_event_s

    def only_empty_messages(self) -> bool:
        """Tell whether messages have come since the last one that held an event."""
        return self._last_message_s > self._last_event_s

    def close(self) -> None:
        """Take the subscription down."""
        self.active = False
        self.events.destroy()

    def _on_events(self, data: bytes) -> None:
        if not self.active:
            return
        try:
            self._take(self.events.parse(data))
        except MalformedInput as error:
            self.counts[error.cause] += 1
            self._log.warning(error.cause, f'a message of events could not be read: {error}')
        except Exception as error:  # a fault of ours must not end the stream; it is told
            self.counts['internal_error'] += 1
            self._log.error('internal_error', 'a message of events was lost to a fault: '
                            + ''.join(traceback.format_exception(error)))

    def _take(self, message: EventMessage) -> None:
        self._last_message_s = time.monotonic()
        if self._sensor.front is None:
            self._sensor.take_size(message.width, message.height)
            self._on_size()
        if self._sensor.front is None:          # rectified events wait for a calibration
            self.counts['no_camera_info'] += 1
            return
        self.frame_id = self.settings.frame_id or message.frame_id
        self._feed(message)

    def _feed(self, message: EventMessage) -> None:
        front = self._sensor.front
        n_before = front.input.n_events
        try:
            for window in front.feed(message):
                self._hand_over(window)
        except MalformedInput as error:         # counted by the input
            self._log.warning(error.cause, f'a message of events was not used: {error}')
        n_events = front.input.n_events - n_before
        if n_events:
            self._last_event_s = self._last_message_s
        self.event_rate.add(n_events)

    def _hand_over(self, window) -> None:
        self.window_rate.add()
        # Lossless waits for an engine that is being prepared, but not for one that failed.
        if self._seat.has_engine or (
                self.settings.overload == 'lossless' and self._seat.problem is None):
            self._handover.put(window)
        else:
            self.counts['engine_not_ready'] += 1
