# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a name, a file of weights or a description to a teacher."""

from pathlib import Path
import subprocess
import sys

import numpy as np
import pytest

from depthanyevent_ros.distillation.protocol import INVERSE, METRIC
from depthanyevent_ros.distillation.teachers.confidence import SelfConsistent
from depthanyevent_ros.distillation.teachers.factory import bare_teacher, make_teacher
from depthanyevent_ros.distillation.teachers.levelled import Levelled
from depthanyevent_ros.errors import ConfigError, EngineUnavailable, MalformedInput, WeightsError

H, W = 60, 80
ROOT = Path(__file__).resolve().parents[3]


def test_without_a_name_it_is_the_one_that_ships(frame):
    """Levelled and self-consistent; its label has the frame's size."""
    teacher = make_teacher('', H, W, threads=1)
    assert isinstance(teacher, SelfConsistent) and isinstance(teacher.teacher, Levelled)
    assert (teacher.name, teacher.kind) == ('efflite0-frames', METRIC)
    judged = teacher.judge(frame)
    assert judged.label.depth.shape == judged.label.confidence.shape == (H, W)
    assert np.isfinite(judged.label.depth).all() and 0 <= judged.disagreement <= 2
    for wrong in (frame[:-1], np.stack([frame] * 3, -1), frame.astype(np.float32), frame[:0],
                  None):
        with pytest.raises(MalformedInput):
            teacher.label(wrong)
    teacher.close()


def test_the_name_and_the_file_of_weights_are_the_same_teacher(frame):
    """By the manifest or by path."""
    by_name = bare_teacher('efflite0-frames', H, W)
    by_path = bare_teacher(str(ROOT / 'models' / 'efflite0-frames.safetensors'), H, W)
    assert np.array_equal(by_name.label(frame).depth, by_path.label(frame).depth)
    assert by_path.kind == METRIC


def test_a_file_of_depth_anything_needs_no_configuration(tmp_path, frame):
    """As a user has it from its authors."""
    import torch

    from depthanyevent_ros.network.config import ModelConfig
    from depthanyevent_ros.network.seeded import seeded_state_dict
    path = tmp_path / 'depth_anything_v2_vits.pth'
    torch.save(seeded_state_dict(ModelConfig('DAv2', 'vits', 'relu', False), 3), path)
    teacher = make_teacher(str(path), H, W, least_side=42)
    assert (teacher.name, teacher.kind) == ('depth_anything_v2_vits', INVERSE)
    assert teacher.label(frame).depth.shape == (H, W)


def test_a_description_makes_an_onnx_teacher(write_onnx, write_description, frame):
    """Levelled and self-consistent as the others; no setting of PyTorch is for it."""
    pytest.importorskip('openvino', reason='openvino is not installed')
    write_onnx()
    path = str(write_description(range=[1, 2]))
    teacher = make_teacher(path, H, W, threads=1)
    assert teacher.judge(frame).disagreement < 1e-6 and teacher.name == 'weighted'
    for settings in ({'engine': 'auto'}, {'least_side': 42}):
        with pytest.raises(ConfigError, match='engine and least_side are not for it'):
            make_teacher(path, H, W, **settings)


@pytest.mark.parametrize('name, error, sentence', [
    ('nobody', WeightsError, "no weights are called 'nobody'"),
    ('efflite0-r', WeightsError, 'the teacher efflite0-r looks at events'),
    ('default', WeightsError, 'looks at events'),
    ('missing.pth', WeightsError, 'there is no weight file missing.pth'),
    ('missing.yaml', ConfigError, 'missing.yaml cannot be read'),
])
def test_what_is_no_teacher_is_said_in_one_sentence(name, error, sentence):
    """A name, weights for events, files that are not there."""
    with pytest.raises(error, match=sentence):
        make_teacher(name, H, W)


@pytest.mark.parametrize('library, name', [('torch', 'efflite0-frames'),
                                           ('openvino', 'weighted.yaml')])
def test_a_library_that_is_missing_is_named(monkeypatch, write_onnx, write_description, tmp_path,
                                            library, name):
    """With the way out."""
    write_onnx()
    write_description()
    monkeypatch.chdir(tmp_path)
    module = {'torch': 'engines.torch_engine',
              'openvino': 'distillation.teachers.onnx_teacher'}[library]
    monkeypatch.delitem(sys.modules, f'depthanyevent_ros.{module}', raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(EngineUnavailable, match=f'{library} is not installed'):
        make_teacher(name, H, W)


def test_the_factory_imports_no_network_library():
    """They come with the first teacher."""
    code = ('import sys\n'
            'import depthanyevent_ros.distillation.teachers.factory\n'
            'import depthanyevent_ros.distillation.teachers.examined\n'
            'assert not {"torch", "openvino"} & set(sys.modules)')
    subprocess.run([sys.executable, '-c', code], cwd=ROOT, check=True, timeout=120)
