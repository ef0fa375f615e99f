# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The whole recipe over a recording, without a ROS graph: every window, as fast as it goes."""

from collections import Counter
from typing import Callable, Iterator, Optional

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError, MalformedInput, RecordingError
from depthanyevent_ros.network.weights import Weights
from depthanyevent_ros.parameters import Settings
from depthanyevent_ros.pipeline.assembly import make_depth_scale, make_recurrence
from depthanyevent_ros.pipeline.depth_step import DepthFrame, DepthStep
from depthanyevent_ros.pipeline.front import EventFront
from depthanyevent_ros.pipeline.statistics import Latencies
from depthanyevent_ros.pipeline.view import Crop, make_crop, make_view
from depthanyevent_ros.recordings import CameraInfoRecord, EventsRecord, FrameRecord, Record


class OfflineRun:
    """
    One pass over a recording.

    :param make_engine: called with (width, height) of the view, when the sensor's size is known.
    :param on_frame: called with each FrameRecord (APS), in recorded order with the depth.
    """

    def __init__(self, settings: Settings, weights: Weights, make_engine: Callable,
                 on_frame: Callable[[FrameRecord], None] = lambda record: None):
        self.settings = settings
        self.weights = weights
        self.counts = Counter()
        self.latencies = Latencies()
        self.front: Optional[EventFront] = None
        self.step: Optional[DepthStep] = None
        self.camera: Optional[CameraModel] = None    # of the published view
        self.crop: Optional[Crop] = None             # the part of the view that is published
        self.frame_id = settings.frame_id
        self.n_windows = 0
        self._make_engine = make_engine
        self._on_frame = on_frame
        self._sensor_camera: Optional[CameraModel] = None

    def depth(self, records: Iterator[Record]) -> Iterator[DepthFrame]:
        """Yield the depth of every window of a recording."""
        for record in records:
            if isinstance(record, EventsRecord):
                yield from self._depth_of(record)
            elif isinstance(record, CameraInfoRecord):
                self._sensor_camera = self._sensor_camera or record.camera
            else:
                self._on_frame(record)

    def close(self) -> None:
        """Free the engine."""
        if self.step is not None:
            self.step.engine.close()

    def _depth_of(self, record: EventsRecord) -> Iterator[DepthFrame]:
        message = record.message
        try:
            if self.front is None:
                self._begin(message.width, message.height)
            self.frame_id = self.frame_id or message.frame_id
            for window in self.front.feed(message):
                self.n_windows += 1
                frame = self.step.process(window)
                if frame is not None:
                    self.latencies.add('step', frame.step_ns)
                    yield frame
        except MalformedInput as error:
            self.counts[error.cause] += 1

    def _begin(self, width: int, height: int) -> None:
        width, height = self.settings.sensor.width or width, self.settings.sensor.height or height
        if not (width and height):
            raise ConfigError('the recording does not say the size of the sensor: set '
                              'sensor.width and sensor.height')
        if self.settings.rectify and self._sensor_camera is None:
            raise RecordingError('rectify is on, but the recording holds no camera_info before '
                                 'its first events')
        self.crop = crop = make_crop(self.settings, width, height)
        view, mask, self.camera = make_view(
            self._sensor_camera, self.settings.rectify, width, height, crop)
        self.front = EventFront(self.settings, width, height, view)
        self.step = DepthStep(
            self._make_engine(crop.width, crop.height), make_recurrence(self.settings),
            make_depth_scale(self.settings, self.weights.output_kind, mask))
