# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The network as engines hold it computes what the network computes."""

import pytest
import torch

from depthanyevent_ros.engines.deployed import DeployedModel, tensor_sources
from depthanyevent_ros.engines.graph_weights import GraphTypes
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.network.preprocess import SensorModel

SIZES = {'vitt': (84, 112), 'efflite0': (96, 128)}


def sensor_model(encoder: str, **changes) -> SensorModel:
    """Return a small network with values as spread as those of trained weights."""
    network = build_network(ModelConfig(encoder=encoder, **changes)).eval()
    random = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            noise = torch.randn(tensor.shape, generator=random)
            tensor.copy_(noise.abs() + 0.5 if 'running_var' in name else 0.05 * noise)
        network.depth_head.scratch.output_conv2[2].bias.fill_(1.0)
    return SensorModel(network, 90, 120, *SIZES[encoder])


def run(model, images) -> list:
    """Return depth and states after some windows."""
    outputs = (None, *model.zero_state()) if isinstance(model, SensorModel) else model.example()
    with torch.inference_mode():
        for image in images:
            outputs = model(image, *outputs[1:])
    return [tensor.float() for tensor in outputs]


@pytest.fixture(scope='module')
def images():
    """Return four uint8 images."""
    random = torch.Generator().manual_seed(4)
    return torch.randint(0, 256, (4, 3, 90, 120), generator=random, dtype=torch.uint8)


@pytest.mark.parametrize('encoder', SIZES)
def test_in_float32_it_is_the_network(encoder, images):
    """Folded norms, the position computed before and 8-bit images change roundings alone."""
    model = sensor_model(encoder)
    expected = run(model, images.float() / 255)
    for image in ('float32', 'uint8'):
        given = images if image == 'uint8' else images.float() / 255
        for ours, theirs in zip(run(DeployedModel(model, GraphTypes(image)), given), expected):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('encoder', SIZES)
def test_in_float16_it_is_close_to_the_network(encoder, images):
    """Weights, activations and hidden states have 11 bits; cells and depth are float32."""
    model = sensor_model(encoder, activation='softplus')
    deployed = DeployedModel(model, GraphTypes('uint8', 'float16'))
    with torch.inference_mode():
        depth, *state = deployed(*deployed.example())
    assert depth.dtype == torch.float32 and [tensor.dtype for tensor in state] == 4 * [
        torch.float16, torch.float32]
    for ours, theirs in zip(run(deployed, images), run(model, images.float() / 255)):
        assert (ours - theirs).abs().max() < 0.01 * theirs.abs().max()


def test_a_prediction_of_zero_is_as_far_in_float16_as_in_float32(images):
    """1 / (0 + 1e-6) is above the largest float16, 65504: it is computed in float32."""
    model = sensor_model('vitt')
    model.network.depth_head.scratch.output_conv2[2].bias.data.fill_(-100.0)
    depth, *_ = run(DeployedModel(model, GraphTypes('uint8', 'float16')), images[:1])
    torch.testing.assert_close(depth, torch.full((90, 120), 1e6), rtol=1e-4, atol=0)


@pytest.mark.parametrize('encoder', SIZES)
def test_every_tensor_of_the_checkpoint_is_part_of_one_or_is_never_read(encoder):
    """What is called unread does not change the depth; everything else is a source."""
    model = sensor_model(encoder)
    names = list(model.network.state_dict())
    sources = tensor_sources(names)
    assert set(sources) == set(DeployedModel(model, GraphTypes()).tensors())
    used = {name for parts in sources.values() for name in parts}
    unread = set(names) - used
    assert unread <= {'pretrained.mask_token', *(
        f'depth_head.scratch.refinenet4.resConfUnit1.conv{n}.{part}'
        for n in (1, 2) for part in ('weight', 'bias'))}
    image = torch.rand(3, 90, 120, generator=torch.Generator().manual_seed(5))
    expected = run(model, [image])[0]
    for name in unread:
        model.network.state_dict()[name].fill_(7.0)
    assert torch.equal(run(model, [image])[0], expected)


def test_a_norm_is_a_source_of_kernel_and_bias():
    """The kernel holds the scale, the bias what is left of mean and shift."""
    parts = ('weight', 'bias', 'running_mean', 'running_var')
    names = ['stem.conv.weight', *(f'stem.norm.{part}' for part in parts), 'norm.weight']
    norm = tuple(names[1:5])
    assert tensor_sources(names) == {'stem.conv.weight': ('stem.conv.weight', *norm),
                                     'stem.conv.bias': norm, 'norm.weight': ('norm.weight',)}


def test_the_model_that_was_given_stays_as_it_was():
    """Another engine may be made from it."""
    model = sensor_model('efflite0')
    before = {name: tensor.clone() for name, tensor in model.network.state_dict().items()}
    DeployedModel(model, GraphTypes('uint8', 'float16'))
    after = model.network.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
