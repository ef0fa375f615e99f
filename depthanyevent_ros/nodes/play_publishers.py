# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The publishers of a replay: records in, messages out."""

from collections import Counter
from dataclasses import dataclass
from typing import Optional

from builtin_interfaces.msg import Time
from rclpy._rclpy_pybind11 import RCLError
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.nodes.message_class import message_class
from depthanyevent_ros.recordings.records import CameraInfoRecord, EventsRecord
from depthanyevent_ros.recordings.republish import make_republisher
from depthanyevent_ros.recordings.serialize import serialize_camera_info, serialize_image

#: A second of 1 ms packets: what drivers keep too.
EVENTS_DEPTH = 1000
FRAMES_DEPTH = 50


@dataclass(frozen=True)
class PlaySettings:
    """
    How a recording is published.

    ``events`` is 'recorded', 'dvs', 'packet' or an encoding; ``clock_hz`` is in ticks of /clock
    per second of the recording, 0 for none; ``lossless`` makes the player wait for slow
    subscribers that are reliable and keep all; ``stamp_now`` sets header.stamp of event messages
    to the time of publishing; ``frame_id`` replaces the recorded one, which is otherwise kept, or
    DEFAULT_FRAME_ID where it is empty.
    """

    events: str = 'recorded'
    clock_hz: float = 0.0
    lossless: bool = False
    stamp_now: bool = True
    frame_id: Optional[str] = None
    wait_for_subscribers: int = 0
    wait_timeout_s: float = 60.0


DEFAULT_FRAME_ID = 'camera_optical_frame'


class PlayPublishers:
    """Publishes what cues say, and counts it."""

    def __init__(self, node, recording, options, settings: PlaySettings):
        """Make the publishers that the recording needs."""
        self.n_messages = self.n_bytes = self.n_frames = 0
        self.malformed = Counter()
        self._node = node
        self._settings = settings
        self._republisher = make_republisher(recording, settings.events, options.monotone)
        self._events = self._images = self._infos = self._clock = None
        if recording.events_topic is not None:
            self._events = _publisher(node, message_class(self._republisher.msgtype), 'events',
                                      events_qos(settings.lossless))
        if recording.frames_topic is not None:
            self._images = _publisher(node, Image, 'image_raw', _reliable(FRAMES_DEPTH))
        if recording.camera_info_topic is not None:
            self._infos = _publisher(node, CameraInfo, 'camera_info', _reliable(FRAMES_DEPTH))
        if settings.clock_hz:
            self._clock = node.create_publisher(Clock, '/clock', _reliable(10))

    def publish(self, cue, stop):
        """Publish a record or a tick of the clock."""
        record = cue.record
        if record is None:
            self._clock.publish(Clock(clock=Time(sec=cue.clock_ns // 10**9,
                                                 nanosec=cue.clock_ns % 10**9)))
        elif isinstance(record, EventsRecord):
            self._publish_events(record, cue.shift_ns, stop)
        elif isinstance(record, CameraInfoRecord):
            self._infos.publish(serialize_camera_info(
                record.camera, record.stamp_ns + cue.shift_ns, self._frame_id(record)))
        else:
            self._images.publish(serialize_image(
                record.image, record.encoding, record.stamp_ns + cue.shift_ns,
                self._frame_id(record)))
            self.n_frames += 1

    def n_event_subscribers(self) -> int:
        """Return how many subscribers the events have (of the frames if there are no events)."""
        return (self._events or self._images or self._infos).get_subscription_count()

    def are_others_read(self) -> bool:
        """Tell whether frames, calibration and /clock, where there are any, have a subscriber."""
        return all(publisher is None or publisher.get_subscription_count() > 0
                   for publisher in (self._images, self._infos, self._clock))

    @property
    def topic(self) -> str:
        """Return the name of the topic that n_event_subscribers counts for."""
        return (self._events or self._images or self._infos).topic_name

    def wait_until_delivered(self, timeout):
        """Wait until reliable subscribers have acknowledged everything."""
        for publisher in (self._events, self._images, self._infos):
            if publisher is not None:
                publisher.wait_for_all_acked(timeout)

    def _publish_events(self, record, shift_ns, stop):
        stamp_ns = record.message.stamp_ns + shift_ns
        if self._settings.stamp_now:
            stamp_ns = self._node.get_clock().now().nanoseconds
        try:
            for data in self._republisher.serialize(record.message, stamp_ns,
                                                    self._frame_id(record.message), shift_ns):
                publish_waiting(self._events, data, self._settings.lossless, stop)
                self.n_messages += 1
                self.n_bytes += len(data)
        except MalformedInput as error:
            self.malformed[error.cause] += 1
            self._node.get_logger().warning(str(error), throttle_duration_sec=5.0)

    def _frame_id(self, source):
        if self._settings.frame_id is not None:
            return self._settings.frame_id
        return source.frame_id or DEFAULT_FRAME_ID


def events_qos(lossless: bool) -> QoSProfile:
    """Return the QoS of the events; keeping all makes the publisher wait for the slowest."""
    if lossless:
        return QoSProfile(history=HistoryPolicy.KEEP_ALL, depth=0,
                          reliability=ReliabilityPolicy.RELIABLE)
    return _reliable(EVENTS_DEPTH)


def publish_waiting(publisher, data, lossless, stop):
    """
    Publish serialised bytes.

    Where all is kept, the middleware refuses a message while a subscriber is full (it blocks for
    a tenth of a second first): it is offered again until it is taken or playing stops.
    """
    while True:
        try:
            publisher.publish(data)
            return
        except RCLError:
            if not lossless:
                raise
        stop.serve()
        if stop.is_set():
            return


def _reliable(depth):
    return QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=depth,
                      reliability=ReliabilityPolicy.RELIABLE)


def _publisher(node, message_class, topic, qos):
    overriding = QoSOverridingOptions.with_default_policies()
    return node.create_publisher(message_class, topic, qos, qos_overriding_options=overriding)
