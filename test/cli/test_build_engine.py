# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Building an engine from the command line, and what is said of it."""

import re

import pytest

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.cli import build_engine
from depthanyevent_ros.engines.presence import what_is_missing

SMALL = ('--sensor', '66x98', '--size', '64x96', '--threads', '1', '--engine')


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    """Build into a folder of the test."""
    monkeypatch.setenv('DEPTHANYEVENT_CACHE', str(tmp_path))


def test_an_engine_is_built_and_its_errors_are_printed(capsys, tmp_path):
    """Mean and largest, of prediction, states and depth, beside the bounds; kept in the cache."""
    assert main(['build_engine', *SMALL, 'openvino', '--precision', 'fp32']) == 0
    said = capsys.readouterr().out
    assert 'exporting the network of efflite0-r' in said and 'precision: f32' in said
    assert 'over 24 recurrent windows of the bundled recording in f32; all values were' in said
    errors = re.findall(r'^  (prediction|states|depth).*?([\d.e-]+) +([\d.e-]+)   ', said, re.M)
    assert [name for name, *_ in errors] == ['prediction', 'states', 'depth']
    assert all(0 < float(mean) <= float(largest) < 1e-2 for _, mean, largest in errors)
    assert {path.name.partition('-')[0] for path in tmp_path.iterdir() if path.is_dir()} == {
        'graph', 'onnx', 'openvino'}


def test_a_gpus_engine_without_a_gpu_is_one_sentence_and_exit_code_1(capsys):
    """It was asked for by name: nothing else is built in its place."""
    missing = what_is_missing('tensorrt')
    if missing is None:
        pytest.skip('this machine has a GPU with TensorRT')
    assert main(['build_engine', *SMALL, 'tensorrt']) == 1
    assert missing in capsys.readouterr().err


def test_check_says_of_each_engine_whether_it_can_run(capsys, monkeypatch):
    """Exit code 1 if none can."""
    assert main(['build_engine', '--check']) == 0
    said = dict(line.split(': ', 1) for line in capsys.readouterr().out.splitlines())
    assert set(said) == {'tensorrt', 'torch_cuda', 'openvino', 'torch'}
    assert said['openvino'] == said['torch'] == 'can run here'
    monkeypatch.setattr(build_engine, 'what_is_missing', lambda name: 'nothing is there')
    assert main(['build_engine', '--check']) == 1
