# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that the depth node has between configure and cleanup."""

from collections import Counter
from dataclasses import replace
import time
import traceback
from typing import List

from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CameraInfo

from depthanyevent_ros.errors import ConfigError, DepthAnyEventError, MalformedInput
from depthanyevent_ros.events.types import EventMessage
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.nodes.depth.event_subscription import event_qos, EventSubscription
from depthanyevent_ros.nodes.depth.outputs import DepthOutputs
from depthanyevent_ros.nodes.messages import from_camera_info
from depthanyevent_ros.pipeline.assembly import make_depth_scale, make_recurrence
from depthanyevent_ros.pipeline.assembly import make_settings_colouriser
from depthanyevent_ros.pipeline.depth_step import DepthFrame, DepthStep
from depthanyevent_ros.pipeline.engine_seat import EngineSeat
from depthanyevent_ros.pipeline.handover import make_handover
from depthanyevent_ros.pipeline.sensor import Sensor
from depthanyevent_ros.pipeline.statistics import Latencies, Rate
from depthanyevent_ros.pipeline.worker import InferenceWorker

#: At most one warning of a kind in this time.
THROTTLE_S = 5.0


class DepthSession:
    """
    The recipe: decode, accumulate (executor thread); step, publish (inference thread).

    What needs the size of the sensor (input, windows, engine) is made when the size is known:
    from the parameters, or from the first message. Rectified windows wait for a calibration too.
    """

    def __init__(self, node, settings):
        self.settings = settings
        self.counts = Counter()                 # messages and windows that were not used, by cause
        self.event_rate, self.window_rate, self.depth_rate = Rate(), Rate(), Rate()
        self.latencies = Latencies()
        self.sensor = Sensor(settings)
        self.active = False
        self._node = node
        self._frame_id = settings.frame_id
        self._last_event_s = time.monotonic()
        self.handover = make_handover(settings.overload)
        output_kind = find_weights(settings.weights).output_kind
        self.step = DepthStep(None, make_recurrence(settings),
                              make_depth_scale(settings, output_kind))
        self.outputs = DepthOutputs(
            node, settings.rectify, make_settings_colouriser(settings), self._cloud_allowed())
        self.worker = InferenceWorker(self.step, self.handover, self._on_frame, self._on_error)
        self.seat = EngineSeat(settings, self.worker, self._on_engine, self._on_engine_problem)
        self.events = EventSubscription(
            node, settings.event_type, event_qos(settings.overload == 'lossless'),
            self._on_events, self.may_subscribe)
        self._camera_info = node.create_subscription(
            CameraInfo, 'camera_info', self._on_camera_info,
            QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=1,
                       reliability=ReliabilityPolicy.BEST_EFFORT),
            qos_overriding_options=QoSOverridingOptions.with_default_policies())
        self.worker.start()
        self.sensor.start()
        self._use_sensor()

    # --- the recipe -------------------------------------------------------------------------

    def _on_events(self, data: bytes) -> None:
        """Decode a message and accumulate it; hand the windows that it closes over."""
        if not self.active:
            return
        try:
            message = self.events.parse(data)
            self._last_event_s = time.monotonic()
            if self.sensor.front is None:
                self.sensor.take_size(message.width, message.height)
                self._use_sensor()
            if self.sensor.front is None:       # rectified events wait for a calibration
                self.counts['no_camera_info'] += 1
                return
            self._frame_id = self.settings.frame_id or message.frame_id
            self._feed(message)
        except MalformedInput as error:
            self.counts[error.cause] += 1
            self._warn(f'a message of events could not be read: {error}')
        except Exception as error:  # a fault of ours must not end the stream; it is told
            self.counts['internal_error'] += 1
            self._node.get_logger().error(
                f'a message of events was lost to a fault: {format_exception(error)}',
                throttle_duration_sec=THROTTLE_S)

    def _feed(self, message: EventMessage) -> None:
        front = self.sensor.front
        n_before = front.input.n_events
        try:
            for window in front.feed(message):
                self._hand_over(window)
        except MalformedInput as error:         # counted by the input
            self._warn(f'a message of events was not used: {error}')
        self.event_rate.add(front.input.n_events - n_before)

    def may_subscribe(self) -> bool:
        """Tell whether events are wanted: a lossless replay waits for the engine, if it can."""
        return (self.settings.overload != 'lossless' or self.worker.has_engine
                or not self.sensor.has_size)

    def _hand_over(self, window) -> None:
        self.window_rate.add()
        if self.worker.has_engine or self.settings.overload == 'lossless':
            self.handover.put(window)
        else:
            self.counts['engine_not_ready'] += 1

    def _on_frame(self, frame: DepthFrame, put_ns: int) -> None:
        """Publish a frame (inference thread)."""
        began_ns = time.monotonic_ns()
        stamp_ns = self.sensor.front.clock.to_host_ns(frame.window.end_ns)
        self.outputs.publish(frame, stamp_ns, self._frame_id)
        done_ns = time.monotonic_ns()
        self.depth_rate.add()
        self.latencies.add('wait', frame.taken_ns - put_ns)
        self.latencies.add('step', frame.step_ns)
        self.latencies.add('publish', done_ns - began_ns)
        self.latencies.add('total', done_ns - put_ns)

    # --- what comes besides events ----------------------------------------------------------

    def _on_camera_info(self, message: CameraInfo) -> None:
        try:
            self.sensor.take_camera(from_camera_info(message))
        except ConfigError as error:
            self.sensor.problem = str(error)
        self._use_sensor()

    def _use_sensor(self) -> None:
        """Take over what depends on size and calibration, after either has changed."""
        if self.sensor.has_size:
            self.seat.begin(self.sensor.width, self.sensor.height)
        self.outputs.camera = self.sensor.view_camera
        self.step.scale = replace(self.step.scale, valid_mask=self.sensor.valid_mask)

    def _on_engine(self, engine) -> None:
        self._node.get_logger().info(f'engine in use: {_one_line(engine.describe())}')

    def _on_engine_problem(self, sentence: str) -> None:
        self._node.get_logger().error(f'no engine: {sentence}')

    def _on_error(self, error: Exception) -> None:
        self._warn(f'a window was lost: {type(error).__name__}: {error}')

    # --- what the node asks for -------------------------------------------------------------

    def activate(self) -> None:
        """Begin to read events, from the zero state."""
        self.reset('activated')
        self._last_event_s = time.monotonic()
        self.active = True

    def reset(self, reason: str) -> None:
        """Forget everything that depends on past time."""
        if self.sensor.front is not None:
            self.sensor.front.reset(reason)     # its new epoch tells the worker to zero the states
        self.handover.clear('reset')
        self.outputs.colouriser.reset()

    def load_weights(self, name: str) -> str:
        """
        Begin to prepare an engine with other weights; the present one runs on meanwhile.

        :returns: a sentence for the caller. DepthAnyEventError if the weights cannot be used.
        """
        if not self.sensor.has_size:
            raise DepthAnyEventError('the size of the sensor is not known yet: no events so far')
        self.seat.load(name, self.sensor.width, self.sensor.height)
        return f'preparing {name} in the background; /diagnostics says when it is in use'

    def apply(self, settings) -> None:
        """Take over parameters that may change at run time."""
        old, self.settings = self.settings, settings
        self.seat.settings = self.sensor.settings = settings
        self.step.scale = make_depth_scale(
            settings, self.seat.weights.output_kind, self.step.scale.valid_mask)
        self.outputs.colouriser = make_settings_colouriser(settings)
        self.outputs.cloud_allowed = self._cloud_allowed()
        front = self.sensor.front
        if settings.window != old.window and front is not None:
            front.change('window_changed', settings, front.view)
            self.step.recurrence = make_recurrence(settings)

    def silent_s(self) -> float:
        """Return for how long there have been no events, s."""
        return time.monotonic() - self._last_event_s

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
        self.active = False
        self.handover.close()
        self.seat.close()
        self.worker.stop()
        self.events.destroy()
        self._node.destroy_subscription(self._camera_info)
        self.outputs.destroy()

    def _cloud_allowed(self) -> bool:
        return self.step.scale.mode.is_metric or self.settings.points.allow_relative

    def _warn(self, sentence: str) -> None:
        self._node.get_logger().warning(sentence, throttle_duration_sec=THROTTLE_S)


def format_exception(error: Exception) -> str:
    """Return an error with the place where it was raised."""
    return ''.join(traceback.format_exception(type(error), error, error.__traceback__))


def _one_line(values: dict) -> str:
    return ', '.join(f'{key} {value}' for key, value in values.items())
