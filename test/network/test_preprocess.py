# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From the sensor's image to the network's input and back."""

import pytest
import torch
from torch.nn import functional

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.network.input_size import network_size
from depthanyevent_ros.network.preprocess import bicubic_matrix, SensorModel
from depthanyevent_ros.network.seeded import seeded_state_dict


@pytest.mark.parametrize('sensor, least, expected', [
    ((260, 346), (266, 350), (266, 350)), ((480, 640), (266, 350), (266, 350)),
    ((180, 240), (266, 350), (266, 350)), ((320, 640), (266, 350), (266, 532)),
    ((256, 512), (266, 350), (266, 532)), ((720, 1280), (266, 350), (266, 476)),
    ((200, 346), (266, 350), (266, 462)), ((320, 640), (322, 644), (322, 644)),
    ((260, 346), (322, 644), (490, 644)), ((260, 346), (154, 210), (154, 210)),
    ((260, 346), (196, 266), (196, 266))])
def test_the_network_size_is_that_of_the_table(sensor, least, expected):
    """Lower-bound resize to multiples of 14 (height, width)."""
    assert network_size(*sensor, *least, 14) == expected


@pytest.mark.parametrize('sensor, least, expected', [
    ((260, 346), (160, 224), (160, 224)), ((260, 346), (192, 256), (192, 256)),
    ((260, 346), (128, 160), (128, 160)), ((480, 640), (160, 224), (160, 224)),
    ((480, 640), (192, 256), (192, 256)), ((720, 1280), (160, 224), (160, 288)),
    ((260, 346), (161, 224), (192, 224)), ((33, 33), (1, 1), (32, 32))])
def test_a_convolutional_network_takes_multiples_of_32(sensor, least, expected):
    """The same rule with another stride: 160 * 1280 / 720 is 284.4, nearest to 288."""
    assert network_size(*sensor, *least, 32) == expected


def test_halves_go_to_the_even_multiple():
    """A side of 35 is 2.5 patches: 28, not 42, unless the bound forbids it."""
    assert network_size(35, 70, 14, 70, 14) == (28, 70)
    assert network_size(35, 70, 35, 70, 14) == (42, 70)


def test_a_bound_that_is_no_multiple_is_kept():
    """Rounding below the bound goes up instead."""
    assert network_size(100, 100, 100, 100, 14) == (112, 112)


@pytest.mark.parametrize('sizes', [(0, 346, 266, 350), (260, -1, 266, 350), (260, 346, 266, 9000)])
def test_a_senseless_size_is_refused(sizes):
    """The error names the side."""
    with pytest.raises(ConfigError, match='it must be from 1 to 8192'):
        network_size(*sizes, 14)


def model(height, width, least=(112, 154), model_type='RecDAv2'):
    """Return a small network at a sensor size."""
    config = ModelConfig(encoder='vitt', model_type=model_type)
    network = build_network(config).eval()
    network.load_state_dict(seeded_state_dict(config, 1))
    return SensorModel(network, height, width, *least)


def test_the_sensor_model_is_its_three_steps():
    """Bicubic without clamp, then ImageNet normalisation, network, bilinear back."""
    sensor = model(120, 160)
    image = torch.rand(3, 120, 160)
    with torch.inference_mode():
        depth, *state = sensor(image, *sensor.zero_state())
        x = functional.interpolate(image[None], size=(112, 154), mode='bicubic')
        for channel, (mean, std) in enumerate([(.485, .229), (.456, .224), (.406, .225)]):
            x[:, channel] = (x[:, channel] - mean) / std
        raw, pairs = sensor.network(x)
        expected = functional.interpolate(raw, size=(120, 160), mode='bilinear')[0, 0]
    torch.testing.assert_close(depth, expected, rtol=1e-5, atol=1e-6)
    for ours, theirs in zip(state, (part for pair in pairs for part in pair)):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('size, new', [((260, 346), (266, 350)), ((260, 346), (154, 210)),
                                       ((480, 640), (266, 350)), ((20, 30), (28, 42))])
def test_the_matrices_are_torchs_bicubic_resize(size, new):
    """Enlarging and shrinking, both axes; values outside 0..1 are not clamped."""
    image = torch.rand(3, *size)
    rows, columns = (bicubic_matrix(*pair) for pair in zip(size, new))
    expected = functional.interpolate(image[None], size=new, mode='bicubic')[0]
    torch.testing.assert_close(rows @ image @ columns.T, expected, rtol=0, atol=2e-6)
    assert expected.max() > 1


def test_a_sensor_of_the_networks_size_is_not_changed():
    """The matrices are unit matrices, and the caller's tensor is left alone."""
    sensor = model(112, 154)
    assert torch.equal(sensor.preprocessing.rows, torch.eye(112))
    assert torch.equal(sensor.preprocessing.columns, torch.eye(154))
    image = torch.zeros(3, 112, 154)
    with torch.inference_mode():
        depth, *_ = sensor(image, *sensor.zero_state())
    assert depth.shape == (112, 154)
    assert (image == 0).all()


def test_state_names_go_with_the_tensors():
    """Level 4 first, hidden before cell; the network without memory has none."""
    sensor = model(120, 160)
    assert sensor.state_names == ('4_hidden', '4_cell', '3_hidden', '3_cell',
                                  '2_hidden', '2_cell', '1_hidden', '1_cell')
    assert len(sensor.zero_state()) == 8
    still = model(120, 160, model_type='DAv2')
    assert still.state_names == still.zero_state() == ()


def test_the_constants_are_no_parameters():
    """Position, mean and std are buffers outside the state_dict."""
    names = model(120, 160).state_dict()
    assert all(name.startswith('network.') for name in names)
