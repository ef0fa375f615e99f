# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Any ONNX model teaches, if its description fits."""

import numpy as np
import pytest

from depthanyevent_ros.distillation.protocol import INVERSE, METRIC
from depthanyevent_ros.distillation.teachers.description import read_description
from depthanyevent_ros.distillation.teachers.examined import examine
from depthanyevent_ros.distillation.teachers.factory import make_teacher
from depthanyevent_ros.errors import ConfigError, MalformedInput, WeightsError

pytest.importorskip('openvino', reason='openvino is not installed')

H, W = 60, 80
COLOUR = dict(mean=[0.1, 0.2, 0.3], std=[1.0, 2.0, 4.0])


@pytest.fixture
def make(write_description):
    """Return a maker of teachers from the keys of a description."""
    from depthanyevent_ros.distillation.teachers.onnx_teacher import OnnxTeacher

    def make(height=H, width=W, **changes):
        return OnnxTeacher(read_description(write_description(**changes)), height, width,
                           threads=1)
    return make


def weighted(frame, factors):
    """Return what the test's model makes of a frame by COLOUR, in plain words."""
    x = frame / 255
    r, g, b = (x - 0.1) / 1, (x - 0.2) / 2, (x - 0.3) / 4
    return factors[0] * r + factors[1] * g + factors[2] * b


@pytest.mark.parametrize('colour, factors', [('rgb', (1, 10, 100)), ('bgr', (100, 10, 1))])
@pytest.mark.parametrize('layout', ['NCHW', 'NHWC'])
def test_the_model_gets_the_frame_as_described(write_onnx, make, frame, layout, colour, factors):
    """Range, mean and std by channel, the order of the channels, and where they lie."""
    write_onnx(layout=layout)
    teacher = make(layout=layout, colour=colour, kind='inverse_relative', **COLOUR)
    label = teacher.label(frame)
    np.testing.assert_allclose(label.depth, weighted(frame, factors), rtol=1e-4, atol=1e-4)
    assert (teacher.name, teacher.kind, teacher.licence) == ('weighted', INVERSE, 'MIT')
    assert label.depth.dtype == np.float32 and label.confidence.min() == 1


def test_a_model_of_one_channel_gets_one(write_onnx, make, frame):
    """In the range 0..255, as it was trained."""
    write_onnx(channels=1)
    label = make(colour='grey', range=[0, 255]).label(frame)
    np.testing.assert_allclose(label.depth, frame, rtol=1e-4)


@pytest.mark.parametrize('changes', [{'size': [30, 40]}, {'size': [96, 128]},
                                     {'size': None, 'multiple': 32, 'least': 32}])
def test_the_label_has_the_size_of_the_frame(write_onnx, make, frame, changes):
    """Whatever that of the model: waves that are wide enough survive both resizes."""
    write_onnx(channels=1)
    teacher = make(colour='grey', range=[1, 256], **changes)
    label = teacher.label(frame)
    assert label.depth.shape == (H, W)
    assert np.abs(label.depth - 1 - frame).mean() < 4


def test_values_that_are_no_depth_are_unknown(write_onnx, make, frame):
    """A metric depth of 0 or below is none."""
    write_onnx()
    teacher = make(**COLOUR)
    assert teacher.kind == METRIC
    label, expected = teacher.label(frame), weighted(frame, (1, 10, 100))
    assert np.array_equal(label.confidence > 0, expected > 0)
    assert np.isnan(label.depth[expected < 0]).all() and (expected < 0).any()


@pytest.mark.parametrize('changes, sentence', [
    ({'input': 'rgb'}, "no input 'rgb'; it has picture"),
    ({'output': 'near'}, "no output 'near'; it has far"),
    ({'layout': 'NHWC'}, r'does not take an input \[1, 60, 80, 3\]: check size'),
    ({'colour': 'grey'}, r'does not take an input \[1, 1, 60, 80\]'),
])
def test_a_description_of_another_model_is_refused(write_onnx, make, changes, sentence):
    """In one sentence with what the model has or does not take."""
    write_onnx()
    with pytest.raises(ConfigError, match=sentence) as refused:
        make(**changes)
    assert '\n' not in str(refused.value)


def test_an_output_that_is_not_one_map_is_refused(write_onnx, make):
    """Features, or the depth of two frames."""
    write_onnx(maps=2)
    with pytest.raises(ConfigError, match=r'output far .* shape \(1, 2, 60, 80\)'):
        make()


def test_a_file_that_is_no_model_is_refused(tmp_path, make):
    """Empty or anything else."""
    for content in (b'', b'not a model at all'):
        (tmp_path / 'weighted.onnx').write_bytes(content)
        with pytest.raises(WeightsError, match='weighted.onnx cannot be read') as refused:
            make()
        assert '\n' not in str(refused.value)


def test_wrong_frames_and_numbers_are_refused(write_onnx, make, write_description, frame):
    """As every teacher does."""
    from depthanyevent_ros.distillation.teachers.onnx_teacher import OnnxTeacher
    write_onnx()
    teacher = make()
    for wrong in (frame[:, :-1], np.stack([frame] * 3, -1), frame.astype(float), frame[:0]):
        with pytest.raises(MalformedInput):
            teacher.label(wrong)
    with pytest.raises(ConfigError, match='width of the frames is 3'):
        make(width=3)
    with pytest.raises(ConfigError, match='threads of the teacher are -2'):
        OnnxTeacher(read_description(write_description()), H, W, threads=-2)
    teacher.close()


def test_fastdepth_passes_the_exam(fastdepth, simulated):
    """A real model with the description that ships: the right order, and some doubts."""
    frames, depth_m = simulated
    teacher = make_teacher(str(fastdepth), *frames.shape[1:], threads=1)
    exam = examine(teacher, frames, depth_m)
    assert exam.refusal() is None and exam.rank_correlation > 0.4
    assert teacher.judge(frames[0]).disagreement < 0.5
