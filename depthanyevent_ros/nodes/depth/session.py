# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that the depth node has between configure and cleanup."""

from contextlib import ExitStack
from dataclasses import replace
import math
import time
from typing import List

from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CameraInfo

from depthanyevent_ros.errors import ConfigError, DepthAnyEventError, EngineLost
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.nodes.depth.intake import EventIntake
from depthanyevent_ros.nodes.depth.outputs import DepthOutputs
from depthanyevent_ros.nodes.messages import from_camera_info
from depthanyevent_ros.nodes.throttled_log import ThrottledLog
from depthanyevent_ros.pipeline.assembly import for_events, make_depth_scale, make_recurrence
from depthanyevent_ros.pipeline.assembly import make_settings_colouriser
from depthanyevent_ros.pipeline.depth_step import DepthFrame, DepthStep
from depthanyevent_ros.pipeline.engine_seat import EngineSeat
from depthanyevent_ros.pipeline.handover import make_handover
from depthanyevent_ros.pipeline.sensor import Sensor
from depthanyevent_ros.pipeline.statistics import Latencies, Rate
from depthanyevent_ros.pipeline.worker import InferenceWorker


class DepthSession:
    """
    The recipe: intake (executor thread); step, publish (inference thread).

    What needs the size of the sensor (input, windows, engine) is made when the size is known:
    from the parameters, or from the first message. Rectified windows wait for a calibration too.
    """

    def __init__(self, node, settings):
        self.settings = settings
        self.depth_rate = Rate()
        self.last_lost = -math.inf, ''          # when a window was lost, steady clock, and why
        self.latencies = Latencies()
        self.sensor = Sensor(settings)
        self._node = node
        self._log = ThrottledLog(node.get_logger())
        self.handover = make_handover(settings.overload)
        weights = for_events(find_weights(settings.weights))
        self.step = DepthStep(None, make_recurrence(settings),
                              make_depth_scale(settings, weights.output_kind))
        self.worker = InferenceWorker(self.step, self.handover, self._on_frame, self._on_error)
        self.seat = EngineSeat(settings, weights, self.worker, self._on_engine,
                               self._on_engine_problem, node.get_logger().info)
        with ExitStack() as made:               # QoS overrides that cannot be used raise
            self.outputs = DepthOutputs(
                node, settings.rectify, make_settings_colouriser(settings), self._cloud_allowed())
            made.callback(self.outputs.destroy)
            self.intake = EventIntake(node, settings, self.sensor, self.handover, self.seat,
                                      self._log, self._use_sensor)
            made.callback(self.intake.close)
            self._camera_info = node.create_subscription(
                CameraInfo, 'camera_info', self._on_camera_info,
                QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=1,
                           reliability=ReliabilityPolicy.BEST_EFFORT),
                qos_overriding_options=QoSOverridingOptions.with_default_policies())
            made.pop_all()
        self.worker.start()
        self.sensor.start()
        self._use_sensor()

    # --- what the threads report ------------------------------------------------------------

    def _on_frame(self, frame: DepthFrame, put_ns: int) -> None:
        """Publish a frame (inference thread)."""
        began_ns = time.monotonic_ns()
        stamp_ns = self.sensor.front.clock.to_host_ns(frame.window.end_ns)
        self.outputs.publish(frame, stamp_ns, self.intake.frame_id)
        done_ns = time.monotonic_ns()
        self.depth_rate.add()
        self.latencies.add('wait', frame.taken_ns - put_ns)
        self.latencies.add('step', frame.step_ns)
        self.latencies.add('publish', done_ns - began_ns)
        self.latencies.add('total', done_ns - put_ns)

    def _on_error(self, error: Exception) -> None:
        """Tell that a window was lost (inference thread)."""
        if isinstance(error, EngineLost):
            self.seat.lose(error)
        kind = type(error).__name__
        self.last_lost = time.monotonic(), f'a window was lost: {kind}: {error}'
        self._log.warning(kind, self.last_lost[1])

    def _on_engine(self, engine) -> None:
        self._node.get_logger().info(f'engine in use: {_one_line(engine.describe())}')

    def _on_engine_problem(self, sentence: str) -> None:
        if not self.seat.has_engine:            # a lossless input must not wait for ever
            self.handover.clear('no_engine')
        self._node.get_logger().error(f'no engine: {sentence}')

    # --- what is known of the sensor ----------------------------------------------------------

    def _on_camera_info(self, message: CameraInfo) -> None:
        try:
            self.sensor.take_camera(from_camera_info(message))
        except ConfigError as error:
            self.sensor.problem = str(error)
        self._use_sensor()

    def _use_sensor(self) -> None:
        """Take over what depends on size and calibration, after either has changed."""
        if self.sensor.has_size:
            self.seat.begin(self.sensor.crop.width, self.sensor.crop.height)
        self.outputs.camera = self.sensor.view_camera
        self.step.scale = replace(self.step.scale, valid_mask=self.sensor.valid_mask)

    # --- what the node asks for -------------------------------------------------------------

    def activate(self) -> None:
        """Begin to read events, from the zero state."""
        self.reset('activated')
        self.intake.activate()

    def deactivate(self) -> None:
        """Stop reading events; subscriptions and engine stay."""
        self.intake.active = False

    def reset(self, reason: str) -> None:
        """Forget everything that depends on past time."""
        if self.sensor.front is not None:
            self.sensor.front.reset(reason)     # its new epoch tells the worker to zero the states
        self.handover.reset()
        self.outputs.colouriser.reset()

    def load_weights(self, name: str) -> str:
        """
        Begin to prepare an engine with other weights; the present one runs on meanwhile.

        :returns: a sentence for the caller. DepthAnyEventError if the weights cannot be used.
        """
        if not self.sensor.has_size:
            raise DepthAnyEventError('the size of the sensor is not known yet: no events so far')
        self.seat.load(name, self.sensor.crop.width, self.sensor.crop.height)
        return f'preparing {name} in the background; /diagnostics says when it is in use'

    def check(self, settings) -> None:
        """Raise ConfigError if the weights in use cannot give what the settings ask for."""
        make_depth_scale(settings, self.seat.weights.output_kind)

    def apply(self, settings) -> None:
        """Take over parameters that may change at run time, after ``check``."""
        old, self.settings = self.settings, settings
        self.seat.settings = self.sensor.settings = self.intake.settings = settings
        self.step.scale = make_depth_scale(
            settings, self.seat.weights.output_kind, self.step.scale.valid_mask)
        self.outputs.colouriser = make_settings_colouriser(settings)
        self.outputs.cloud_allowed = self._cloud_allowed()
        front = self.sensor.front
        if settings.window != old.window and front is not None:
            front.change('window_changed', settings, front.view)
            self.step.recurrence = make_recurrence(settings)

    def announcements(self) -> List[str]:
        """Return what a user should read in the log at start."""
        weights = self.seat.weights
        said = [self.step.scale.mode.describe(), f'weights {weights.name}: {weights.source}',
                *weights.notes]
        if not weights.trained:
            said.append(f'the weights {weights.name} are UNTRAINED: the depth means nothing')
        return said

    def close(self) -> None:
        """Stop the threads, then take everything on the ROS graph down."""
        self.deactivate()
        self.handover.close()
        self.seat.close()
        self.worker.stop()
        self.intake.close()
        self._node.destroy_subscription(self._camera_info)
        self.outputs.destroy()

    def _cloud_allowed(self) -> bool:
        return self.step.scale.mode.is_metric or self.settings.points.allow_relative


def _one_line(values: dict) -> str:
    return ', '.join(f'{key} {value}' for key, value in values.items())
