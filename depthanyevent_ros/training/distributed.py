# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One process, or one of several that train together (torchrun sets the environment)."""

import os
import time
from typing import Optional, Protocol

import torch
from torch import distributed, nn, Tensor
from torch.nn.parallel import DistributedDataParallel

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.device import usable_device
from depthanyevent_ros.network.dpt_head import State

#: Threads of gloo outlive a group that DistributedDataParallel has used (PyTorch 2.13). One
#: that lets go of its last tensor while the interpreter ends would abort the process: they get
#: this long, and need microseconds.
GLOO_REST_S = 1.0


class Processes(Protocol):
    """What a training asks of the processes that it runs in."""

    rank: int
    world: int
    device: torch.device

    def wrap(self, module: nn.Module) -> nn.Module:
        """Return the module, its gradients averaged over the processes."""

    def mean(self, value: Tensor) -> Tensor:
        """Return the mean of a scalar over the processes."""

    def total(self, sums: Tensor) -> Tensor:
        """Return sums over the processes, through which the gradient of each flows back."""

    def any(self, flag: bool) -> bool:
        """Tell whether the flag is set in one of them."""

    def all_lanes(self, state: State) -> State:
        """Return the states of the lanes of all processes, in the order of the ranks."""

    def close(self) -> None:
        """Leave the others."""


class Alone:
    """A single process."""

    rank, world = 0, 1

    def __init__(self, device: str = 'auto'):
        self.device = choose_device(device, 0)

    def wrap(self, module: nn.Module) -> nn.Module:
        """Return the module as it is."""
        return module

    def mean(self, value: Tensor) -> Tensor:
        """Return the value."""
        return value

    def total(self, sums: Tensor) -> Tensor:
        """Return the sums."""
        return sums

    def any(self, flag: bool) -> bool:
        """Return the flag."""
        return flag

    def all_lanes(self, state: State) -> State:
        """Return the state."""
        return state

    def close(self) -> None:
        """Do nothing."""


class Together:
    """One of several processes: nccl between GPUs, gloo between CPUs."""

    def __init__(self, device: str = 'auto'):
        self.rank, self.world = int(os.environ['RANK']), int(os.environ['WORLD_SIZE'])
        self.device = device_of_this_process(device)
        distributed.init_process_group('nccl' if self.device.type == 'cuda' else 'gloo')

    def wrap(self, module: nn.Module) -> nn.Module:
        """Return the module in PyTorch's DistributedDataParallel."""
        devices = [self.device] if self.device.type == 'cuda' else None
        return DistributedDataParallel(module, device_ids=devices)

    def mean(self, value: Tensor) -> Tensor:
        """Return the mean over the processes."""
        total = value.detach().clone()
        distributed.all_reduce(total)
        return total / self.world

    def total(self, sums: Tensor) -> Tensor:
        """Return the sums over the processes; all must call this together."""
        return _Total.apply(sums, self.world)

    def any(self, flag: bool) -> bool:
        """Tell whether one of them has it set; all must call this together."""
        return self.mean(torch.tensor(float(flag), device=self.device)).item() > 0

    def all_lanes(self, state: State) -> State:
        """Return the lanes of all processes; all must call this together."""
        return tuple(tuple(self._gather(tensor) for tensor in pair) for pair in state)

    def close(self) -> None:
        """Leave the group."""
        distributed.destroy_process_group()
        if self.device.type == 'cpu':
            time.sleep(GLOO_REST_S)

    def _gather(self, tensor: Tensor) -> Tensor:
        parts = [torch.empty_like(tensor) for _ in range(self.world)]
        distributed.all_gather(parts, tensor.contiguous())
        return torch.cat(parts)


class _Total(torch.autograd.Function):
    """
    The sum over processes that all go on to the same loss.

    Each has the gradient of its own part; DistributedDataParallel takes the mean of them, where
    it is their sum that belongs to the one loss.
    """

    @staticmethod
    def forward(ctx, sums: Tensor, world: int) -> Tensor:
        ctx.world = world
        sums = sums.detach().clone()
        distributed.all_reduce(sums)
        return sums

    @staticmethod
    def backward(ctx, gradient: Tensor):
        return gradient * ctx.world, None


def join_processes(device: str = 'auto', threads: Optional[int] = None) -> Processes:
    """
    Return this process: one of several if torchrun started it, else alone.

    :param threads: of torch on the CPU; None leaves its choice.
    """
    if threads is not None:
        if threads < 1:
            raise ConfigError(f'--threads is {threads}; it must be at least 1')
        torch.set_num_threads(threads)
    return Together(device) if int(os.environ.get('WORLD_SIZE', 1)) > 1 else Alone(device)


def device_of_this_process(device: str) -> torch.device:
    """Return the device that is asked for; auto: torchrun's processes take a GPU each."""
    return choose_device(device, int(os.environ.get('LOCAL_RANK', 0)))


def choose_device(device: str, local_rank: int) -> torch.device:
    """
    Return the device that is asked for; auto: a GPU of this process's own, or the CPU.

    :raises ConfigError: if there is no such device here.
    """
    if device != 'auto':
        return usable_device(device)
    if not torch.cuda.is_available():
        return torch.device('cpu')
    torch.cuda.set_device(local_rank)
    return torch.device('cuda', local_rank)
