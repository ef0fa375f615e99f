# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is known of the sensor, and when its input can be made."""

import numpy as np
import pytest

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.parameters import load_spec, make_settings
from depthanyevent_ros.pipeline.sensor import Sensor
from depthanyevent_ros.pipeline.view import Crop

WIDTH, HEIGHT = 32, 24


def sensor(**values):
    """Return a started sensor with some parameters set."""
    sensor = Sensor(make_settings(load_spec('depth'), values))
    sensor.start()
    return sensor


def camera(focal=30.0, d=()):
    """Return a calibration."""
    return CameraModel.from_values(
        WIDTH, HEIGHT, [focal, 0, 16, 0, focal, 12, 0, 0, 1], d, 'plumb_bob' if d else '')


def test_a_size_in_the_parameters_makes_the_input_at_once():
    """The engine can be prepared before the first event."""
    known = sensor(**{'sensor.width': WIDTH, 'sensor.height': HEIGHT})
    assert known.has_size and (known.front.width, known.front.height) == (WIDTH, HEIGHT)


def test_else_the_first_message_tells_the_size_and_later_ones_do_not():
    """Network and buffers are made for one size."""
    unknown = sensor()
    assert unknown.front is None
    unknown.take_size(WIDTH, HEIGHT)
    front = unknown.front
    unknown.take_size(64, 64)
    assert unknown.front is front and (unknown.width, unknown.height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize('size', [(0, 0), (346, 0), (65535, 65535), (-1, 260)])
def test_a_size_that_no_sensor_has_is_refused(size):
    """A damaged first message must not ask for gigabytes; the next one is asked again."""
    unknown = sensor()
    with pytest.raises(MalformedInput, match='set sensor.width'):
        unknown.take_size(*size)
    unknown.take_size(WIDTH, HEIGHT)
    assert unknown.has_size


def test_rectified_events_wait_for_a_calibration():
    """Without one nobody knows where they belong."""
    waiting = sensor(rectify=True, **{'sensor.width': WIDTH, 'sensor.height': HEIGHT})
    assert waiting.front is None
    waiting.take_camera(camera(d=(0.2, 0, 0, 0, 0)))
    assert waiting.front is not None and waiting.front.view is not None
    assert waiting.view_camera.is_distorted is False
    assert waiting.valid_mask.shape == (HEIGHT, WIDTH)


def test_without_rectification_a_calibration_only_describes_the_view():
    """The events stay where they are, and the windows go on."""
    plain = sensor(**{'sensor.width': WIDTH, 'sensor.height': HEIGHT})
    epoch = plain.front.windows.epoch
    plain.take_camera(camera(d=(0.2, 0, 0, 0, 0)))
    assert plain.view_camera == camera(d=(0.2, 0, 0, 0, 0)) and plain.valid_mask is None
    assert plain.front.windows.epoch == epoch


def test_another_calibration_of_rectified_events_is_one_reset_and_the_same_is_none():
    """Drivers repeat camera_info with every frame."""
    rectified = sensor(rectify=True, **{'sensor.width': WIDTH, 'sensor.height': HEIGHT})
    for _ in range(3):
        rectified.take_camera(camera())
    assert not rectified.front.windows.resets
    rectified.take_camera(camera(focal=25.0))
    assert rectified.front.windows.resets == {'calibration_changed': 1}


def test_a_crop_is_that_of_the_first_message_and_one_outside_of_it_is_told():
    """The messages are refused, and the next one of a size that holds it is taken."""
    unknown = sensor(**{'crop.top': 8, 'crop.height': 12})
    with pytest.raises(MalformedInput, match='crop.top') as error:
        unknown.take_size(16, 16)
    assert error.value.cause == 'outside_crop' and 'crop.height' in unknown.size_problem
    assert not unknown.has_size and unknown.front is None
    unknown.take_size(WIDTH, HEIGHT)
    assert unknown.crop == Crop(0, 8, WIDTH, 12) and unknown.size_problem is None
    assert (unknown.front.view.width, unknown.front.view.height) == (WIDTH, 12)


def test_a_calibration_of_a_cropped_view_that_is_not_rectified_is_no_reset():
    """Only what is published of the camera changes: the principal point is that of the crop."""
    plain = sensor(**{'sensor.width': WIDTH, 'sensor.height': HEIGHT, 'crop.left': 6})
    plain.take_camera(camera())
    assert not plain.front.windows.resets
    assert plain.view_camera.k[0, 2] == 10 and plain.view_camera.width == WIDTH - 6


@pytest.mark.parametrize('bad, told', [
    (CameraModel.from_values(WIDTH, HEIGHT, np.zeros(9)), 'all-zero K'),
    (CameraModel.from_values(0, 0, np.eye(3)), 'size'),
    (CameraModel.from_values(WIDTH, HEIGHT, [30, 0, 16, 0, 30, 12, 0, 0, 1], [1, 2, 3, 4],
                             'fishbowl'), 'fishbowl'),
])
def test_a_calibration_that_cannot_be_used_is_told_and_the_old_one_stays(bad, told):
    """A driver that starts without its calibration file publishes zeros."""
    known = sensor(rectify=True, **{'sensor.width': WIDTH, 'sensor.height': HEIGHT})
    known.take_camera(camera())
    known.take_camera(bad)
    assert told in known.problem and known.camera == camera() and known.front is not None
    known.take_camera(camera(focal=25.0))
    assert known.problem is None
