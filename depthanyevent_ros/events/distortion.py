# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The distortion models of sensor_msgs/CameraInfo that are known, and how D must look for each."""

from typing import Optional

import numpy as np

#: Number of coefficients in D that each model may have; '' is what drivers send for none.
DISTORTION_MODELS = {
    '': (0,),
    'plumb_bob': (0, 4, 5),
    'rational_polynomial': (0, 8, 12, 14),
    'equidistant': (0, 4),
}


def distortion_problem(model: str, d: np.ndarray) -> Optional[str]:
    """
    Return a sentence that says why this distortion cannot be used, or None if it can.

    :param model: CameraInfo.distortion_model; :param d: CameraInfo.d, (N,) float64. Zeros mean
        no distortion however many they are: drivers fill D of any model with five of them.
    """
    counts = DISTORTION_MODELS.get(model)
    if counts is None:
        return (f'camera_info has the unknown distortion model {model!r}: '
                'use plumb_bob, rational_polynomial or equidistant')
    if not np.isfinite(d).all():
        return 'camera_info holds a value in D that is not finite'
    if len(d) not in counts and np.any(d):
        return (f'camera_info has {len(d)} distortion coefficients in D, which '
                f'{model or "no model"} does not have')
    return None
