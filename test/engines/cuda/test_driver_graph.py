# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The order of the driver's calls around a capture, also when one of them fails."""

import ctypes
from types import SimpleNamespace

import pytest

from depthanyevent_ros.engines.cuda.driver_graph import capture_graph, THREAD_LOCAL
from depthanyevent_ros.engines.cuda.protocol import CannotCapture
from depthanyevent_ros.errors import EngineLost

STREAM = SimpleNamespace(handle=0x5EA)
GRAPH, EXECUTABLE = 0x6AF, 0xE8E


class Library:
    """Functions of libcuda by name; ``fail`` is one that returns an error."""

    def __init__(self, fail=None):
        self.fail, self.calls = fail, []

    def __getattr__(self, function):
        def call(*arguments):
            self.calls.append(function)
            if function == 'cuGetErrorName':
                arguments[1]._obj.value = b'CUDA_ERROR_STREAM_CAPTURE_INVALIDATED'
            if function == self.fail:
                return 901
            if function == 'cuStreamBeginCapture_v2':
                assert arguments[0].value == STREAM.handle
                assert arguments[1].value == THREAD_LOCAL
            if function == 'cuStreamEndCapture':
                arguments[1]._obj.value = GRAPH
            if function == 'cuGraphInstantiateWithFlags':
                assert isinstance(arguments[2], ctypes.c_ulonglong)
                arguments[0]._obj.value = EXECUTABLE
            if function == 'cuGraphLaunch':
                assert [argument.value for argument in arguments] == [EXECUTABLE, STREAM.handle]
            return 0
        return call


CAPTURE = ['cuStreamBeginCapture_v2', 'work', 'cuStreamEndCapture', 'cuGraphInstantiateWithFlags',
           'cuGraphDestroy']


def test_work_is_captured_instantiated_and_launched():
    """The template is destroyed at once, the executable when it is closed, once."""
    library = Library()
    graph = capture_graph(library, lambda: library.calls.append('work'), STREAM)
    assert library.calls == CAPTURE
    library.calls.clear()
    graph.launch(STREAM)
    graph.close()
    graph.close()
    assert library.calls == ['cuGraphLaunch', 'cuGraphExecDestroy']


def test_a_launch_that_fails_is_a_gpu_that_failed():
    """The node goes on with another engine; a failed capture is no reason for that."""
    graph = capture_graph(Library(), lambda: None, STREAM)
    graph._library = Library(fail='cuGraphLaunch')
    with pytest.raises(EngineLost, match='cuGraphLaunch: CUDA_ERROR'):
        graph.launch(STREAM)


@pytest.mark.parametrize('function, calls', [
    ('cuStreamBeginCapture_v2', CAPTURE[:1]),
    ('cuStreamEndCapture', CAPTURE[:3]),
    ('cuGraphInstantiateWithFlags', CAPTURE)])
def test_a_call_that_fails_is_named_with_the_drivers_error(function, calls):
    """And nothing is left behind."""
    library = Library(fail=function)
    with pytest.raises(CannotCapture, match=f'{function}: CUDA_ERROR_STREAM_CAPTURE_INVALIDATED '
                                            r'\(901\)'):
        capture_graph(library, lambda: library.calls.append('work'), STREAM)
    assert [call for call in library.calls if call != 'cuGetErrorName'] == calls


def test_work_that_raises_ends_the_capture():
    """A stream that stayed in capture mode could never be used again."""
    library = Library()

    def work():
        raise RuntimeError('cannot be captured')
    with pytest.raises(RuntimeError, match='cannot be captured'):
        capture_graph(library, work, STREAM)
    assert library.calls == ['cuStreamBeginCapture_v2', 'cuStreamEndCapture', 'cuGraphDestroy']
