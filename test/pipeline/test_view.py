# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The crop of the view: what is shown, what is counted, and which camera it has."""

from pathlib import Path

import numpy as np
import pytest

from depthanyevent_ros.cli.node_settings import parameters_of_file
from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.events.window_builder import WindowBuilder
from depthanyevent_ros.events.windows import make_window_policy
from depthanyevent_ros.network.input_size import network_size
from depthanyevent_ros.parameters import load_spec, make_settings
from depthanyevent_ros.pipeline.assembly import check_settings
from depthanyevent_ros.pipeline.view import Crop, make_crop, make_view

WIDTH, HEIGHT = 32, 24
CROP = Crop(left=3, top=5, width=20, height=10)
CONFIG = Path(__file__).resolve().parents[2] / 'config'


def camera():
    """Return a calibration with distortion, a rotation and another projection."""
    return CameraModel.from_values(
        WIDTH, HEIGHT, [30, 0, 16, 0, 31, 12, 0, 0, 1], [0.2, -0.1, 0, 0], 'plumb_bob',
        [np.cos(0.05), -np.sin(0.05), 0, np.sin(0.05), np.cos(0.05), 0, 0, 0, 1],
        [28, 0, 15, -3, 0, 28, 11, 0, 0, 0, 1, 0])


def settings(**crop):
    """Return settings with such a crop."""
    return make_settings(load_spec('depth'), {f'crop.{name}': v for name, v in crop.items()})


def first_window(view):
    """Return the first 10 ms of 3000 events, and what was counted of them."""
    random = np.random.default_rng(0)
    t_ns = np.sort(random.integers(0, 15_000_000, 3000))
    events = make_events(random.integers(0, WIDTH, 3000), random.integers(0, HEIGHT, 3000), t_ns,
                         random.integers(0, 2, 3000))
    builder = WindowBuilder(make_window_policy('time', 10_000, 0, 1, 0), WIDTH, HEIGHT, view)
    (window,) = builder.feed(events)
    return window, builder.counts, events


@pytest.mark.parametrize('rectify', [False, True])
def test_a_crop_shows_what_the_whole_picture_shows_there(rectify):
    """As the paper does it: Tencode of the whole view, its times included, then the crop."""
    whole, _, _ = first_window(make_view(camera(), rectify, WIDTH, HEIGHT)[0])
    part, _, _ = first_window(make_view(camera(), rectify, WIDTH, HEIGHT, CROP)[0])
    np.testing.assert_array_equal(part.image, whole.image[:, 5:15, 3:23])
    assert part.image.shape == (3, 10, 20) and part.image.any()
    assert (part.n_events, part.first_ns, part.last_ns) == (
        whole.n_events, whole.first_ns, whole.last_ns)


def test_events_outside_of_the_crop_are_counted():
    """Columns 3 to 22 and rows 5 to 14 are inside."""
    _, counts, events = first_window(make_view(None, False, WIDTH, HEIGHT, CROP)[0])
    inside = ((events['x'] >= 3) & (events['x'] <= 22) & (events['y'] >= 5) & (events['y'] <= 14))
    assert counts == {'outside_view': np.count_nonzero(~inside)}


def test_a_pixel_of_the_crop_is_where_the_table_says():
    """The corners and their neighbours outside, by hand."""
    view, mask, _ = make_view(None, False, WIDTH, HEIGHT, CROP)
    lut = view.lut.reshape(HEIGHT, WIDTH)
    assert (lut[5, 3], lut[5, 22], lut[14, 3], lut[14, 22]) == (0, 19, 180, 199)
    assert lut[4, 3] == lut[5, 2] == lut[5, 23] == lut[15, 3] == -1
    assert (view.width, view.height) == (20, 10) and mask is None
    assert np.count_nonzero(lut >= 0) == 200


def test_mask_and_camera_are_those_of_the_crop():
    """The rectified view, cut; without a calibration there is neither."""
    _, whole_mask, whole = make_view(camera(), True, WIDTH, HEIGHT)
    _, mask, part = make_view(camera(), True, WIDTH, HEIGHT, CROP)
    np.testing.assert_array_equal(mask, whole_mask[5:15, 3:23])
    assert (part.width, part.height) == (20, 10) and not part.is_distorted
    np.testing.assert_array_equal(part.k, whole.k - [[0, 0, 3], [0, 0, 5], [0, 0, 0]])
    assert make_view(None, False, WIDTH, HEIGHT, CROP)[2] is None


def test_a_crop_of_everything_is_no_crop():
    """No table, no cost."""
    whole = make_crop(settings(), WIDTH, HEIGHT)
    assert whole == Crop(0, 0, WIDTH, HEIGHT)
    assert make_view(None, False, WIDTH, HEIGHT, whole) == (None, None, None)


def test_a_size_of_zero_reaches_to_the_far_edge():
    """So that leaving rows out at the top takes one parameter."""
    assert make_crop(settings(top=5, left=2), WIDTH, HEIGHT) == Crop(2, 5, 30, 19)
    assert make_crop(settings(height=7), WIDTH, HEIGHT) == Crop(0, 0, 32, 7)


@pytest.mark.parametrize('crop, told', [
    ({'left': 32}, 'crop.left'), ({'left': 20, 'width': 13}, 'crop.width'),
    ({'top': 4000}, 'crop.top'), ({'height': 25}, '24 pixels')])
def test_a_crop_that_is_not_inside_is_refused(crop, told):
    """At once where the size of the sensor is a parameter, else by its first message."""
    with pytest.raises(ConfigError, match=told):
        make_crop(settings(**crop), WIDTH, HEIGHT)
    known = make_settings(load_spec('depth'), {
        'sensor.width': WIDTH, 'sensor.height': HEIGHT,
        **{f'crop.{name}': value for name, value in crop.items()}})
    with pytest.raises(ConfigError, match=told):
        check_settings(known)


def test_the_preset_for_dsec_is_the_crop_of_the_paper():
    """Rows 80 to 399 of 640x480, and 322x644 for the network."""
    preset = make_settings(load_spec('depth'), parameters_of_file(CONFIG / 'dsec.yaml'))
    check_settings(preset)
    crop = make_crop(preset, preset.sensor.width, preset.sensor.height)
    assert crop == Crop(0, 80, 640, 320) and preset.rectify
    engine = preset.engine
    assert network_size(crop.height, crop.width, engine.input_height, engine.input_width,
                        14) == (322, 644)
    assert network_size(crop.height, crop.width, 266, 350, 14) == (266, 532)


def test_the_preset_for_mvsec_is_the_whole_sensor_as_it_is():
    """346x260, distorted, 266x350 for the network."""
    preset = make_settings(load_spec('depth'), parameters_of_file(CONFIG / 'mvsec.yaml'))
    check_settings(preset)
    assert make_crop(preset, 346, 260) == Crop(0, 0, 346, 260) and not preset.rectify
    assert network_size(260, 346, preset.engine.input_height, preset.engine.input_width,
                        14) == (266, 350)


@pytest.mark.parametrize(
    'path', sorted({*CONFIG.glob('*.yaml')} - {*CONFIG.glob('teacher_*')}),
    ids=lambda path: path.name)
def test_every_preset_can_be_used(path):
    """Names, values and what must go together."""
    check_settings(make_settings(load_spec('depth'), parameters_of_file(path)))


def test_the_preset_of_replays_takes_the_size_from_the_recording():
    """A data set is not of the camera that happens to be on the robot."""
    assert not {name for name in parameters_of_file(CONFIG / 'replay.yaml')
                if name.startswith(('sensor.', 'crop.'))}
