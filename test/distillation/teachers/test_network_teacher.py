# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks for frames label them as they were trained to."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from depthanyevent_ros.distillation.protocol import INVERSE, METRIC
from depthanyevent_ros.distillation.teachers.network_teacher import NetworkTeacher
from depthanyevent_ros.errors import ConfigError, MalformedInput, WeightsError
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.weights import find_weights, Weights
from depthanyevent_ros.training.unrolled import FrameTeacher, UnrolledNetwork

H, W = 60, 80


def seeded(output_kind='metric', encoder='vitt', **changes):
    """Return small seeded weights for frames."""
    from depthanyevent_ros.network.seeded import seeded_state_dict, state_dict_sha256
    config = ModelConfig(**{**dict(
        model_type='DAv2', encoder=encoder, activation='softplus', scale_factor=3.0,
        input_size_width=98, input_size_height=70, input_type='frames'), **changes})
    return Weights(name='small', config=config, licence='a test', source='a test', seed=1,
                   sha256=state_dict_sha256(seeded_state_dict(config, 1)),
                   output_kind=output_kind, trained=False)


@pytest.mark.parametrize('model_type', ['DAv2', 'RecDAv2'])
@pytest.mark.parametrize('encoder', ['vitt', 'efflite0'])
def test_the_label_is_what_the_training_gets_of_the_same_network(frame, encoder, model_type):
    """A second road: the unrolled network, which takes chunks."""
    weights = seeded(encoder=encoder, model_type=model_type)
    teacher = NetworkTeacher(weights, H, W)
    unrolled = FrameTeacher(UnrolledNetwork(weights.network(), H, W))
    for picture in (frame, frame[::-1]):            # the second is not contiguous
        expected = unrolled(torch.from_numpy(picture.copy())[None, None])[0, 0].numpy()
        label = teacher.label(picture)
        np.testing.assert_allclose(label.depth, expected, rtol=1e-4, atol=1e-4)
        assert label.depth.shape == (H, W) and label.depth.dtype == np.float32
        assert label.confidence.min() == 1
    assert teacher.kind == METRIC


def test_the_teacher_that_ships_gives_metres():
    """Name, kind and licence as the manifest has them; the depth is a room's."""
    teacher = NetworkTeacher(find_weights('efflite0-frames'), 130, 173, threads=1)
    assert (teacher.name, teacher.kind, teacher.licence) == (
        'efflite0-frames', METRIC, 'Apache-2.0')
    y = np.linspace(40, 200, 130)[:, None] * np.ones((1, 173))
    label = teacher.label(y.astype(np.uint8))
    assert 0.1 < np.median(label.depth) < 50 and label.confidence.min() == 1
    teacher.close()


@pytest.mark.parametrize('weights', [
    seeded(encoder='efflite0'), seeded(encoder='efflite0', model_type='RecDAv2'),
    seeded('relative', activation='relu', inv_prediction=True, scale_factor=1.0),
    seeded('relative', model_type='StockDAv2', activation='relu', scale_factor=1.0)],
    ids=['metres', 'recurrent', 'inverse', 'stock'])
def test_every_engine_gives_the_same_labels(weights, frame, monkeypatch, tmp_path):
    """What PyTorch says, in the exported and compiled network; frame by frame, without memory."""
    pytest.importorskip('openvino', reason='openvino is not installed')
    monkeypatch.setenv('ROS_HOME', str(tmp_path))
    said = []
    ours = NetworkTeacher(weights, H, W, engine='openvino', threads=1, say=said.append)
    reference = NetworkTeacher(weights, H, W, threads=1)
    assert ours.kind == reference.kind and any('exporting' in sentence for sentence in said)
    bound = 1e-4 if ours.precision == 'f32' else 0.02                       # bf16 has 8 bits
    for picture in (frame, 255 - frame, frame):
        label, expected = (teacher.label(picture).depth for teacher in (ours, reference))
        assert np.abs(label - expected).mean() < bound * expected.mean()
    ours.close()


def test_what_a_licence_asks_for_is_said(frame):
    """As everything else that the log should have of weights."""
    said = []
    NetworkTeacher(replace(seeded(), notes=('not for commercial use',)), H, W, say=said.append)
    assert 'not for commercial use' in said


def test_a_relative_network_gives_the_inverse_depth_of_its_head(frame):
    """The inversion that its configuration asks for is left out."""
    weights = seeded('relative', activation='relu', inv_prediction=True, scale_factor=1.0)
    teacher = NetworkTeacher(weights, H, W)
    assert teacher.kind == INVERSE
    network = weights.network()
    network.to_depth = lambda raw: raw
    head = FrameTeacher(UnrolledNetwork(network, H, W))
    expected = head(torch.from_numpy(frame)[None, None])[0, 0].numpy()
    label = teacher.label(frame)
    np.testing.assert_allclose(label.depth, expected, rtol=1e-4, atol=1e-4)
    assert label.confidence.min() == 1 and label.depth.min() == 0       # 0: as far as can be


def test_the_input_can_be_made_smaller(frame):
    """For a foundation model on a small computer."""
    weights = seeded()
    assert NetworkTeacher(weights, H, W).input_size == (70, 98)
    teacher = NetworkTeacher(weights, H, W, least_side=28)
    assert teacher.input_size == (28, 42)
    assert teacher.label(frame).depth.shape == (H, W)
    with pytest.raises(ConfigError, match='least_side of the teacher is 3'):
        NetworkTeacher(weights, H, W, least_side=3)


@pytest.mark.parametrize('weights, sentence', [
    (seeded(input_type='events'), 'the teacher small looks at events'),
    (seeded('relative', activation='softplus'), 'up to scale and shift .softplus'),
    (seeded('relative', activation='sigmoid'), 'up to scale and shift .sigmoid'),
])
def test_other_networks_are_no_teachers(weights, sentence):
    """They look at events, or give what is neither kind of label."""
    with pytest.raises(WeightsError, match=sentence):
        NetworkTeacher(weights, H, W)


def test_what_cannot_be_used_is_said():
    """An engine that there is not, a negative number of threads, a size without pixels."""
    weights = seeded()
    with pytest.raises(ConfigError, match="engine is 'nothing'; it must be one of auto"):
        NetworkTeacher(weights, H, W, engine='nothing')
    with pytest.raises(ConfigError, match='threads is -1'):
        NetworkTeacher(weights, H, W, threads=-1)
    with pytest.raises(ConfigError, match='height of the frames is 0'):
        NetworkTeacher(weights, 0, W)


def test_frames_of_another_size_are_refused(frame):
    """As are colour frames and 16 bits."""
    teacher = NetworkTeacher(seeded(), H, W)
    for wrong in (frame[:-1], np.stack([frame] * 3, -1), frame.astype(np.uint16), frame[:0]):
        with pytest.raises(MalformedInput):
            teacher.label(wrong)
