# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The unrolled network is the network that the engines run, window by window."""

import pytest
import torch

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.network.preprocess import SensorModel
from depthanyevent_ros.network.seeded import seeded_state_dict
from depthanyevent_ros.training.batches import Batch
from depthanyevent_ros.training.unrolled import (
    frames_input, FrameTeacher, next_state, UnrolledNetwork,
)

H, W, STEPS, LANES = 60, 80, 3, 2


def make(encoder='efflite0', model_type='RecDAv2', **values):
    """Return a small network with seeded weights."""
    side = {'efflite0': (96, 64), 'vitt': (98, 70)}[encoder]
    config = ModelConfig(model_type, encoder, 'softplus', input_size_width=side[0],
                         input_size_height=side[1], scale_factor=3.0, **values)
    network = build_network(config)
    network.load_state_dict(seeded_state_dict(config, 1))
    return network


@pytest.mark.parametrize('encoder', ['efflite0', 'vitt'])
@pytest.mark.parametrize('model_type', ['DAv2', 'RecDAv2'])
def test_depth_is_that_of_the_engines_model(encoder, model_type):
    """Same preprocessing, same state from window to window, same last resize."""
    network = make(encoder, model_type)
    unrolled = UnrolledNetwork(network, H, W)
    images = torch.rand(STEPS, LANES, 3, H, W, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        depth, state = unrolled(images, unrolled.zero_state(LANES))
        config = network.config
        sensor = SensorModel(network, H, W, config.input_size_height, config.input_size_width)
        for lane in range(LANES):
            flat = sensor.zero_state()
            for t in range(STEPS):
                expected, *flat = sensor(images[t, lane], *flat)
                torch.testing.assert_close(depth[t, lane], expected, rtol=1e-4, atol=1e-4)
    assert depth.shape == (STEPS, LANES, H, W)
    assert bool(state) == (model_type == 'RecDAv2')


def test_two_chunks_are_one():
    """The state carries all that the first leaves behind."""
    unrolled = UnrolledNetwork(make(), H, W)
    images = torch.rand(4, LANES, 3, H, W, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        whole, _ = unrolled(images, unrolled.zero_state(LANES))
        _, state = unrolled(images[:2], unrolled.zero_state(LANES))
        second, _ = unrolled(images[2:], next_state(state, torch.zeros(LANES, dtype=torch.bool)))
    torch.testing.assert_close(second, whole[2:], rtol=1e-4, atol=1e-4)


def test_a_new_clip_begins_with_zeros():
    """Only in its own lane; the gradient ends there for all."""
    state = ((torch.ones(2, 1, 2, 2, requires_grad=True), torch.ones(2, 1, 2, 2)),)
    (hidden, cell), = next_state(state, torch.tensor([True, False]))
    assert hidden[0].abs().max() == cell[0].abs().max() == 0
    assert hidden[1].min() == cell[1].min() == 1 and not hidden.requires_grad


def test_noise_on_the_state_is_as_large_as_asked():
    """Relative to the spread of the lane's level, and the same for the same generators."""
    random = torch.Generator().manual_seed(1)
    hidden = 5 * torch.randn(4, 8, 20, 20, generator=random)
    none = torch.zeros(4, dtype=torch.bool)
    one, two, swapped = (next_state(((hidden, hidden),), none, 0.1, [
        torch.Generator().manual_seed(seed) for seed in seeds])
        for seeds in ((2, 3, 4, 5), (2, 3, 4, 5), (3, 2, 4, 5)))
    assert (one[0][0] - hidden).std().item() == pytest.approx(0.5, rel=0.05)
    assert torch.equal(one[0][0], two[0][0])
    assert [torch.equal(a, b) for a, b in zip(one[0][0], swapped[0][0])] == [
        False, False, True, True]


def test_every_parameter_that_learns_has_a_gradient():
    """Data-parallel training would wait for the others; the published ones that idle are known."""
    for encoder in ('efflite0', 'vitt'):
        unrolled = UnrolledNetwork(make(encoder), H, W)
        depth, _ = unrolled(torch.rand(2, 1, 3, H, W), unrolled.zero_state(1))
        depth.sum().backward()
        assert [name for name, p in unrolled.named_parameters()
                if p.requires_grad and p.grad is None] == []


def test_a_network_for_frames_sees_grey_as_three_channels():
    """And refuses files that have none."""
    frame = torch.full((1, 1, 2, 2), 51, dtype=torch.uint8)
    batch = Batch(frame, frame, frame, frame, torch.tensor([True]), torch.tensor([0.0]))
    assert frames_input(batch).shape == (1, 1, 3, 2, 2) and frames_input(batch)[0, 0, 2, 1, 1] \
        == pytest.approx(0.2)
    with pytest.raises(ConfigError, match='with frames'):
        frames_input(Batch(frame, frame, frame, None, batch.first, batch.lot))


def test_a_teacher_labels_frames_without_a_gradient():
    """Depth of the frames' size."""
    teacher = FrameTeacher(UnrolledNetwork(make(model_type='DAv2'), H, W))
    depth = teacher(torch.zeros(2, 1, H, W, dtype=torch.uint8))
    assert depth.shape == (2, 1, H, W) and not depth.requires_grad
