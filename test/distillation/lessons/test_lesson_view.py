# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events, frames and labels go to the same place; a second way there is OpenCV's own."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.distillation.lessons.lesson_view import LessonView, masked
from depthanyevent_ros.distillation.protocol import Label
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.types import EVENT_DTYPE, make_events
from depthanyevent_ros.parameters import load_spec, make_settings

WIDTH, HEIGHT = 96, 64
K = np.array([[70.0, 0, 47], [0, 70, 31], [0, 0, 1]])
#: A lens that bends the corners by some pixels.
D = [-0.35, 0.1, 0.0, 0.0, 0.0]
CAMERA = CameraModel.from_values(WIDTH, HEIGHT, K, D, 'plumb_bob')


def view(camera=None, width=WIDTH, height=HEIGHT, **changes) -> LessonView:
    """Return the view that these parameters name."""
    return LessonView(make_settings(load_spec('teacher'), changes), camera, width, height)


def events_at(*pixels):
    """Return an event at each pixel (x, y)."""
    x, y = zip(*pixels)
    n = len(pixels)
    return make_events(np.array(x), np.array(y), np.arange(n), np.ones(n))


def places(events):
    """Return the pixels of events."""
    return list(zip(events['x'].tolist(), events['y'].tolist()))


def test_the_sensors_own_view_leaves_everything_where_it_is():
    """Events are a copy: the decoder uses its buffer again."""
    own, events = view(), events_at((0, 0), (95, 63))
    moved = own.events(events)
    events['x'] = 7
    assert (own.width, own.height, own.sensor_size) == (WIDTH, HEIGHT, (HEIGHT, WIDTH))
    assert places(moved) == [(0, 0), (95, 63)]
    frame = np.arange(WIDTH * HEIGHT, dtype=np.uint8).reshape(HEIGHT, WIDTH)
    assert np.array_equal(own.frame(frame), frame)
    label = Label(np.ones((HEIGHT, WIDTH), np.float32), np.ones((HEIGHT, WIDTH), np.float32))
    assert own.label(label) is label


def test_a_crop_moves_its_corner_to_zero_and_drops_the_rest():
    """10 columns and 4 rows are left out; 20x8 pixels are used."""
    part = view(**{'crop.left': 10, 'crop.top': 4, 'crop.width': 20, 'crop.height': 8})
    assert places(part.events(events_at((9, 4), (10, 4), (29, 11), (30, 11), (29, 12)))) == \
        [(0, 0), (19, 7)]
    frame = np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH).astype(np.uint8)
    cut = part.frame(frame)
    assert np.array_equal(cut, frame[4:12, 10:30]) and cut.flags['C_CONTIGUOUS']


@pytest.mark.parametrize('crop', [(0, 0), (5, 3)])
def test_events_and_frames_are_rectified_alike(crop):
    """A bright dot and an event of one pixel come to the same place, to a pixel."""
    rectified = view(CAMERA, rectify=True, **{'crop.left': crop[0], 'crop.top': crop[1]})
    seen = 0
    for x, y in [(12, 9), (47, 31), (80, 12), (20, 55), (84, 52)]:
        frame = np.zeros((HEIGHT, WIDTH), np.uint8)
        frame[y - 1:y + 2, x - 1:x + 2] = 255
        moved = rectified.events(events_at((x, y)))
        if not len(moved):
            continue
        seen += 1
        rows, columns = np.nonzero(rectified.frame(frame) > 127)
        assert abs(columns.mean() - moved['x'][0]) <= 1 and abs(rows.mean() - moved['y'][0]) <= 1
        there = cv2.undistortPoints(np.array([[[x, y]]], float), K, np.array(D), P=K).ravel()
        assert places(moved) == [(int(there[0]) - crop[0], int(there[1]) - crop[1])]
    assert seen >= 3


def test_a_frame_is_rectified_as_opencv_does_it():
    """cv2.undistort is another way to the same picture; its border is black."""
    frame = cv2.GaussianBlur(np.random.default_rng(2).integers(0, 255, (HEIGHT, WIDTH)).astype(
        np.uint8), (0, 0), 3)
    expected = cv2.undistort(frame, K, np.array(D), None, K)
    found = view(CAMERA, rectify=True).frame(frame)
    inner = slice(4, -4), slice(4, -4)
    assert np.abs(found[inner].astype(int) - expected[inner]).max() <= 2


def test_nothing_is_taught_where_the_sensor_does_not_look():
    """A lens that bends outwards leaves the corners of the rectified view empty."""
    camera = CameraModel.from_values(WIDTH, HEIGHT, K, [0.35, 0.1, 0, 0, 0], 'plumb_bob')
    ones = np.ones((HEIGHT, WIDTH), np.float32)
    label = view(camera, rectify=True).label(Label(ones, ones))
    assert label.confidence[0, 0] == 0 and label.confidence[32, 48] == 1
    assert 0.02 < (label.confidence == 0).mean() < 0.5 and np.array_equal(label.depth, ones)


def test_a_mask_takes_confidence_and_leaves_the_rest():
    """Also where it was less than one."""
    label = masked(Label(np.full((1, 2), 3.0, np.float32), np.array([[0.3, 0.3]], np.float32)),
                   np.array([[True, False]]))
    assert label.confidence.tolist() == [[np.float32(0.3), 0]] and label.depth.tolist() == [[3, 3]]


def test_events_outside_of_the_sensor_are_dropped():
    """A damaged packet may say so."""
    events = events_at((47, 31), (47, 31), (47, 31))
    events['x'][0], events['y'][1] = WIDTH, 60000
    assert len(view(CAMERA, rectify=True).events(events)) == 1


def test_no_events_are_no_events():
    """An empty packet."""
    assert len(view(CAMERA, rectify=True).events(np.empty(0, EVENT_DTYPE))) == 0


def test_a_calibration_of_another_size_is_scaled():
    """Of a picture of half the size: the same directions."""
    half = CAMERA.scaled(WIDTH // 2, HEIGHT // 2)
    events = events_at((12, 9), (80, 12))
    assert places(view(half, rectify=True).events(events)) == \
        places(view(CAMERA, rectify=True).events(events))


@pytest.mark.parametrize('camera, changes, sentence', [
    (None, {'rectify': True}, 'there is no camera_info'),
    (None, {'crop.left': 90, 'crop.width': 20}, 'crop.left'),
    (CameraModel.from_values(WIDTH, HEIGHT, np.zeros(9), D, 'plumb_bob'),
     {'rectify': True}, 'all-zero K')])
def test_what_cannot_be_a_view_is_a_sentence(camera, changes, sentence):
    """It goes into the diagnostics."""
    with pytest.raises(ConfigError, match=sentence):
        view(camera, **changes)
