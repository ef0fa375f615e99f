# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Frames in the encodings of sensor_msgs/Image as grey pictures, uint8 [H, W].

Eight bits stay as they are. Sixteen-bit pictures come from converters of 10 to 16 bits, and no
message says of how many. The rule, by the values alone:

* all are multiples of 16 (and not all 0): the converter's bits are the highest ones, as libcaer
  gives them, and white is 65535;
* else white is 2^b - 1 with the smallest b of 10, 12, 14 and 16 that holds the largest value seen
  so far. `GreyReader` keeps that: one camera's dark frame is not made bright after a brighter one.
"""

from typing import Optional

import cv2
import numpy as np

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.recordings.pictures import ENCODINGS, picture_from_image
from depthanyevent_ros.report.frames import to_display

#: Bits that converters have; how far down the values of those that fill the highest bits reach.
CONVERTER_BITS = (10, 12, 14, 16)
LEFT_ALIGNED = 16


def to_grey(picture, encoding: str, is_bigendian: Optional[bool] = None,
            bits: Optional[int] = None) -> np.ndarray:
    """
    Return a picture as uint8 [H, W].

    :param picture: [H, W] or [H, W, C] in the type of the encoding (mono8, mono16, 16UC1, rgb8,
        bgr8, rgba8, bgra8, rgb16, bgr16, bayer_*8, bayer_*16, 8UC1, 8UC3 with blue first).
    :param is_bigendian: byte order of sixteen-bit values as they lie in memory; None for that of
        the array's own type.
    :param bits: that sixteen-bit values fill; None by this picture alone.
    :raises MalformedInput: 'unknown_image_encoding', or 'image_size' if the array is not of it.
    """
    name, channels = _layout(encoding)
    picture = np.asarray(picture)
    fits = (picture.dtype.kind == 'u' and picture.dtype.itemsize == int(name[1])
            and picture.size > 0 and picture.ndim == (2 if channels == 1 else 3)
            and (channels == 1 or picture.shape[2] == channels))
    if not fits:
        raise MalformedInput('image_size', f'a frame in {encoding} cannot be {picture.dtype} '
                             f'{list(picture.shape)}')
    if name == 'u2':
        if is_bigendian is not None:
            stored = np.ascontiguousarray(picture).view(np.uint8).reshape(*picture.shape, 2)
            picture = stored.view('>u2' if is_bigendian else '<u2')[..., 0]
        picture = to_eight_bits(picture, bits or bits_of(picture))
    if encoding.startswith('bayer') and min(picture.shape) < 3:     # OpenCV leaves it black
        raise MalformedInput('image_size', f'a frame in {encoding} cannot have '
                             f'{list(picture.shape)} pixels')
    shown = to_display(picture, encoding.replace('16', '8'))
    return np.ascontiguousarray(shown if shown.ndim == 2
                                else cv2.cvtColor(shown, cv2.COLOR_BGR2GRAY))


def grey_from_image(data, height: int, width: int, step: int, encoding: str, is_bigendian,
                    bits: Optional[int] = None) -> np.ndarray:
    """
    Return the bytes of an Image message as uint8 [H, W]; errors as in `to_grey`.

    :param data: uint8, (nbytes,), rows of ``step`` bytes each.
    """
    return to_grey(_picture(data, height, width, step, encoding, is_bigendian), encoding,
                   bits=bits)


def bits_of(picture: np.ndarray) -> int:
    """Return how many bits the values of a sixteen-bit picture fill, by the rule above."""
    used = int(np.bitwise_or.reduce(picture, axis=None))
    if used and used % LEFT_ALIGNED == 0:
        return 16
    return next(bits for bits in CONVERTER_BITS if used < 2 ** bits)


def to_eight_bits(picture: np.ndarray, bits: int) -> np.ndarray:
    """Return the highest eight of so many bits; what is above them is white."""
    return np.minimum(picture >> (bits - 8), 255).astype(np.uint8)


class GreyReader:
    """Reads the frames of one camera; ``bits`` is what its sixteen-bit values have filled."""

    def __init__(self):
        self.bits = 0

    def read(self, picture, encoding: str) -> np.ndarray:
        """Return a picture (native byte order) as uint8 [H, W]; errors as in `to_grey`."""
        picture = np.asarray(picture)
        if picture.dtype.kind == 'u' and picture.dtype.itemsize == 2 and picture.size:
            self.bits = max(self.bits, bits_of(picture))
        return to_grey(picture, encoding, bits=self.bits or None)

    def read_image(self, data, height: int, width: int, step: int, encoding: str,
                   is_bigendian) -> np.ndarray:
        """Return the bytes of an Image message as uint8 [H, W]; see `grey_from_image`."""
        return self.read(_picture(data, height, width, step, encoding, is_bigendian), encoding)


def _picture(data, height, width, step, encoding, is_bigendian):
    sixteen = encoding.startswith('bayer') and encoding.endswith('16')
    return picture_from_image(data, height, width, step, 'mono16' if sixteen else encoding,
                              is_bigendian)


def _layout(encoding):
    """Return type and number of channels."""
    if encoding.startswith('bayer') and encoding.endswith('16'):
        name, channels = ENCODINGS.get(encoding[:-2] + '8', ('', 0))
        name = name and 'u2'
    else:
        name, channels = ENCODINGS.get(encoding, ('', 0))
    if name not in ('u1', 'u2'):
        raise MalformedInput('unknown_image_encoding', f'a frame has the encoding {encoding!r}: '
                             'a teacher reads mono, rgb, bgr and bayer ones of 8 or 16 bits')
    return name, channels
