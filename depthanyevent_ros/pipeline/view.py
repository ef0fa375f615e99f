# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The view that depth is published in: the sensor's own or the rectified one, or a crop of it."""

from dataclasses import dataclass
from typing import Optional, Tuple

import numpy as np

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.last_event_map import View
from depthanyevent_ros.events.rectify import rectification_lut
from depthanyevent_ros.parameters import Settings


@dataclass(frozen=True)
class Crop:
    """The part of a view that is used, pixels; its size is that of the published depth."""

    left: int
    top: int
    width: int
    height: int

    @property
    def slices(self) -> Tuple[slice, slice]:
        """Rows and columns, to cut an array [H, W]."""
        return (slice(self.top, self.top + self.height), slice(self.left, self.left + self.width))

    def __str__(self):
        """Return it in words, for the diagnostics."""
        return f'{self.width}x{self.height} from ({self.left}, {self.top}) on'


def make_crop(settings: Settings, width: int, height: int) -> Crop:
    """
    Return the part that the parameters ``crop.*`` name; a size of 0 reaches to the far edge.

    :param width, height: size of the sensor, pixels; the uncropped view has the same size.
    :raises ConfigError: if that part is not inside, naming the parameters.
    """
    crop = settings.crop
    sides = []
    for start, size, whole in (('left', 'width', width), ('top', 'height', height)):
        first, extent = getattr(crop, start), getattr(crop, size)
        extent = extent or max(whole - first, 1)
        if first + extent > whole:
            raise ConfigError(f'crop.{start} ({first}) and crop.{size} ({getattr(crop, size)}) '
                              f'reach beyond the {size} of the sensor, {whole} pixels')
        sides.append((first, extent))
    (left, crop_width), (top, crop_height) = sides
    return Crop(left, top, crop_width, crop_height)


def make_view(camera: Optional[CameraModel], rectify: bool, width: int, height: int,
              crop: Optional[Crop] = None,
              ) -> Tuple[Optional[View], Optional[np.ndarray], Optional[CameraModel]]:
    """
    Return where events are moved to, where there is evidence, and the camera of the depth.

    :param camera: calibration of the sensor, None if it is not known.
    :param width, height: size of the sensor, pixels.
    :param crop: the part of the view that is used, None for all of it: H and W below are its.
    :returns: (View or None, bool [H, W] or None, CameraModel or None).
    :raises ConfigError: if events are to be rectified without a usable calibration.
    """
    view, mask, camera = _whole_view(camera, rectify, width, height)
    if crop is None or crop == Crop(0, 0, width, height):
        return view, mask, camera
    return (_cropped(view, width, height, crop),
            mask[crop.slices] if mask is not None else None,
            camera.cropped(crop.left, crop.top, crop.width, crop.height) if camera else None)


def _whole_view(camera, rectify, width, height):
    if not rectify:
        return None, None, camera.scaled(width, height) if camera is not None else None
    if camera is None or camera.problem() is not None:
        raise ConfigError('rectify needs a calibration: ' +
                          (camera.problem() if camera is not None else 'there is no camera_info'))
    camera = camera.scaled(width, height)
    lut, mask = rectification_lut(camera.k, camera.d, camera.distortion_model, camera.r, camera.p,
                                  width, height, width, height)
    return View(lut, width, height), mask, camera.rectified()


def _cropped(view: Optional[View], width: int, height: int, crop: Crop) -> View:
    """Return the view whose table drops what falls outside of the crop."""
    lut = view.lut if view is not None else np.arange(width * height, dtype=np.int32)
    y, x = np.divmod(lut, np.int32(width))          # y is -1 where there was no pixel
    x, y = x - crop.left, y - crop.top
    inside = (lut >= 0) & (x >= 0) & (x < crop.width) & (y >= 0) & (y < crop.height)
    return View(np.where(inside, y * crop.width + x, -1).astype(np.int32),
                crop.width, crop.height)
