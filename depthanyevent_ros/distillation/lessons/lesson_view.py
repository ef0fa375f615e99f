# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The view that the student looks at: events, frames and labels are moved there alike."""

from dataclasses import replace
from typing import Optional

import numpy as np

from depthanyevent_ros.datasets.views import moving
from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.distillation.protocol import Label
from depthanyevent_ros.parameters import Settings
from depthanyevent_ros.pipeline.view import make_crop, make_view


class LessonView:
    """
    The sensor's own view, the rectified one, or a crop of either, as the depth node has it.

    ``width`` and ``height`` are of the view, ``sensor_size`` is (height, width) of the sensor.

    :param settings: of the teacher node: ``rectify`` and ``crop``.
    :param camera: calibration of the sensor; needed if ``rectify`` is on.
    :raises ConfigError: for a crop outside of the sensor or a calibration that cannot be used.
    """

    def __init__(self, settings: Settings, camera: Optional[CameraModel], width: int, height: int):
        self._crop = make_crop(settings, width, height)
        view, self._mask, _ = make_view(camera, settings.rectify, width, height, self._crop)
        self.sensor_size = height, width
        self.width, self.height = self._crop.width, self._crop.height
        self._lut = view.lut if view is not None else None
        self._move = moving(camera.scaled(width, height), width, height) \
            if settings.rectify else lambda grey: grey

    def events(self, events: np.ndarray) -> np.ndarray:
        """Return the events that are in the view, (N,) of EVENT_DTYPE, at their place in it."""
        if self._lut is None:
            return events.copy()
        height, width = self.sensor_size
        inside = (events['x'] < width) & (events['y'] < height)     # a decoder may say otherwise
        moved = events[inside]                  # indexed by a mask: a copy
        pixel = self._lut[moved['y'].astype(np.int64) * width + moved['x']]
        moved, pixel = moved[pixel >= 0], pixel[pixel >= 0]
        moved['y'], moved['x'] = np.divmod(pixel, self.width)
        return moved

    def frame(self, grey: np.ndarray) -> np.ndarray:
        """Return a frame, uint8 of the sensor's size, as it is in the view."""
        return np.ascontiguousarray(self._move(grey)[self._crop.slices])

    def label(self, label: Label) -> Label:
        """Return a label that knows nothing where the sensor does not look."""
        return label if self._mask is None else masked(label, self._mask)


def masked(label: Label, mask: np.ndarray) -> Label:
    """Return a label without confidence where a mask, bool [H, W], is False."""
    return replace(label, confidence=np.where(mask, label.confidence, np.float32(0)))
