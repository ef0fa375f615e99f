# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as the bytes of a message."""

from array import array

import numpy as np


def to_byte_array(picture: np.ndarray) -> array:
    """
    Copy an array into an ``array.array('B')``, what a ROS message takes without a check per byte.

    The bytes are in the order of rows (C order) and in the byte order of the picture.
    """
    data = array('B')
    if picture.size:
        data.frombytes(memoryview(np.ascontiguousarray(picture)).cast('B'))
    return data
