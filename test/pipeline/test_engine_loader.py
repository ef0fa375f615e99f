# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the loader says while it gets an engine ready in a child process."""

import os
import subprocess
import sys
import threading

import pytest

from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.pipeline import engine_loader
from depthanyevent_ros.pipeline.engine_loader import _Lines, BEHIND, EngineLoader, stand_back


@pytest.fixture
def prepare(monkeypatch, tmp_path):
    """Return what loads an engine from an empty cache; it gives (engine or error, sentences)."""
    monkeypatch.setenv('ROS_HOME', str(tmp_path))

    def run(spec, behind=False):
        ended, sentences, results = threading.Event(), [], []

        def end(result):
            results.append(result)
            ended.set()

        loader = EngineLoader(end, end, sentences.append, behind=lambda: behind)
        loader.start(spec)
        assert ended.wait(240)
        loader.stop()
        return results[0], sentences
    return run


@pytest.mark.parametrize('behind', [False, True])
def test_the_sentences_of_the_child_process_are_passed_on(prepare, small_weights, monkeypatch,
                                                          behind):
    """Else nobody learns why a start takes a minute; it comes after the windows if it is told."""
    stood_back = []
    monkeypatch.setattr(engine_loader, 'stand_back', stood_back.append)
    engine, sentences = prepare(EngineSpec(
        48, 64, str(small_weights()), 'openvino', 'f32', input_height=70, input_width=98,
        threads=1), behind)
    engine.close()
    assert len(stood_back) == behind
    assert any('compiling for OpenVINO' in sentence for sentence in sentences)


def test_a_build_that_fails_ends_with_its_sentence(prepare):
    """The last line of the child's errors is the reason."""
    error, _ = prepare(EngineSpec(48, 64, 'no/such.pth', 'openvino'))
    assert 'no/such.pth' in str(error)


def test_what_libraries_say_when_the_child_ends_is_not_the_reason():
    """Destructors warn after the sentence that counts."""
    said = _Lines(['loading\n', 'depthanyevent build_engine: pycuda is not installed\n',
                   'UserWarning: clean-up operation failed\n'])
    assert said.last() == 'depthanyevent build_engine: pycuda is not installed'
    assert _Lines(['Traceback\n', 'KeyError: 3\n', '\n']).last() == 'KeyError: 3'


def test_a_build_comes_after_the_windows_when_an_engine_is_in_use():
    """Its niceness is that of who waits; a child that has ended is no error."""
    with subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE) as child:
        stand_back(child)
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == BEHIND
        child.communicate(b'go on')
    stand_back(child)
