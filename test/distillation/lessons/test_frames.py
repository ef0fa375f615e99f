# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of every encoding become grey: byte order, bits of the converter, and what is refused."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.distillation.lessons.frames import grey_from_image, GreyReader, to_grey
from depthanyevent_ros.errors import MalformedInput


@pytest.fixture
def ten_bits(rng):
    """Return a picture of 10 bits, uint16 [6, 8], with 1023 in it."""
    picture = rng.integers(0, 1024, (6, 8)).astype(np.uint16)
    picture[0, :2] = 1023, 1
    return picture


@pytest.fixture
def rng():
    """Return a generator that is the same in each run."""
    return np.random.default_rng(5)


@pytest.mark.parametrize('encoding', ['mono8', '8UC1'])
def test_eight_bits_stay_as_they_are(rng, encoding):
    """Not one value is changed."""
    picture = rng.integers(0, 256, (4, 5)).astype(np.uint8)
    np.testing.assert_array_equal(to_grey(picture, encoding), picture)


@pytest.mark.parametrize('bits', [10, 12, 14, 16])
def test_white_of_any_converter_is_white(bits):
    """The largest value tells the bits: 1023 of 10 bits and 65535 of 16 are both 255."""
    white = 2 ** bits - 1
    picture = np.array([[0, 1, white // 2, white]], np.uint16)
    np.testing.assert_array_equal(to_grey(picture, 'mono16'), [[0, 0, 127, 255]])


def test_bits_at_the_top_are_not_moved_up_again():
    """Libcaer gives 10 bits as multiples of 64: a dark frame of at most 960 stays dark."""
    picture = np.array([[0, 64, 512, 960]], np.uint16)
    np.testing.assert_array_equal(to_grey(picture, 'mono16'), [[0, 0, 2, 3]])
    assert to_grey(picture + np.uint16(3), '16UC1').max() == 240        # 963 of 10 bits


def test_a_dark_frame_after_a_brighter_one_is_dark(ten_bits):
    """The reader knows that this camera has 12 bits; the picture alone looks like 10."""
    reader = GreyReader()
    np.testing.assert_array_equal(reader.read(ten_bits, 'mono16'), ten_bits >> 2)
    reader.read(np.array([[4095]], np.uint16), 'mono16')
    np.testing.assert_array_equal(reader.read(ten_bits, 'mono16'), ten_bits >> 4)
    assert reader.bits == 12


def test_black_has_no_bits_and_stays_black():
    """All zeros: the least number of bits, and no division by the brightest."""
    assert not to_grey(np.zeros((3, 3), np.uint16), 'mono16').any()


def test_byte_order_is_that_of_the_message(ten_bits):
    """The same picture from both; the wrong order gives another one."""
    data = np.frombuffer(ten_bits.astype('>u2').tobytes(), np.uint8)
    expected = ten_bits >> 2
    np.testing.assert_array_equal(grey_from_image(data, 6, 8, 16, 'mono16', 1), expected)
    np.testing.assert_array_equal(GreyReader().read_image(data, 6, 8, 16, 'mono16', 1), expected)
    np.testing.assert_array_equal(to_grey(ten_bits.astype('>u2'), 'mono16'), expected)
    misread = np.frombuffer(data.tobytes(), np.uint16).reshape(6, 8)
    np.testing.assert_array_equal(to_grey(misread, 'mono16', is_bigendian=True), expected)
    assert (grey_from_image(data, 6, 8, 16, 'mono16', 0) != expected).any()


def test_colours_weigh_as_eyes_see_them():
    """Red 0.299, green 0.587, blue 0.114, wherever the channel lies."""
    rgb = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    np.testing.assert_array_equal(to_grey(rgb, 'rgb8'), [[76, 150, 29]])
    np.testing.assert_array_equal(to_grey(rgb, 'bgr8'), [[29, 150, 76]])
    np.testing.assert_array_equal(to_grey(rgb.astype(np.uint16) * 257, 'rgb16'), [[76, 150, 29]])
    alpha = np.concatenate([rgb, np.full((1, 3, 1), 7, np.uint8)], 2)
    np.testing.assert_array_equal(to_grey(alpha, 'rgba8'), [[76, 150, 29]])
    np.testing.assert_array_equal(to_grey(alpha, 'bgra8'), [[29, 150, 76]])


@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
@pytest.mark.parametrize('bits', [8, 16])
def test_a_bayer_picture_of_one_colour_has_its_grey(pattern, bits):
    """Pixels are laid out by the name of the encoding; every pixel then is 0.3 R + 0.6 G + ..."""
    level = {'r': 200, 'g': 100, 'b': 50}
    cell = np.array([level[c] for c in pattern], np.uint16).reshape(2, 2)
    mosaic = np.tile(cell, (5, 6)) * (257 if bits == 16 else 1)
    grey = to_grey(mosaic.astype(f'u{bits // 8}'), f'bayer_{pattern}{bits}')
    assert grey.shape == (10, 12) and np.unique(grey).tolist() == [
        round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)]


def test_the_edges_of_a_bayer_picture_are_no_black_frame(rng):
    """Against OpenCV's own way to grey, to a level or two."""
    mosaic = cv2.GaussianBlur(rng.integers(0, 256, (20, 24)).astype(np.uint8), (0, 0), 3)
    grey = to_grey(mosaic, 'bayer_rggb8').astype(int)
    np.testing.assert_allclose(grey, cv2.cvtColor(mosaic, cv2.COLOR_BayerBG2GRAY), atol=2)


@pytest.mark.parametrize('shape, dtype, encoding', [
    ((0, 5), np.uint8, 'mono8'), ((4, 5, 3), np.uint8, 'mono8'), ((4, 5), np.uint16, 'mono8'),
    ((4, 5), np.uint8, 'mono16'), ((4, 5), np.int16, 'mono16'), ((4, 5), np.uint8, 'rgb8'),
    ((4, 5, 4), np.uint8, 'rgb8'), ((20,), np.uint8, 'mono8'), ((2, 2), np.uint8, 'bayer_rggb8'),
    ((4, 5), np.float32, 'mono8'), ((4, 5), np.uint8, 'bayer_rggb16'),
])
def test_arrays_that_are_not_of_their_encoding_are_refused(shape, dtype, encoding):
    """With a cause to count and a sentence."""
    for read in (to_grey, GreyReader().read):
        with pytest.raises(MalformedInput, match=encoding) as error:
            read(np.zeros(shape, dtype), encoding)
        assert error.value.cause == 'image_size'


@pytest.mark.parametrize('encoding', ['', '32FC1', 'yuv422', 'bayer_xyzw8', 'bayer_16', 'bayer'])
def test_unknown_encodings_are_refused(encoding):
    """Depth is no picture either."""
    with pytest.raises(MalformedInput) as error:
        to_grey(np.zeros((4, 4), np.float32), encoding)
    assert error.value.cause == 'unknown_image_encoding'


@pytest.mark.parametrize('n_bytes, step', [(0, 16), (95, 16), (96, 15)])
@pytest.mark.parametrize('encoding', ['mono16', 'bayer_rggb16'])
def test_truncated_bytes_are_refused(n_bytes, step, encoding):
    """6 rows of 8 pixels take 96 bytes and no fewer."""
    with pytest.raises(MalformedInput) as error:
        grey_from_image(np.zeros(n_bytes, np.uint8), 6, 8, step, encoding, 0)
    assert error.value.cause == 'image_size'
