# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that the teacher node has between configure and cleanup."""

from contextlib import ExitStack
import time
import traceback
from typing import Optional

import numpy as np
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CameraInfo, Image

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.distillation.labour import Labour
from depthanyevent_ros.distillation.lessons.frame_clock import FrameClock
from depthanyevent_ros.distillation.lessons.frames import GreyReader
from depthanyevent_ros.distillation.lessons.lesson_view import LessonView
from depthanyevent_ros.distillation.plan import Event
from depthanyevent_ros.distillation.promotion.store import FACTORY
from depthanyevent_ros.distillation.promotion.where import store_folder
from depthanyevent_ros.errors import ConfigError, MalformedInput
from depthanyevent_ros.events.clock import SensorClock
from depthanyevent_ros.events.input import EventInput
from depthanyevent_ros.nodes.depth.event_subscription import event_qos, EventSubscription
from depthanyevent_ros.nodes.messages import from_camera_info, to_ns
from depthanyevent_ros.nodes.teacher.depth_client import DepthClient
from depthanyevent_ros.nodes.throttled_log import ThrottledLog


class TeacherSession:
    """Messages to the labour, versions to the depth node."""

    def __init__(self, node, settings):
        self.settings = settings
        self.clock, self.frame_clock = SensorClock(), FrameClock()
        self.input = EventInput(self._on_input_reset, settings.sensor.width,
                                settings.sensor.height)
        self.last_frame_s = self.last_event_s = time.monotonic()
        self.active = False
        self.camera: Optional[CameraModel] = None
        self.view_problem: Optional[str] = None     # why there is no view of events and frames
        self._log = ThrottledLog(node.get_logger())
        self._node, self._reader = node, GreyReader()
        self.labour = Labour(settings, store_folder(settings.robot),
                             node.get_logger().info, self._on_event)
        with ExitStack() as made:               # QoS overrides that cannot be used raise
            self.depth: Optional[DepthClient] = None
            if settings.depth_node:
                self.depth = DepthClient(node, settings.depth_node)
                made.callback(self.depth.destroy)
            self.events = EventSubscription(node, settings.event_type, event_qos(False),
                                            self._on_events, lambda: True)
            made.callback(self.events.destroy)
            self._images = node.create_subscription(
                Image, 'image', self._on_image,
                QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=4,
                           reliability=ReliabilityPolicy.BEST_EFFORT),
                qos_overriding_options=QoSOverridingOptions.with_default_policies())
            made.callback(node.destroy_subscription, self._images)
            self._infos = node.create_subscription(
                CameraInfo, 'camera_info', self._on_camera_info,
                QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=1,
                           reliability=ReliabilityPolicy.BEST_EFFORT),
                qos_overriding_options=QoSOverridingOptions.with_default_policies())
            made.pop_all()
        if self.input.size:
            self._look()

    def reset(self, reason: str) -> None:
        """Forget everything that depends on past time."""
        self.input.resync()
        self.clock.reset()
        self.labour.reset(reason)

    def close(self) -> None:
        """Stop the thread, then take everything on the ROS graph down."""
        self.active = False
        self.labour.close()
        self.events.destroy()
        self._node.destroy_subscription(self._images)
        self._node.destroy_subscription(self._infos)
        if self.depth is not None:
            self.depth.destroy()

    # --- messages (executor thread) ------------------------------------------------------------

    def _on_events(self, data: bytes) -> None:
        if not self.active:
            return
        try:
            self._take(self.events.parse(data))
        except MalformedInput as error:
            self.labour.counts[f'events_{error.cause}'] += 1
            self._log.warning(error.cause, f'a message of events was not used: {error}')
        except Exception as error:  # a fault of ours must not end the stream; it is told
            self.labour.counts['internal_error'] += 1
            self._log.error('internal_error', ''.join(traceback.format_exception(error)))

    def _take(self, message) -> None:
        self.last_event_s = time.monotonic()
        for block in self.input.blocks(message):
            if self.labour.view is None and (self.view_problem or not self._look()):
                self.labour.counts['events_without_view'] += len(block)
                continue
            self.labour.add_events(block)
        if self.input.last_event_ns is not None:
            self.clock.add(self.input.last_event_ns, message.stamp_ns, self.input.first_event_ns)

    def _on_camera_info(self, message: CameraInfo) -> None:
        if not self.settings.rectify:
            return
        try:
            camera = from_camera_info(message)
        except ConfigError as error:
            self.view_problem = str(error)
            return
        if camera != self.camera:
            self.camera = camera
            if self.input.size and self._look():
                self.reset('calibration_changed')

    def _look(self) -> bool:
        """Take over the view of events and frames when it is known; return whether it is."""
        try:
            self.labour.begin(LessonView(self.settings, self.camera, *self.input.size))
        except ConfigError as error:
            self.view_problem = str(error)
            return False
        self.view_problem = None
        return True

    def _on_image(self, message: Image) -> None:
        if not self.active or self.labour.view is None:
            return
        self.last_frame_s = time.monotonic()
        try:
            grey = self._reader.read_image(
                np.frombuffer(message.data, np.uint8), message.height, message.width,
                message.step, message.encoding, message.is_bigendian)
            height, width = self.labour.view.sensor_size
            if grey.shape != (height, width):
                raise MalformedInput('image_size', f'a frame has {message.width}x{message.height} '
                                     f'pixels, the events {width}x{height}: they must come from '
                                     'one sensor')
        except MalformedInput as error:
            self.labour.counts[f'frame_{error.cause}'] += 1
            self._log.warning(error.cause, f'a frame was not used: {error}')
            return
        newest_ns = self.labour.maker.memory.newest_ns
        if newest_ns is None:
            self.labour.counts['frame_no_events_yet'] += 1
            return
        stamp_ns = self.frame_clock.to_sensor_ns(to_ns(message.header.stamp), newest_ns,
                                                 self.clock.offset_ns)
        if stamp_ns is not None:
            middle_ns = round(self.settings.frames.exposure_ms * 0.5e6)
            self.labour.offer(stamp_ns + middle_ns, grey)

    def _on_input_reset(self, reason: str) -> None:
        self.clock.reset()
        self.labour.reset(reason)

    # --- versions (any thread) -------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        """Tell of a promotion or rollback, and let the depth node follow."""
        self._node.get_logger().info(f'{event.state}: version {event.version or "factory"}, '
                                     f'{event.why}')
        if self.depth is not None:
            in_use = self.labour.distiller.in_use
            if event.version == FACTORY:
                self.depth.load(self.settings.weights, in_use.weights.sha256)
            else:
                self.depth.load(str(in_use.store.path(event.version).resolve()),
                                in_use.store.get(event.version).sha256)
