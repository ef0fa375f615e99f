# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Image messages become arrays: padding, byte order, channels, and what is refused."""

import numpy as np
import pytest

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.recordings.pictures import picture_from_image


def test_padding_at_the_end_of_rows_is_left_out():
    """``step`` may be more than a row needs."""
    data = np.array([1, 2, 99, 3, 4, 99], np.uint8)
    np.testing.assert_array_equal(picture_from_image(data, 2, 2, 3, 'mono8', 0), [[1, 2], [3, 4]])


def test_sixteen_bit_pictures_follow_their_byte_order():
    """0x0102 is 258 big-endian and 513 little-endian."""
    data = np.array([1, 2], np.uint8)
    assert picture_from_image(data, 1, 1, 2, 'mono16', 1) == 258
    assert picture_from_image(data, 1, 1, 2, 'mono16', 0) == 513
    assert picture_from_image(data, 1, 1, 2, 'mono16', 1).dtype == np.uint16


def test_colour_keeps_its_channels():
    """[H, W, 3] for rgb8."""
    image = picture_from_image(np.arange(12, dtype=np.uint8), 2, 2, 6, 'rgb8', 0)
    assert image.shape == (2, 2, 3)
    np.testing.assert_array_equal(image[1, 0], [6, 7, 8])


@pytest.mark.parametrize('arguments, cause', [
    ((3, 2, 2, 'mono8', 0), 'image_size'),
    ((2, 4, 3, 'mono8', 0), 'image_size'),
    ((1, 1, 2, 'yuv422', 0), 'unknown_image_encoding'),
])
def test_sizes_that_do_not_fit_and_unknown_encodings_are_refused(arguments, cause):
    """Four bytes are neither three rows of two nor rows of four with a step of three."""
    with pytest.raises(MalformedInput) as error:
        picture_from_image(np.zeros(4, np.uint8), *arguments)
    assert error.value.cause == cause


def test_empty_picture_is_empty():
    """A size of 0x0 is odd but harmless."""
    assert picture_from_image(np.zeros(0, np.uint8), 0, 0, 0, 'mono8', 0).shape == (0, 0)
