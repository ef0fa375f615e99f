# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of errors of CUDA in PyTorch; the device itself is not needed for that."""

from contextlib import nullcontext

import pytest
import torch

from depthanyevent_ros.engines.torch_cuda import gpu as module
from depthanyevent_ros.engines.torch_cuda.gpu import TorchGpu
from depthanyevent_ros.errors import EngineLost, EngineUnavailable, NoDeviceMemory

ILLEGAL = 'CUDA error: an illegal memory access was encountered\nCompile with TORCH_USE_CUDA_DSA'


@pytest.fixture
def cuda(monkeypatch):
    """Let torch.cuda be there; ``dead`` says whether a synchronisation fails."""
    class Cuda:
        dead = False

        def synchronize(self, device):
            if self.dead:
                raise RuntimeError(ILLEGAL)
    found = Cuda()
    monkeypatch.setattr(module, 'LOST', {})
    for name, value in (('is_available', lambda: True), ('device', lambda d: nullcontext()),
                        ('get_device_name', lambda i: 'A GPU'), ('synchronize', found.synchronize),
                        ('get_device_capability', lambda i: (9, 0))):
        monkeypatch.setattr(torch.cuda, name, value)
    return found


def test_a_lack_of_memory_is_no_loss(cuda):
    """The device is as good as before."""
    gpu = TorchGpu()
    with pytest.raises(NoDeviceMemory, match='A GPU has no memory left'):
        with gpu.current():
            raise torch.OutOfMemoryError('CUDA out of memory. Tried to allocate 20 MiB')
    assert gpu.lost is None


def test_a_fault_of_ours_is_no_fault_of_the_device(cuda):
    """Sizes that do not fit are a RuntimeError too."""
    with pytest.raises(RuntimeError, match='must match'):
        with TorchGpu().current():
            torch.ones(2) + torch.ones(3)


def test_an_error_that_stays_ends_the_device_for_this_process(cuda):
    """For every engine on it, those made later included."""
    gpu, cuda.dead = TorchGpu(), True
    with pytest.raises(EngineLost, match='^the GPU is lost: .* was encountered$'):
        with gpu.current():
            raise RuntimeError(ILLEGAL)
    with pytest.raises(EngineLost, match='illegal memory access'):
        with gpu.current():
            pass
    with pytest.raises(EngineUnavailable, match='start the node again'):
        TorchGpu()


def test_an_error_after_which_the_device_works_leaves_it_usable(cuda):
    """A new engine may be made."""
    gpu = TorchGpu()
    with pytest.raises(EngineLost, match='the GPU failed: CUDA error'):
        with gpu.current():
            raise RuntimeError('CUDA error: invalid argument')
    with gpu.current():
        pass
    assert TorchGpu().lost is None


def test_a_device_that_cannot_be_initialised_is_unavailable(cuda, monkeypatch):
    """One sentence, whatever PyTorch raises."""
    def fail(index):
        raise RuntimeError('CUDA unknown error - this may be due to an incorrect environment')
    monkeypatch.setattr(torch.cuda, 'get_device_name', fail)
    with pytest.raises(EngineUnavailable, match='GPU 0 cannot be used: CUDA unknown error'):
        TorchGpu()
