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
from depthanyevent_ros.pipeline.view import make_view


class Sensor:
    """
    Makes the input when the size is known, and for rectified events when the calibration is too.

    ``front`` is None until then. ``view_camera`` and ``valid_mask`` are of the view that depth is
    published in; ``problem`` says why a calibration cannot be used.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.width, self.height = settings.sensor.width, settings.sensor.height
        self.camera: Optional[CameraModel] = None
        self.problem: Optional[str] = None
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

        :raises MalformedInput: if that cannot be the size of a sensor.
        """
        if self.has_size:
            return
        if not (0 < width <= MAX_SIDE_PIXELS and 0 < height <= MAX_SIDE_PIXELS):
            raise MalformedInput('bad_size', f'the first message says {width}x{height} pixels: '
                                             'set sensor.width and sensor.height')
        self.width, self.height = width, height
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
                self.camera, self.settings.rectify, self.width, self.height)
        except ConfigError as error:            # found only when the view was computed
            self.camera, self.problem = None, str(error)
            return
        self.valid_mask, self.view_camera = mask, camera
        if self.front is None:
            self.front = EventFront(self.settings, self.width, self.height, view)
        elif view is not None:
            self.front.change('calibration_changed', self.settings, view)
