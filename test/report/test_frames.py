# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames are shown as they were newest at a time."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.recordings.records import FrameRecord
from depthanyevent_ros.report.frames import FrameFollower, to_display


def frame(stamp_ns, value):
    return FrameRecord(stamp_ns, stamp_ns, '', np.full((2, 3), value, np.uint8), 'mono8')


def test_the_newest_frame_at_a_time_is_given_with_its_age():
    """A frame counts from its own stamp on."""
    frames = FrameFollower([frame(10, 1), 'no frame', frame(20, 2), frame(30, 3)])
    assert frames.at(9) == (None, None)
    picture, age_s = frames.at(10)
    assert picture[0, 0] == 1 and age_s == 0
    picture, age_s = frames.at(29)
    assert picture[0, 0] == 2 and age_s == pytest.approx(9e-9)
    assert frames.at(1000)[0][0, 0] == 3


def test_a_recording_without_frames_has_none():
    """None at every time."""
    assert FrameFollower([]).at(5) == (None, None)


@pytest.mark.parametrize('encoding, pixel, expected', [
    ('rgb8', [1, 2, 3], [3, 2, 1]), ('bgr8', [1, 2, 3], [1, 2, 3]),
    ('rgba8', [1, 2, 3, 9], [3, 2, 1]), ('bgra8', [1, 2, 3, 9], [1, 2, 3])])
def test_colours_are_put_into_the_order_of_opencv(encoding, pixel, expected):
    """bgr8, whatever the encoding."""
    shown = to_display(np.array([[pixel]], np.uint8), encoding)
    assert shown[0, 0].tolist() == expected


@pytest.mark.parametrize('encoding, red_at', [
    ('bayer_rggb8', (0, 0)), ('bayer_bggr8', (1, 1)), ('bayer_gbrg8', (1, 0)),
    ('bayer_grbg8', (0, 1))])
def test_a_bayer_pattern_is_read_from_its_first_row(encoding, red_at):
    """Only the red pixels are bright: the picture is red, not blue."""
    raw = np.zeros((8, 8), np.uint8)
    raw[red_at[0]::2, red_at[1]::2] = 200
    blue, _, red = to_display(raw, encoding)[2:6, 2:6].reshape(-1, 3).mean(axis=0)
    assert red > 150 and blue == 0


def test_sixteen_bits_keep_the_upper_eight():
    """0xABCD is shown as 0xAB."""
    assert to_display(np.array([[0xABCD]], np.uint16), 'mono16')[0, 0] == 0xAB


def test_a_float_picture_is_stretched_over_its_range():
    """Black to white; what is not finite is no error."""
    shown = to_display(np.array([[0, 5, np.nan, 10]], np.float32), '32FC1')
    assert shown.dtype == np.uint8 and shown[0, [0, 3]].tolist() == [0, 255]
    assert shown.ndim == 2 and cv2.cvtColor(shown, cv2.COLOR_GRAY2BGR).shape == (1, 4, 3)
