# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What an engine needs of a GPU, and of what runs a network there.

A GPU comes from pycuda (pycuda_gpu.py), from PyTorch (torch_cuda/gpu.py), or in the tests from
NumPy; a session from TensorRT or from PyTorch.
"""

from dataclasses import dataclass
import math
import threading
from typing import Any, Callable, ContextManager, Dict, Optional, Protocol, Tuple

import numpy as np


class Memory(Protocol):
    """Memory of the device; ``int(memory)`` is its address, a multiple of 256."""

    def __int__(self) -> int:
        """Return the address."""

    def free(self) -> None:
        """Give it back."""


class Stream(Protocol):
    """A queue of work for the device."""

    handle: int                                 # what TensorRT takes

    def synchronize(self) -> None:
        """Wait until everything in it is done."""


class Graph(Protocol):
    """A captured piece of work that is launched as one."""

    def launch(self, stream: Stream) -> None:
        """Put it into a stream."""

    def close(self) -> None:
        """Free it."""


class StopWatch(Protocol):
    """Two events of the device."""

    def start(self, stream: Stream) -> None:
        """Mark the beginning; never while a graph is captured, which would swallow the mark."""

    def stop(self, stream: Stream) -> None:
        """Mark the end."""

    def read_ms(self) -> float:
        """Return the time between the marks; the stream must have been synchronised."""


class Gpu(Protocol):
    """
    One device. Everything else is called inside ``with gpu.current():``, in any thread.

    Any error of CUDA leaves that block as an EngineLost, a lack of memory as NoDeviceMemory.
    After most errors the device is dead for this process: ``lost`` then says so, and every later
    block raises it.
    """

    name: str
    capability: Tuple[int, int]                 # compute capability
    lost: Optional[str]                         # why it is dead for this process
    quiet: threading.Lock                       # held by who must not be disturbed in a capture
    driver: int                                 # the CUDA version of the driver: 12020 is 12.2

    def current(self) -> ContextManager:
        """Make the device's primary context the current one of this thread, for a block."""

    def allocate(self, nbytes: int) -> Memory:
        """Return memory of the device, not cleared."""

    def pinned(self, shape: Tuple[int, ...], dtype: Any) -> np.ndarray:
        """Return zeros in page-locked memory of the host: copies from it need no detour."""

    def stream(self) -> Stream:
        """Return a stream that does not wait for the default one."""

    def copy_in(self, target: Memory, source: np.ndarray, stream: Stream) -> None:
        """Copy from pinned memory to the device."""

    def copy_out(self, target: np.ndarray, source: Memory, stream: Stream) -> None:
        """Copy from the device to pinned memory."""

    def copy(self, target: Memory, source: Memory, nbytes: int, stream: Stream) -> None:
        """Copy on the device."""

    def clear(self, target: Memory, nbytes: int, stream: Stream) -> None:
        """Set to zero."""

    def stop_watch(self) -> StopWatch:
        """Return a pair of events."""

    def capture(self, enqueue: Callable[[], None], stream: Stream) -> Graph:
        """
        Return what ``enqueue`` puts into the stream as a graph; nothing of it is run.

        :raises CannotCapture: if this work, or this driver, cannot be captured.
        """

    def free_bytes(self) -> Tuple[int, int]:
        """Return free and total memory of the device."""


@dataclass(frozen=True)
class Port:
    """An input or output of a network."""

    name: str
    shape: Tuple[int, ...]
    dtype: np.dtype
    is_input: bool

    @property
    def nbytes(self) -> int:
        """Return the size in bytes."""
        return math.prod(self.shape) * self.dtype.itemsize


class Session(Protocol):
    """A network that is ready to run; the GPU's context is current in all calls."""

    ports: Dict[str, Port]
    version: str                                # of the library that runs it

    def bind(self, name: str, memory: Memory) -> None:
        """Say where an input is read or an output is written from now on."""

    def enqueue(self, stream: Stream) -> None:
        """Put one run into a stream; EngineLost if it is refused."""

    def close(self) -> None:
        """Free everything."""


class CannotCapture(Exception):
    """Work that cannot become a graph; it can still be enqueued piece by piece."""
