# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The view that depth is published in: the sensor's own, or the rectified one."""

from typing import Optional, Tuple

import numpy as np

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.last_event_map import View
from depthanyevent_ros.events.rectify import rectification_lut


def make_view(camera: Optional[CameraModel], rectify: bool, width: int, height: int,
              ) -> Tuple[Optional[View], Optional[np.ndarray], Optional[CameraModel]]:
    """
    Return where events are moved to, where there is evidence, and the camera of the depth.

    :param camera: calibration of the sensor, None if it is not known.
    :param width, height: size of the sensor, pixels; the published depth has the same size.
    :returns: (View or None, bool [H, W] or None, CameraModel or None).
    :raises ConfigError: if events are to be rectified without a usable calibration.
    """
    if not rectify:
        return None, None, camera.scaled(width, height) if camera is not None else None
    if camera is None or camera.problem() is not None:
        raise ConfigError('rectify needs a calibration: ' +
                          (camera.problem() if camera is not None else 'there is no camera_info'))
    camera = camera.scaled(width, height)
    lut, mask = rectification_lut(camera.k, camera.d, camera.distortion_model, camera.r, camera.p,
                                  width, height, width, height)
    return View(lut, width, height), mask, camera.rectified()
