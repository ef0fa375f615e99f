# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What can be missing of a GPU, told apart; nothing is touched that could end the process."""

from pathlib import Path
import subprocess
import sys
from types import SimpleNamespace

import pytest

from depthanyevent_ros.engines.cuda import device_files
from depthanyevent_ros.engines.cuda import find_gpu as find_gpu_module
from depthanyevent_ros.engines.cuda.find_gpu import find_gpu, PYCUDA
from depthanyevent_ros.errors import EngineUnavailable


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch):
    """Let no GPU have been found before, and its device be there."""
    monkeypatch.setattr(find_gpu_module, 'FOUND', {})
    monkeypatch.setattr(device_files, 'NVIDIA_DEVICES', (Path('/dev/null'),))


class DriverError(Exception):
    """What pycuda raises."""


def loader(count=1, init_error=None, import_error=None):
    """Return an import function for which pycuda is like this."""
    def init():
        if init_error:
            raise DriverError(init_error)

    def load(name):
        if name != PYCUDA:
            return SimpleNamespace(PyCudaGpu=lambda index: SimpleNamespace(
                name=f'GPU {index}', lost=None))
        if import_error:
            raise import_error
        return SimpleNamespace(init=init, Error=DriverError,
                               Device=SimpleNamespace(count=lambda: count))
    return load


def test_a_gpu_that_is_there_is_returned():
    """The one that was asked for."""
    assert find_gpu(1, loader(count=2)).name == 'GPU 1'


def test_there_is_one_object_for_a_gpu_as_long_as_the_process_lives():
    """A second one would give the context back that the first one uses."""
    assert find_gpu(0, loader()) is find_gpu(0, loader())


def test_a_gpu_that_is_dead_for_this_process_says_so():
    """Trying again would fail again, or end the process."""
    find_gpu(0, loader()).lost = 'the GPU is lost: an illegal memory access was encountered'
    with pytest.raises(EngineUnavailable, match='illegal memory access .* start the node again'):
        find_gpu(0, loader())


@pytest.mark.parametrize('arguments, sentence', [
    ({'import_error': ModuleNotFoundError("No module named 'pycuda'")},
     'pycuda is not installed: pip install pycuda'),
    ({'import_error': ImportError('libcuda.so.1: cannot open shared object file')},
     'there is no NVIDIA driver on this machine .libcuda.so.1'),
    ({'import_error': ImportError('undefined symbol: PyObject_Vectorcall')},
     'pycuda is installed but cannot be loaded .undefined symbol'),
    ({'init_error': 'cuInit failed: no CUDA-capable device is detected'},
     'the NVIDIA driver finds no GPU that it can use .cuInit failed: no CUDA-capable device'),
    ({'count': 0}, 'there is no GPU 0: the NVIDIA driver finds 0'),
], ids=['no pycuda', 'no driver', 'wrong build', 'no device', 'too few'])
def test_each_missing_piece_has_its_sentence(arguments, sentence):
    """A user knows from it what to do."""
    with pytest.raises(EngineUnavailable, match=sentence):
        find_gpu(0, loader(**arguments))


def test_without_a_gpu_nobody_is_told_to_build_pycuda(monkeypatch, tmp_path):
    """It takes a compiler and minutes, for nothing."""
    monkeypatch.setattr(device_files, 'NVIDIA_DEVICES', (tmp_path / 'nvidiactl',))
    missing = ModuleNotFoundError("No module named 'pycuda'")
    with pytest.raises(EngineUnavailable, match='this machine has no NVIDIA GPU, or no driver'):
        find_gpu(0, loader(import_error=missing))


def test_a_machine_without_a_gpu_survives_being_asked_for_tensorrt():
    """The runtime, which would end the process, is not constructed before a GPU is found."""
    try:
        find_gpu()
        pytest.skip('this machine has a GPU')
    except EngineUnavailable:
        pass
    code = ('from depthanyevent_ros.engines.factory import make_engine\n'
            'from depthanyevent_ros.engines.protocol import EngineSpec\n'
            'from depthanyevent_ros.errors import EngineUnavailable\n'
            'try:\n    make_engine(EngineSpec(260, 346, engine="tensorrt"))\n'
            'except EngineUnavailable as error:\n    print(error)\n')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stderr
    assert 'no NVIDIA GPU' in done.stdout or 'NVIDIA driver' in done.stdout
