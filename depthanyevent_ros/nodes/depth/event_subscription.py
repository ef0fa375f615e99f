# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The subscription of events: finds out what is published, and takes raw bytes."""

from importlib import import_module
import time
from typing import Callable, Optional

from rclpy.clock import Clock, ClockType
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.cdr import parse_event_array, parse_event_packet
from depthanyevent_ros.events.types import EventMessage

#: Message module, class, and how its raw bytes are read, by event_type.
EVENT_TYPES = {
    'dvs': ('dvs_msgs', 'EventArray', parse_event_array),
    'packet': ('event_camera_msgs', 'EventPacket', parse_event_packet),
}
POLL_S = 0.1
#: One round of rclpy's executor costs as much as decoding 50,000 events, so at 1000 packets a
#: second it would take half a core. While messages keep coming they are taken here, after short
#: naps, and the executor has its turn once in STAY_S.
NAP_S, STAY_S = 0.002, 0.02


def event_qos(lossless: bool) -> QoSProfile:
    """
    Return the QoS of the events.

    Live, it fits reliable and best-effort publishers; drivers send 1 ms packets, so the queue is a
    second long. Lossless, it keeps everything and so makes a reliable publisher wait (replay).
    """
    if lossless:
        return QoSProfile(history=HistoryPolicy.KEEP_ALL, depth=0,
                          reliability=ReliabilityPolicy.RELIABLE)
    return QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=1000,
                      reliability=ReliabilityPolicy.BEST_EFFORT)


class EventSubscription:
    """
    Subscribes to ``events`` as EventArray or EventPacket, whichever is asked for or published.

    :param on_data: called with the raw bytes of a message.
    :param ready: subscribes only when this is true; a replay that waits for its subscriber then
        waits for the engine too.
    """

    def __init__(self, node, event_type: str, qos: QoSProfile, on_data: Callable[[bytes], None],
                 ready: Callable[[], bool] = lambda: True):
        self.event_type: Optional[str] = None   # 'dvs' or 'packet' once subscribed
        self.lost = 0                           # messages that the middleware says it lost
        self.incompatible = 0                   # publishers whose QoS does not fit
        self._missing: Optional[str] = None     # the package that is not installed, as a sentence
        self._node = node
        self._qos = qos
        self._on_data = on_data
        self._subscription = None
        self._timer = None
        self._wanted = event_type
        self._ready = ready
        if event_type != 'auto' and ready():
            self._subscribe(event_type)
        else:
            # On the steady clock: simulated time may not have begun to run.
            self._timer = node.create_timer(
                POLL_S, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))

    @property
    def topic(self) -> str:
        """The full name of the topic."""
        return self._node.resolve_topic_name('events')

    def n_publishers(self) -> int:
        """Return how many publishers there are on the topic, of any type."""
        return self._node.count_publishers(self.topic)

    @property
    def problem(self) -> Optional[str]:
        """A sentence that says why what is published cannot be read, None if it can."""
        if self._missing is not None or self._subscription is None:
            return self._missing
        found = self._published()
        if found in (None, self.event_type):
            return None
        way_out = ('clean the node up and configure it again' if self._wanted == 'auto' else
                   'set event_type to auto')
        return (f'{self.topic} carries events of type {found}, but type {self.event_type} is '
                f'subscribed: {way_out}')

    def parse(self, data: bytes) -> EventMessage:
        """Read the raw bytes of a message; MalformedInput names what is wrong."""
        return EVENT_TYPES[self.event_type][2](data)

    def destroy(self) -> None:
        """Take the subscription down."""
        if self._timer is not None:
            self._node.destroy_timer(self._timer)
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
        self._timer = self._subscription = None

    def _look(self) -> None:
        """Subscribe if it is time, and if it is known what to."""
        found = self._published() if self._wanted == 'auto' else self._wanted
        if found is None or not self._ready():
            return
        self._node.destroy_timer(self._timer)
        self._timer = None
        try:
            self._subscribe(found)
        except ConfigError as error:            # nobody above a timer could take it
            self._missing = str(error)

    def _published(self) -> Optional[str]:
        """Return the event type that is published, None if none is; ours, if there are two."""
        types = {f'{package}/msg/{name}': event_type
                 for event_type, (package, name, _) in EVENT_TYPES.items()}
        found = [types[publisher.topic_type]
                 for publisher in self._node.get_publishers_info_by_topic(self.topic)
                 if publisher.topic_type in types]
        return self.event_type if self.event_type in found else found[0] if found else None

    def _subscribe(self, event_type: str) -> None:
        package, name, _ = EVENT_TYPES[event_type]
        try:
            message_type = getattr(import_module(f'{package}.msg'), name)
        except ImportError as error:
            raise ConfigError(f'event_type: {event_type} needs the package {package}, which is '
                              'not installed (interfaces/ in our repository has it)') from error
        callbacks = SubscriptionEventCallbacks(
            message_lost=self._on_lost, incompatible_qos=self._on_incompatible)
        self.event_type = event_type
        self._subscription = self._node.create_subscription(
            message_type, 'events', self._on_first, self._qos, raw=True, event_callbacks=callbacks,
            qos_overriding_options=QoSOverridingOptions.with_default_policies())

    def _on_first(self, data: bytes) -> None:
        """Use a message and those that follow it, until none came during a nap or time is up."""
        leave_s = time.monotonic() + STAY_S
        while data is not None:
            self._on_data(data)
            if time.monotonic() > leave_s:
                return
            data = self._take()
            if data is None:
                time.sleep(NAP_S)
                data = self._take()

    def _take(self) -> Optional[bytes]:
        """Return the raw bytes of the next message, None if there is none, as executors do it."""
        subscription = self._subscription
        with subscription.handle:
            taken = subscription.handle.take_message(subscription.msg_type, subscription.raw)
        return None if taken is None else taken[0]

    def _on_lost(self, info) -> None:
        self.lost += info.total_count_change

    def _on_incompatible(self, info) -> None:
        self.incompatible += info.total_count_change
