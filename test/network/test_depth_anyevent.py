# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The whole networks: sizes of the levels, state in and out, the inversion."""

import numpy as np
import pytest
import torch

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.config import ENCODERS, ModelConfig, TransformerSizes
from depthanyevent_ros.network.depth_anyevent import build_network, state_sizes
from depthanyevent_ros.network.dpt_head import FeatureFusionBlock, StockDPTHead
from depthanyevent_ros.network.seeded import seeded_state_dict


def tiny(**changes):
    """Return the smallest network with seeded weights."""
    config = ModelConfig(encoder='vitt', **changes)
    network = build_network(config).eval()
    network.load_state_dict(seeded_state_dict(config, 1), strict=True)
    return network


@pytest.mark.parametrize('height, width, expected', [
    (266, 350, [(8, 11), (17, 23), (36, 48), (74, 98)]),
    (322, 644, [(10, 21), (21, 44), (44, 90), (90, 182)])])
def test_state_sizes_are_those_of_the_method(height, width, expected):
    """The table of the recurrent outputs, levels 4 to 1."""
    assert list(state_sizes(ENCODERS['vits'], height, width)) == expected


@pytest.mark.parametrize('encoder, features', [('vits', 64), ('vitb', 128), ('vitl', 256)])
def test_the_state_is_levels_4_to_1_of_hidden_and_cell(encoder, features):
    """Order and shapes of the tuple, 266x350."""
    with torch.device('meta'):
        network = build_network(ModelConfig(encoder=encoder))
        state = network.zero_state(1, 266, 350)
    sizes = [(8, 11), (17, 23), (36, 48), (74, 98)]
    assert [[tuple(part.shape) for part in pair] for pair in state] == [
        [(1, features, h, w)] * 2 for h, w in sizes]


@pytest.mark.parametrize('model_type, outputs', [
    ('DAv2', {1: (76, 100), 2: (38, 50), 3: (19, 25), 4: (10, 13)}),
    ('RecDAv2', {1: (74, 98), 2: (36, 48), 3: (17, 23), 4: (8, 11)})])
def test_the_levels_have_the_sizes_of_the_table(model_type, outputs):
    """Feature maps, refinenets 4..1 and the two output convolutions at 266x350."""
    network = tiny(model_type=model_type)
    seen = {}
    for name, module in network.depth_head.scratch.named_children():
        module.register_forward_hook(
            lambda _, __, out, name=name: seen.__setitem__(name, tuple(out.shape[2:])))
    with torch.inference_mode():
        depth, state = network(torch.zeros(1, 3, 266, 350))
    assert depth.shape == (1, 1, 266, 350)
    assert [seen[f'layer{n}_rn'] for n in (1, 2, 3, 4)] == [
        (76, 100), (38, 50), (19, 25), (10, 13)]
    assert [seen[f'refinenet{n}'] for n in (4, 3, 2)] == [outputs[n] for n in (3, 2, 1)]
    finest = tuple(2 * side for side in outputs[1])
    assert seen['refinenet1'] == seen['output_conv1'] == finest
    assert [tuple(pair[0].shape[2:]) for pair in state] == [
        outputs[n] for n in (4, 3, 2, 1)][:len(state)]


def test_a_fusion_block_equals_the_published_order():
    """Interpolating before the 1x1 convolution, as published, gives the same."""
    torch.manual_seed(6)
    block = FeatureFusionBlock(8)
    x, level = torch.randn(2, 1, 8, 5, 7).unbind(0)
    expected = block.resConfUnit2(x + block.resConfUnit1(level))
    expected = block.out_conv(torch.nn.functional.interpolate(
        expected, size=(9, 13), mode='bilinear', align_corners=True))
    torch.testing.assert_close(block((9, 13), x, level), expected, rtol=1e-4, atol=1e-5)


def test_the_state_changes_the_depth():
    """The same picture after another gives another depth; without memory it does not."""
    first, second = torch.rand(2, 1, 3, 112, 126).unbind(0)
    for model_type, same in (('RecDAv2', False), ('DAv2', True)):
        network = tiny(model_type=model_type)
        with torch.inference_mode():
            _, state = network(first)
            after = network(second, state)[0]
            alone = network(second)[0]
        assert torch.equal(after, alone) == same


def test_none_is_the_zero_state():
    """The first step may say None or zeros; the state given in is not changed."""
    network = tiny()
    image = torch.rand(1, 3, 112, 126)
    zeros = network.zero_state(1, 112, 126)
    with torch.inference_mode():
        left, right = network(image)[0], network(image, zeros)[0]
    assert torch.equal(left, right)
    assert all((part == 0).all() for pair in zeros for part in pair)


def test_a_batch_is_its_pictures_one_by_one():
    """No picture of a batch touches another."""
    network = tiny()
    images = torch.rand(2, 3, 112, 126)
    with torch.inference_mode():
        both = network(images)[0]
        alone = torch.cat([network(image[None])[0] for image in images])
    torch.testing.assert_close(both, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('activation, invert', [
    ('relu', lambda raw: 1 / (raw + 1e-6)), ('sigmoid', lambda raw: 1 - raw),
    ('softplus', lambda raw: raw)])
def test_the_inversion_belongs_to_the_activation(activation, invert):
    """Reciprocal for relu, complement for sigmoid, nothing for softplus; then the scale."""
    image = torch.rand(1, 3, 112, 126)
    with torch.inference_mode():
        raw = tiny(activation=activation, inv_prediction=False)(image)[0]
        depth = tiny(activation=activation, inv_prediction=True, scale_factor=3.0)(image)[0]
    torch.testing.assert_close(depth, 3 * invert(raw))


def test_a_picture_below_five_patches_is_refused():
    """Level 4 needs three samples before its unpadded convolution."""
    network = tiny()
    assert network.zero_state(1, 70, 70)[0][0].shape[2:] == (1, 1)
    with pytest.raises(ConfigError, match='56x126 is too small'):
        network.zero_state(1, 56, 126)


def test_only_the_unused_parameters_get_no_gradient():
    """All but mask_token and refinenet4's first unit take part in the computation."""
    network = tiny()
    network(torch.rand(1, 3, 84, 84))[0].sum().backward()
    idle = {name for name, value in network.named_parameters() if value.grad is None}
    assert idle == {'pretrained.mask_token'} | {
        f'depth_head.scratch.refinenet4.resConfUnit1.conv{n}.{part}'
        for n in (1, 2) for part in ('weight', 'bias')}


def test_the_head_reads_the_last_block_of_every_transformer():
    """The taps of a transformer lie inside it and end with its last block."""
    for sizes in (each for each in ENCODERS.values() if isinstance(each, TransformerSizes)):
        assert np.all(np.diff(sizes.taps) > 0)
        assert sizes.taps[-1] == sizes.depth - 1
        assert sizes.dim % sizes.heads == 0


def test_the_stock_head_keeps_the_corners():
    """What enters the last layers is the map before them, resized by hand: corners on corners."""
    torch.manual_seed(0)
    sizes = ENCODERS['vitt']
    head = StockDPTHead(sizes, 'relu')
    seen = {}
    head.scratch.output_conv1.register_forward_hook(lambda _, __, y: seen.update(small=y))
    head.scratch.output_conv2.register_forward_pre_hook(lambda _, x: seen.update(large=x[0]))
    rows, columns = 2, 3
    maps = [torch.randn(1, sizes.features, int(k * rows), int(k * columns)) for k in (4, 2, 1)]
    maps.append(torch.randn(1, sizes.features, 1, 2))
    with torch.no_grad():
        head.fuse(maps, (14 * rows, 14 * columns))
    small, large = (seen[name][0, 5].numpy() for name in ('small', 'large'))
    y, x = (np.linspace(0, n - 1, more) for n, more in zip(small.shape, large.shape))
    wide = np.stack([np.interp(x, np.arange(small.shape[1]), row) for row in small])
    expected = np.stack([np.interp(y, np.arange(len(small)), column) for column in wide.T], 1)
    np.testing.assert_allclose(large, expected, atol=1e-5)
