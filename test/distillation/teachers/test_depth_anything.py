# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files of Depth Anything V2 as its authors publish them."""

import json

import numpy as np
import pytest
import torch

from depthanyevent_ros.distillation.protocol import INVERSE, METRIC
from depthanyevent_ros.distillation.teachers.depth_anything import depth_anything_weights
from depthanyevent_ros.distillation.teachers.network_teacher import NetworkTeacher
from depthanyevent_ros.errors import WeightsError
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import seeded_state_dict

#: Every 19th row and 13th column of what the authors' code (depth_anything_v2/dpt.py, infer_image
#: with input_size 70) gave for the frame of these tests and the seeded initialisation 3.
FROM_THE_AUTHORS_CODE = [
    [1.5878, 1.1315, 1.9678, 3.1064, 2.1542, 1.6979, 1.8677],
    [1.3480, 1.5105, 0.4205, 1.3173, 1.3671, 1.0876, 0.4301],
    [1.0910, 1.0531, 0.9044, 1.3032, 1.7228, 2.1900, 0.7740],
    [1.3665, 0.8355, 0.4036, 0.4965, 0.0, 0.6604, 0.3607]]


@pytest.fixture(scope='module')
def vits(tmp_path_factory):
    """Return a file with all tensors of the small model."""
    path = tmp_path_factory.mktemp('vits') / 'depth_anything_v2_vits.pth'
    config = ModelConfig('DAv2', 'vits', 'relu', False)
    torch.save(seeded_state_dict(config, 3), path)
    return path


def write_token(path, dim):
    """Write a file that has one tensor alone, the one the encoder is known by."""
    torch.save({'pretrained.cls_token': torch.zeros(1, 1, dim)}, path)
    return path


@pytest.mark.parametrize('engine', ['torch', 'openvino'])
def test_the_map_is_that_of_the_authors_code(vits, frame, engine, monkeypatch, tmp_path):
    """Resize, normalisation, encoder, head and the resize back."""
    if engine != 'torch':
        pytest.importorskip(engine, reason=f'{engine} is not installed')
        monkeypatch.setenv('ROS_HOME', str(tmp_path))
    weights = depth_anything_weights(vits)
    teacher = NetworkTeacher(weights, *frame.shape, engine=engine, least_side=70)
    assert (teacher.kind, teacher.licence) == (INVERSE, 'Apache-2.0')
    depth = teacher.label(frame).depth
    atol = 1e-3 if teacher.precision == 'f32' else 0.1
    np.testing.assert_allclose(depth[::19, ::13], FROM_THE_AUTHORS_CODE, atol=atol)


def test_it_takes_the_size_its_authors_use(vits):
    """518 pixels on the shorter side: a DAVIS346 becomes 518x686."""
    teacher = NetworkTeacher(depth_anything_weights(vits), 260, 346)
    assert teacher.input_size == (518, 686)


def test_names_of_parallel_training_do_not_matter(vits, tmp_path):
    """Some copies carry the prefix module."""
    tensors = torch.load(vits, weights_only=True)
    path = tmp_path / 'copy.pth'
    torch.save({f'module.{name}': tensor for name, tensor in tensors.items()}, path)
    weights = depth_anything_weights(path)
    assert weights.config.encoder == 'vits' and weights.network() is not None


@pytest.mark.parametrize('dim, encoder, licence', [
    (384, 'vits', 'Apache-2.0'), (768, 'vitb', 'CC-BY-NC-4.0'), (1024, 'vitl', 'CC-BY-NC-4.0')])
def test_the_larger_ones_say_their_licence(tmp_path, dim, encoder, licence):
    """In the weights, and for the log in a sentence."""
    weights = depth_anything_weights(write_token(tmp_path / 'model.pth', dim))
    assert (weights.config.encoder, weights.licence) == (encoder, licence)
    assert weights.output_kind == 'relative' and not weights.config.inv_prediction
    assert [licence in note for note in weights.notes] == [True] * (licence != 'Apache-2.0')


@pytest.mark.parametrize('name, metres', [
    ('depth_anything_v2_metric_hypersim_vits', 20), ('depth_anything_v2_metric_vkitti_vits', 80)])
def test_the_metric_ones_are_known_by_their_name(vits, tmp_path, frame, name, metres):
    """Same tensors, but a sigmoid at the end, and its 1 is 20 or 80 m."""
    path = tmp_path / f'{name}.pth'
    path.write_bytes(vits.read_bytes())
    teacher = NetworkTeacher(depth_anything_weights(path), *frame.shape, least_side=70)
    depth = teacher.label(frame).depth
    assert teacher.kind == METRIC and 0 < depth.min() < depth.max() < metres
    # The relative model's values, through the sigmoid; the resizes between blur a little.
    raw = NetworkTeacher(depth_anything_weights(vits), *frame.shape, least_side=70) \
        .label(frame).depth
    certain = raw > 0.5
    np.testing.assert_allclose(depth[certain], metres / (1 + np.exp(-raw[certain])), rtol=0.05)


def test_a_file_with_a_configuration_is_what_that_says(vits, tmp_path):
    """Inside or beside: it is none of the authors' files."""
    config = ModelConfig('DAv2', 'vits', 'relu', True)
    inside = tmp_path / 'inside.pth'
    torch.save({'state_dict': torch.load(vits, weights_only=True),
                'config': {'model': config.as_dict()}}, inside)
    assert depth_anything_weights(inside) is None
    beside = write_token(tmp_path / 'beside.pth', 384)
    (tmp_path / 'config.json').write_text(json.dumps({'model': config.as_dict()}))
    assert depth_anything_weights(beside) is None


def test_files_that_are_something_else_are_refused(tmp_path):
    """Another network, a web page, nothing, and a file that only begins well."""
    with pytest.raises(WeightsError, match='giant.pth has no config.*not Depth Anything V2 of'):
        depth_anything_weights(write_token(tmp_path / 'giant.pth', 1536))
    other = tmp_path / 'other.pth'
    torch.save({'backbone.embeddings': torch.zeros(3), 'pretrained.cls_token': torch.tensor(1.0)},
               other)
    with pytest.raises(WeightsError, match='the network is not known'):
        depth_anything_weights(other)
    page = tmp_path / 'page.pth'
    page.write_text('<!DOCTYPE html>')
    with pytest.raises(WeightsError, match='web page'):
        depth_anything_weights(page)
    with pytest.raises(WeightsError, match='there is no weight file'):
        depth_anything_weights(tmp_path / 'nothing.pth')
    with pytest.raises(WeightsError, match='belongs to another network: .* missing'):
        NetworkTeacher(depth_anything_weights(write_token(tmp_path / 'part.pth', 384)), 60, 80)
