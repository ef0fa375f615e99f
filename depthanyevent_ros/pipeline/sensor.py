# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is known of the sensor, its size and its calibration, and the input that needs it."""

from typing import Optional

import numpy as np

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError, MalformedInput
from depthanyevent_ros.events.input import MAX_SIDE_PIXELS
from depthanyevent_ros.parameters import Settings
from depthanyevent_ros.pipeline.front import EventFront
from depthanyevent_ros.pipeline.view import Crop, make_crop, make_view


class Sensor:
    """
    Makes the input when the size is known, and for rectified events when the calibration is too.

    ``front`` is None until then. ``crop`` is the part that is used, known with the size;
    ``view_camera`` and ``valid_mask`` are of it. ``problem`` says why a calibration cannot be
    used, ``size_problem`` why the size that messages give cannot.
    """

    def __init__(self, settings: Settings):
        """Take the parameters; ConfigError if the crop is not inside the sensor."""
        self.settings = settings
        self.width, self.height = settings.sensor.width, settings.sensor.height
        self.crop: Optional[Crop] = (
            make_crop(settings, self.width, self.height) if self.has_size else None)
        self.camera: Optional[CameraModel] = None
        self.problem: Optional[str] = None
        self.size_problem: Optional[str] = None
        self.front: Optional[EventFront] = None
        self.view_camera: Optional[CameraModel] = None
        self.valid_mask: Optional[np.ndarray] = None

    @property
    def has_size(self) -> bool:
        """Tell whether the size is known."""
        return bool(self.width and self.height)

    def take_size(self, width: int, height: int) -> None:
        """
        Take the size from a message, unless it is known.

        :raises MalformedInput: if that cannot be the size of a sensor, or the crop is not in it.
        """
        if self.has_size:
            return
        if not (0 < width <= MAX_SIDE_PIXELS and 0 < height <= MAX_SIDE_PIXELS):
            raise MalformedInput('bad_size', f'the first message says {width}x{height} pixels: '
                                             'set sensor.width and sensor.height')
        try:
            self.crop = make_crop(self.settings, width, height)
        except ConfigError as error:
            self.size_problem = str(error)
            raise MalformedInput('outside_crop', str(error)) from error
        self.width, self.height, self.size_problem = width, height, None
        self._make()

    def take_camera(self, camera: CameraModel) -> None:
        """Take a calibration; the same one again, or one that cannot be used, changes nothing."""
        if camera == self.camera:
            return
        self.problem = camera.problem()
        if self.problem is None:
            self.camera = camera
            self._make()

    def start(self) -> None:
        """Make the input, if the parameters say enough."""
        self._make()

    def _make(self) -> None:
        if not self.has_size or (self.settings.rectify and self.camera is None):
            return
        try:
            view, mask, camera = make_view(
                self.camera, self.settings.rectify, self.width, self.height, self.crop)
        except ConfigError as error:            # found only when the view was computed
            self.camera, self.problem = None, str(error)
            return
        self.valid_mask, self.view_camera = mask, camera
        if self.front is None:
            self.front = EventFront(self.settings, self.width, self.height, view)
        elif self.settings.rectify:             # else the events stay where they are
            self.front.change('calibration_changed', self.settings, view)
