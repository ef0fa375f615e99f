# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Tencode in two bytes per pixel: how it is stored, moved and augmented.

A Tencode image (events/tencode.py) has red where the newest event is brighter, blue where it is
darker, and in green how long ago it was; age and polarity say the same in a sixth of the memory.
"""

from typing import Tuple

import numpy as np

NO_EVENT, DARKER, BRIGHTER = 0, 1, 2


def split_tencode(image: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """
    Return age and polarity, uint8 [H, W] each, of a Tencode image float32 [3, H, W].

    Age is round(255 G), and 0 where there is no event.
    """
    polarity = np.zeros(image.shape[1:], np.uint8)
    polarity[image[2] > 0.5] = DARKER
    polarity[image[0] > 0.5] = BRIGHTER
    age = np.rint(image[1] * 255).astype(np.uint8)
    return np.where(polarity > 0, age, np.uint8(0)), polarity


def join_tencode(age: np.ndarray, polarity: np.ndarray) -> np.ndarray:
    """Return float32 [T, 3, H, W] Tencode images from age and polarity, uint8 [T, H, W] each."""
    image = np.empty((len(age), 3, *age.shape[1:]), np.float32)
    image[:, 0] = polarity == BRIGHTER
    np.multiply(age, np.float32(1 / 255), out=image[:, 1])
    image[:, 2] = polarity == DARKER
    return image
