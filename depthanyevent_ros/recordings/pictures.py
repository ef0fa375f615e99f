# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From the bytes of a sensor_msgs/Image to an array."""

import numpy as np

from depthanyevent_ros.errors import MalformedInput

#: Type and number of channels of each encoding that is read.
ENCODINGS = {
    'mono8': ('u1', 1), '8UC1': ('u1', 1), '8UC3': ('u1', 3),
    'mono16': ('u2', 1), '16UC1': ('u2', 1), 'rgb16': ('u2', 3), 'bgr16': ('u2', 3),
    'rgb8': ('u1', 3), 'bgr8': ('u1', 3), 'rgba8': ('u1', 4), 'bgra8': ('u1', 4),
    'bayer_rggb8': ('u1', 1), 'bayer_bggr8': ('u1', 1),
    'bayer_gbrg8': ('u1', 1), 'bayer_grbg8': ('u1', 1),
    '32FC1': ('f4', 1),
}

#: OpenCV's name of the conversion; it calls a Bayer pattern by its second row, ROS by its first.
_TO_BGR = {
    'rgb8': 'COLOR_RGB2BGR', 'rgb16': 'COLOR_RGB2BGR',
    'rgba8': 'COLOR_RGBA2BGR', 'bgra8': 'COLOR_BGRA2BGR',
    'bayer_rggb8': 'COLOR_BayerBG2BGR', 'bayer_bggr8': 'COLOR_BayerRG2BGR',
    'bayer_gbrg8': 'COLOR_BayerGR2BGR', 'bayer_grbg8': 'COLOR_BayerGB2BGR',
}


def picture_from_image(data, height, width, step, encoding, is_bigendian) -> np.ndarray:
    """
    Return the picture of an Image message.

    :param data: uint8, (nbytes,); a row takes ``step`` bytes, of which the last may be padding.
    :returns: [H, W] or [H, W, C] in native byte order, a view of the data where that is possible.
    :raises MalformedInput: if the encoding is unknown or the sizes do not fit each other.
    """
    if encoding not in ENCODINGS:
        raise MalformedInput('unknown_image_encoding', f'an image has the encoding {encoding!r}, '
                             f'which is not one of {", ".join(ENCODINGS)}')
    name, channels = ENCODINGS[encoding]
    dtype = np.dtype(name)
    row_bytes = width * channels * dtype.itemsize
    if step < row_bytes or len(data) < step * height:
        raise MalformedInput('image_size', f'an image of {width}x{height} in {encoding} has rows '
                             f'of {step} bytes and {len(data)} bytes in all: too few')
    rows = np.asarray(data, np.uint8)[:step * height].reshape(height, step)[:, :row_bytes]
    stored = np.ascontiguousarray(rows).view(dtype.newbyteorder('>' if is_bigendian else '<'))
    shape = (height, width) if channels == 1 else (height, width, channels)
    return stored.astype(dtype, copy=False).reshape(shape)


def in_bgr(picture: np.ndarray, encoding: str) -> np.ndarray:
    """Return a picture with its colours in the order of OpenCV; grey ones as they are."""
    if encoding not in _TO_BGR:
        return picture
    # What only reads headers, like `info`, does without OpenCV.
    import cv2

    return cv2.cvtColor(picture, getattr(cv2, _TO_BGR[encoding]))
