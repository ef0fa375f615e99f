# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What happens to errors of CUDA; pycuda is one that does what the test says."""

import importlib
import sys
from types import SimpleNamespace

import pytest

from depthanyevent_ros.errors import EngineLost, EngineUnavailable, NoDeviceMemory

MODULE = 'depthanyevent_ros.engines.cuda.pycuda_gpu'


class Error(Exception):
    """What pycuda raises."""


class MemoryError_(Error):
    """The one of them that harms nothing."""


class Driver:
    """The part of pycuda.driver that holds the context; ``fail`` names calls that fail."""

    Error, MemoryError = Error, MemoryError_

    def __init__(self):
        self.calls, self.fail = [], set()
        self.Context = SimpleNamespace(pop=lambda: self.did('pop'),
                                       synchronize=lambda: self.did('synchronize'))
        self.DeviceAllocation = self.Stream = object
        context = SimpleNamespace(push=lambda: self.did('push'))
        self.Device = lambda index: SimpleNamespace(
            retain_primary_context=lambda: self.did('retain') or context,
            name=lambda: 'A GPU', compute_capability=lambda: (9, 0))

    def did(self, name):
        """Note a call."""
        self.calls.append(name)
        if name in self.fail:
            raise Error(f'{name} failed: an illegal memory access was encountered')

    def get_driver_version(self):
        """Return 13.0."""
        return 13000


@pytest.fixture
def driver(monkeypatch):
    """Return the driver that the module under test has loaded."""
    driver = Driver()
    monkeypatch.setitem(sys.modules, 'pycuda', SimpleNamespace(driver=driver))
    monkeypatch.setitem(sys.modules, 'pycuda.driver', driver)
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    module = importlib.import_module(MODULE)
    monkeypatch.setattr(module.ctypes, 'CDLL', lambda name: name)
    yield driver
    sys.modules.pop(MODULE, None)


@pytest.fixture
def gpu(driver):
    """Return the GPU."""
    made = sys.modules[MODULE].PyCudaGpu()
    driver.calls.clear()
    return made


def test_the_context_is_pushed_for_a_block_and_popped_after_it(gpu, driver):
    """PyTorch in the same thread finds the stack as it was."""
    with gpu.current():
        driver.did('work')
    assert driver.calls == ['push', 'work', 'pop']


def test_a_gpu_that_cannot_be_taken_is_unavailable(driver):
    """Another process may hold it alone."""
    driver.fail = {'retain'}
    with pytest.raises(EngineUnavailable, match='GPU 0 cannot be used: retain failed'):
        sys.modules[MODULE].PyCudaGpu()


def test_a_lack_of_memory_is_no_loss(gpu, driver):
    """The device is as good as before."""
    with pytest.raises(NoDeviceMemory, match='A GPU has no memory left'):
        with gpu.current():
            raise MemoryError_('cuMemAlloc failed: out of memory')
    assert gpu.lost is None and driver.calls == ['push', 'pop']


def test_an_error_after_which_the_device_works_leaves_it_usable(gpu, driver):
    """A synchronisation finds no error: a new engine may be made."""
    with pytest.raises(EngineLost, match='the GPU failed: cuLaunch failed'):
        with gpu.current():
            raise Error('cuLaunch failed: invalid value')
    assert gpu.lost is None
    with gpu.current():
        pass


@pytest.mark.parametrize('dead', ['synchronize', 'pop'])
def test_an_error_that_stays_ends_the_device_for_this_process(gpu, driver, dead):
    """It is never pushed again: a context that cannot be popped ends its thread's process."""
    driver.fail = {dead}
    with pytest.raises(EngineLost, match='the GPU is lost: .* illegal memory access'):
        with gpu.current():
            raise Error('cuStreamSynchronize failed: an illegal memory access was encountered')
    assert 'illegal memory access' in gpu.lost
    driver.calls.clear()
    with pytest.raises(EngineLost, match='the GPU is lost'):
        with gpu.current():
            pass
    assert not driver.calls


def test_an_engine_that_is_lost_inside_is_looked_at_too(gpu, driver):
    """TensorRT returns False for an error of CUDA."""
    driver.fail = {'synchronize'}
    with pytest.raises(EngineLost, match='TensorRT could not run'):
        with gpu.current():
            raise EngineLost('TensorRT could not run the network')
    assert gpu.lost is not None


def test_other_errors_pass(gpu, driver):
    """A fault of ours is no fault of the device."""
    with pytest.raises(ZeroDivisionError):
        with gpu.current():
            1 / 0
    assert gpu.lost is None and driver.calls == ['push', 'pop']
