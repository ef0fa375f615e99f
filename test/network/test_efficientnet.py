# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The convolutional encoder against torch's own layers and the figures of its paper."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.config import ENCODERS, ModelConfig
from depthanyevent_ros.network.depth_anyevent import build_network, state_sizes
from depthanyevent_ros.network.efficientnet import ConvNorm, EfficientNetLite0, InvertedResidual
from depthanyevent_ros.network.seeded import parameter_shapes, seeded_state_dict

CONFIG = ModelConfig(encoder='efflite0', activation='softplus')


@pytest.fixture(scope='module')
def network():
    """Return the recurrent network with seeded weights."""
    network = build_network(CONFIG).eval()
    network.load_state_dict(seeded_state_dict(CONFIG, 1), strict=True)
    return network


def randomise(norm):
    """Give a normalisation statistics of its own."""
    for tensor in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
        nn.init.uniform_(tensor, 0.5, 2)


@pytest.mark.parametrize('kernel, stride, groups, expected', [
    (1, 1, 1, (1, 1)), (3, 1, 4, (1, 1)), (3, 2, 1, (0, 1)), (5, 1, 4, (2, 2)),
    (5, 2, 4, (1, 2))])
def test_a_layer_is_padding_convolution_and_batch_norm(kernel, stride, groups, expected):
    """TensorFlow's SAME on even sides: the odd sample of padding comes at the end."""
    torch.manual_seed(1)
    layer = ConvNorm(4, 8, kernel, stride, groups)
    randomise(layer.norm)
    norm = nn.BatchNorm2d(8, eps=1e-3).eval()
    norm.load_state_dict({**layer.norm.state_dict(), 'num_batches_tracked': torch.tensor(0)})
    x = torch.randn(2, 4, 12, 10)
    padded = functional.pad(x, expected * 2) if kernel > 1 else x
    by_torch = norm(functional.conv2d(padded, layer.conv.weight, None, stride, groups=groups))
    assert by_torch.shape == (2, 8, 12 // stride, 10 // stride)
    torch.testing.assert_close(layer(x), by_torch, rtol=1e-4, atol=1e-5)


def test_training_leaves_the_statistics_alone():
    """A step in training mode changes no buffer; weight and bias of the norm do learn."""
    layer = ConvNorm(3, 4, 3).train()
    before = {name: value.clone() for name, value in layer.named_buffers()}
    layer(torch.randn(2, 3, 8, 8)).square().sum().backward()
    assert all(torch.equal(value, before[name]) for name, value in layer.named_buffers())
    assert all(value.grad.abs().sum() > 0 for value in layer.parameters())


def test_a_block_adds_its_input_only_where_the_shapes_agree():
    """Stride 1 and as many channels out as in; with a silent last norm the input is left."""
    block = InvertedResidual(8, 8, 3, 1, 6)
    nn.init.zeros_(block.project.norm.weight)
    x = torch.randn(1, 8, 6, 6)
    assert torch.equal(block(x), x)
    assert not InvertedResidual(8, 8, 3, 2, 6).residual
    assert not InvertedResidual(8, 12, 3, 1, 6).residual


def test_the_encoder_has_the_size_of_the_paper():
    """4.65 million parameters with head and classifier (1280 x 320 + 2 x 1280 + 1281 x 1000)."""
    encoder = EfficientNetLite0()
    n_parameters = sum(value.numel() for value in encoder.parameters())
    assert n_parameters + 320 * 1280 + 2 * 1280 + 1281 * 1000 == 4_652_008
    assert sum(len(stage) for stage in encoder.stages) == 16


@pytest.mark.parametrize('height, width', [(128, 160), (160, 224)])
def test_the_maps_are_a_pyramid_of_strides_4_to_32(height, width):
    """Channels are those that the configuration promises to the head."""
    encoder = EfficientNetLite0()
    with torch.inference_mode():
        maps = encoder(torch.rand(1, 3, height, width), encoder.position(height, width))
    assert [tuple(x.shape[1:]) for x in maps] == [
        (channels, height // stride, width // stride)
        for channels, stride in zip(ENCODERS['efflite0'].channels, (4, 8, 16, 32))]


def test_the_state_has_the_sizes_of_the_maps(network):
    """Nothing is lost at the edges, levels 4 to 1; None is the zero state."""
    assert state_sizes(CONFIG.sizes, 160, 224) == ((5, 7), (10, 14), (20, 28), (40, 56))
    image = torch.rand(2, 3, 64, 96)
    with torch.inference_mode():
        depth, state = network(image)
        again, _ = network(image, network.zero_state(2, 64, 96))
    assert depth.shape == (2, 1, 64, 96)
    assert [tuple(hidden.shape) for hidden, _ in state] == [
        (2, 32, *size) for size in state_sizes(CONFIG.sizes, 64, 96)]
    assert torch.equal(depth, again)


def test_a_picture_below_one_sample_is_refused(network):
    """32 pixels are the least."""
    assert network.zero_state(1, 32, 32)[0][0].shape[2:] == (1, 1)
    with pytest.raises(ConfigError, match='16x64 is too small.*at least 32 pixels'):
        network.zero_state(1, 16, 64)


def test_encoding_a_sequence_at_once_changes_nothing(network):
    """Only the head has a memory: maps of all windows first, then the steps one by one."""
    images = torch.rand(3, 3, 64, 64)
    with torch.inference_mode():
        maps = network.pretrained(images, network.pretrained.position(64, 64))
        together, apart = network.zero_state(1, 64, 64), None
        for index, image in enumerate(images):
            depth, together = network.decode([x[index:index + 1] for x in maps], (64, 64),
                                             together)
            expected, apart = network(image[None], apart)
            torch.testing.assert_close(depth, expected, rtol=1e-4, atol=1e-5)


def test_all_that_learns_gets_a_gradient():
    """All but refinenet4's first unit, which no published network uses either."""
    network = build_network(CONFIG)
    network(torch.rand(1, 3, 64, 64))[0].sum().backward()
    idle = {name for name, value in network.named_parameters() if value.grad is None}
    assert idle == {f'depth_head.scratch.refinenet4.resConfUnit1.conv{n}.{part}'
                    for n in (1, 2) for part in ('weight', 'bias')}


def test_the_head_is_that_of_the_other_networks():
    """Its names are those of the published checkpoints but for the resize layers."""
    ours, theirs = ({name for name in parameter_shapes(ModelConfig(encoder=encoder))
                     if name.startswith('depth_head.')} for encoder in ('efflite0', 'vits'))
    assert theirs - ours == {f'depth_head.resize_layers.{index}.{part}'
                             for index in (0, 1, 3) for part in ('weight', 'bias')}
    assert not ours - theirs
