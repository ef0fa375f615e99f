# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The costs of a step, against sums by hand."""

import pytest

from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.costs import network_costs
from depthanyevent_ros.network.depth_anyevent import build_network

SENSOR, INPUT = (260, 346), (266, 350)


@pytest.fixture(scope='module')
def vits():
    """Return the costs of the paper's network."""
    return network_costs(ModelConfig(), SENSOR, INPUT, 'f16')


def test_operations_of_the_recurrent_gates_are_those_by_hand(vits):
    """Memory adds per level a 3x3 convolution of F channels and the gates, 2F to 4F, and loses."""
    without = network_costs(ModelConfig(model_type='DAv2'), SENSOR, INPUT, 'f16')
    cells = sum(h * w for h, w in ((8, 11), (17, 23), (36, 48), (74, 98)))
    gates = 2 * 9 * (64 * 64 + 128 * 256) * cells
    # The fused maps are smaller by the two samples that the first convolution takes.
    assert 0.7 * gates < vits.flops - without.flops < gates


def test_operations_of_the_encoder_are_those_by_hand(vits):
    """ViT-S: 476 tokens of 384; per block 12 d^2 for each token and twice n^2 d for attention."""
    tokens, dim = 19 * 25 + 1, 384
    block = 2 * (12 * dim * dim * tokens + 2 * tokens * tokens * dim)
    patches = 2 * (tokens - 1) * 3 * 14 * 14 * dim
    encoder = 12 * block + patches
    assert 0.5 < encoder / vits.flops < 0.7


def test_bytes_are_weights_states_image_and_depth(vits):
    """By hand: 26,113,473 parameters, hidden states and cells of 605,376, 7 bytes a pixel."""
    expected = 2 * (26_113_473 + 2 * 605_376) + 4 * 2 * 605_376 + 7 * 260 * 346
    assert vits.nbytes == expected
    assert network_costs(ModelConfig(), SENSOR, INPUT, 'f32').nbytes == (
        4 * (26_113_473 + 4 * 605_376) + 7 * 260 * 346)


def test_nothing_of_the_network_is_computed_or_kept():
    """Only shapes: the largest network costs no memory."""
    costs = network_costs(ModelConfig(encoder='vitl'), SENSOR, INPUT, 'f16')
    assert costs.flops > 5e11 and not any(
        parameter.is_meta for parameter in build_network(ModelConfig(encoder='vitt')).parameters())
