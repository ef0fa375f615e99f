# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A GPU made of NumPy, which refuses what a real one would not survive.

Memory is bytes at made-up addresses. Work that is put into a stream waits until the stream is
synchronised, as on a device; while a stream is captured it goes into the graph and is not run.
"""

from contextlib import contextmanager
import math
import threading

import numpy as np

from depthanyevent_ros.engines.cuda.protocol import CannotCapture
from depthanyevent_ros.errors import EngineLost

FIRST_ADDRESS, ALIGNMENT = 0x7000_0000, 256


class FakeGpu:
    """See engines/cuda/protocol.py; ``calls`` names what was done, in order."""

    name, capability, driver = 'Fake GPU', (9, 0), 13000

    def __init__(self):
        self.memories, self.streams, self.calls = {}, [], []
        self.can_capture, self.lost_at = True, None
        self.lost, self.quiet = None, threading.Lock()
        self._address = FIRST_ADDRESS
        self._pushed = threading.local()

    @contextmanager
    def current(self):
        """Push and pop, per thread."""
        assert not getattr(self._pushed, 'yes', False), 'the context is pushed twice'
        if self.lost:
            raise EngineLost(self.lost)
        self._pushed.yes = True
        try:
            yield
        finally:
            self._pushed.yes = False

    def did(self, name: str) -> None:
        """Note a call; it needs the context, and a lost device fails it."""
        assert getattr(self._pushed, 'yes', False), f'{name} without a current context'
        self.calls.append(name)
        if name == self.lost_at:
            self.lost = 'the GPU is lost: an illegal memory access was encountered'
            raise EngineLost(self.lost)

    def allocate(self, nbytes):
        """Return memory full of rubbish."""
        self.did('allocate')
        memory = FakeMemory(self, self._address, nbytes)
        self.memories[self._address] = memory
        self._address += -(-nbytes // ALIGNMENT) * ALIGNMENT + ALIGNMENT
        return memory

    def pinned(self, shape, dtype):
        """Return an array that copies accept."""
        self.did('pinned')
        return np.zeros(shape, dtype).view(Pinned)

    def stream(self):
        """Return a stream."""
        self.did('stream')
        self.streams.append(FakeStream(self))
        return self.streams[-1]

    def copy_in(self, target, source, stream):
        """Copy from pinned memory; what it holds when the work is done counts."""
        self.did('copy_in')
        assert isinstance(source, Pinned) and source.nbytes == target.nbytes
        stream.put(lambda: target.write(source))

    def copy_out(self, target, source, stream):
        """Copy to pinned memory."""
        self.did('copy_out')
        assert isinstance(target, Pinned) and target.nbytes == source.nbytes

        def work():
            target[...] = source.read(target.dtype, target.shape)
        stream.put(work)

    def copy(self, target, source, nbytes, stream):
        """Copy on the device."""
        self.did('copy')
        assert target.nbytes == source.nbytes == nbytes

        def work():
            target.data[:] = source.data
        stream.put(work)

    def clear(self, target, nbytes, stream):
        """Set to zero."""
        self.did('clear')
        assert target.nbytes == nbytes

        def work():
            target.data[:] = 0
        stream.put(work)

    def stop_watch(self):
        """Return a clock that always says 1.5 ms."""
        self.did('stop_watch')
        return FakeWatch()

    def capture(self, enqueue, stream):
        """Return the work as a graph."""
        self.did('capture')
        if not self.can_capture:
            raise CannotCapture('cuStreamBeginCapture_v2: CUDA_ERROR_NOT_SUPPORTED (801)')
        assert not stream.waiting, 'captured before the first run was over'
        stream.captured = []
        try:
            enqueue()
            return FakeGraph(self, stream.captured)
        finally:
            stream.captured = None

    def free_bytes(self):
        """Return free and total memory."""
        used = sum(memory.nbytes for memory in self.memories.values())
        return (2 << 30) - used, 2 << 30

    @property
    def n_used(self):
        """How many memories were not freed."""
        return len(self.memories)


class Pinned(np.ndarray):
    """Page-locked memory."""


class FakeMemory:
    """Bytes at an address."""

    def __init__(self, gpu, address, nbytes):
        self.gpu, self.address, self.nbytes = gpu, address, nbytes
        self.data = np.full(nbytes, 0xAB, np.uint8)

    def __int__(self):
        return self.address

    def free(self):
        """Give it back, once."""
        self.gpu.did('free')
        del self.gpu.memories[self.address]

    def write(self, array):
        """Set from an array."""
        self.data[:] = np.frombuffer(np.ascontiguousarray(array).tobytes(), np.uint8)

    def read(self, dtype, shape):
        """Return as an array."""
        assert math.prod(shape) * np.dtype(dtype).itemsize == self.nbytes
        return self.data.view(dtype).reshape(shape)


class FakeStream:
    """Work that waits."""

    def __init__(self, gpu):
        self.gpu, self.waiting, self.captured = gpu, [], None
        self.handle = 0x5EA0 + len(gpu.streams)

    def put(self, work):
        """Take a piece of work."""
        (self.waiting if self.captured is None else self.captured).append(work)

    def synchronize(self):
        """Do it all."""
        self.gpu.did('synchronize')
        assert self.captured is None, 'synchronised while capturing'
        waiting, self.waiting = self.waiting, []
        for work in waiting:
            work()


class FakeGraph:
    """Work that was captured."""

    def __init__(self, gpu, work):
        self.gpu, self.work = gpu, work

    def launch(self, stream):
        """Put it all into a stream."""
        self.gpu.did('launch')
        stream.waiting += self.work

    def close(self):
        """Free it."""
        self.gpu.did('close graph')


class FakeWatch:
    """Two events."""

    def start(self, stream):
        """Mark the beginning."""
        assert stream.captured is None

    def stop(self, stream):
        """Mark the end."""
        assert stream.captured is None

    def read_ms(self):
        """Return the time between."""
        return 1.5
