# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Descriptions of ONNX models: what is missing or wrong is named in one sentence."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from depthanyevent_ros.distillation.teachers.description import read_description
from depthanyevent_ros.errors import ConfigError, WeightsError

EXAMPLE = Path(__file__).resolve().parents[3] / 'config' / 'teacher' / 'fastdepth_nyu.yaml'


@pytest.fixture(autouse=True)
def model(tmp_path):
    """Put a file where the descriptions of these tests look for their model."""
    (tmp_path / 'weighted.onnx').write_bytes(b'')


def test_a_short_description_is_enough(write_description, tmp_path):
    """Four keys and a size; the model lies beside the description."""
    description = read_description(write_description())
    assert description.name == 'weighted' and description.model == tmp_path / 'weighted.onnx'
    assert (description.kind, description.licence) == ('metric', 'MIT')
    assert description.input_size(260, 346) == (60, 80)
    scale, offset = description.line()
    assert scale.tolist() == pytest.approx([1 / 255] * 3) and offset.tolist() == [0, 0, 0]


def test_a_model_may_lie_elsewhere(write_description, tmp_path):
    """By an absolute path."""
    path = tmp_path / 'elsewhere' / 'model.onnx'
    path.parent.mkdir()
    path.write_bytes(b'')
    assert read_description(write_description(model=str(path))).model == path


def test_the_sides_can_be_multiples(write_description):
    """The smallest input that covers ``least`` both ways, with the frame's aspect ratio."""
    description = read_description(write_description(size=None, multiple=32, least=256))
    assert description.input_size(260, 346) == (256, 352)


def test_mean_and_std_are_given_as_r_g_b(write_description):
    """A model that wants B, G, R gets them in its own order."""
    keys = dict(range=[0, 255], mean=[10, 20, 30], std=[1, 2, 4])
    rgb, bgr = (read_description(write_description(colour=colour, **keys)).line()
                for colour in ('rgb', 'bgr'))
    assert rgb[0].tolist() == [1, 0.5, 0.25] and rgb[1].tolist() == [-10, -10, -7.5]
    assert [each.tolist() for each in bgr] == [each.tolist()[::-1] for each in rgb]


def test_white_may_be_below_black(write_description):
    """Range -1..1 and even 1..0 are lines like any other."""
    scale, offset = read_description(write_description(range=[1, -1])).line()
    np.testing.assert_allclose(255 * scale + offset, [-1] * 3, atol=1e-6)
    np.testing.assert_allclose(offset, [1] * 3)


@pytest.mark.parametrize('changes, sentence', [
    ({'kind': None}, 'the key kind is missing'),
    ({'licence': None}, 'the key licence is missing'),
    ({'modell': 'x'}, "the key 'modell' is not known; there are model, kind"),
    ({'name': 'x'}, "the key 'name' is not known"),
    ({'kind': 'disparity'}, "kind is 'disparity', not one of metric, inverse_relative"),
    ({'layout': 'CHW'}, "layout is 'CHW', not one of NCHW, NHWC"),
    ({'colour': ['rgb']}, r"colour is \['rgb'\], not one of"),
    ({'size': None}, 'one of the keys size and multiple'),
    ({'multiple': 32}, 'one of the keys size and multiple'),
    ({'size': 224}, r'size is 224; it must be \[height, width\]'),
    ({'size': [224, 0]}, 'size is 0; it must be a whole number'),
    ({'size': [224.5, 224]}, 'size is 224.5; it must be a whole number'),
    ({'size': [True, 224]}, 'size is True; it must be a whole number'),
    ({'size': None, 'multiple': 'all'}, "multiple is 'all'; it must be a whole number"),
    ({'mean': [1, 2]}, 'mean has 2 numbers; it must have 3'),
    ({'colour': 'grey', 'std': [1, 2, 3]}, 'std has 3 numbers; it must have 1'),
    ({'std': 0}, 'std is 0; it must be above 0'),
    ({'mean': 'much'}, "mean is 'much'; it must be finite numbers"),
    ({'mean': [float('nan')] * 3}, 'it must be finite numbers'),
    ({'mean': []}, 'it must be finite numbers'),
    ({'range': [1, 1]}, 'it must be two different numbers'),
    ({'range': 255}, 'it must be two different numbers'),
    ({'input': ''}, "input is ''; it must be a text"),
    ({'source': 7}, 'source is 7; it must be a text'),
])
def test_a_wrong_key_is_named(write_description, changes, sentence):
    """With the file it is in."""
    with pytest.raises(ConfigError, match=f'weighted.yaml: .*{sentence}'):
        read_description(write_description(**changes))


def test_a_model_that_is_not_there_says_where_it_comes_from(write_description):
    """And which key would change it."""
    with pytest.raises(WeightsError, match='no model .*missing.onnx: get it from a test, or'):
        read_description(write_description(model='missing.onnx'))


@pytest.mark.parametrize('content', ['', '- a list', 'a: [1', 'just text'])
def test_a_file_that_is_no_description_is_refused(tmp_path, content):
    """Empty, a list, not YAML."""
    path = tmp_path / 'broken.yaml'
    path.write_text(content)
    with pytest.raises(ConfigError, match='broken.yaml') as refused:
        read_description(path)
    assert '\n' not in str(refused.value)


def test_no_file_and_a_binary_one_are_refused(tmp_path):
    """The path is in the sentence."""
    with pytest.raises(ConfigError, match='nothing.yaml cannot be read'):
        read_description(tmp_path / 'nothing.yaml')
    (tmp_path / 'binary.yaml').write_bytes(b'\xff\xfe\x00\x80')
    with pytest.raises(ConfigError, match='binary.yaml cannot be read'):
        read_description(tmp_path / 'binary.yaml')


def test_the_example_is_a_good_one(tmp_path):
    """Everything in it is right but the model, which is for the user to put there."""
    tree = yaml.safe_load(EXAMPLE.read_text())
    (tmp_path / tree['model']).write_bytes(b'')
    path = tmp_path / EXAMPLE.name
    path.write_text(EXAMPLE.read_text())
    assert read_description(path).input_size(260, 346) == (224, 224)
