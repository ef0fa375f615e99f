# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Recurrent states on the device.

No document of TensorRT allows one buffer to be input and output of a step, so a step reads one
set of buffers and writes another. A stream of windows needs two sets, used in turn; each further
chain of overlapping windows, and each copy that somebody keeps, needs one more.
"""

from typing import List, Optional, Sequence
import weakref

from depthanyevent_ros.engines.cuda.protocol import Gpu, Memory, Stream

#: Sets that may be alive: one more than the most windows that may overlap (events/windows.py),
#: and some for copies. A set of ViT-S at 266x350 is 3.6 MB in f16; few streams need over 3.
MAX_SETS = 1024


class Lease:
    """One set of buffers while somebody holds it; free again when this object is gone."""

    def __init__(self, index: int, buffers: Sequence[Memory]):
        self.index = index                      # of the set
        self.buffers = buffers
        self.is_finite = True


class StatePool:
    """
    Sets of device buffers, made when they are first needed and kept.

    All methods are called with the GPU's context current.

    :param sizes: of the tensors of one state, bytes.
    """

    def __init__(self, gpu: Gpu, sizes: Sequence[int], limit: int = MAX_SETS):
        self.sizes = tuple(sizes)
        self._gpu = gpu
        self._limit = limit
        self._sets: List[Sequence[Memory]] = []
        self._leases: List[Optional[weakref.ref]] = []
        for _ in range(min(2, limit)):
            self._grow()

    def __len__(self) -> int:
        """Return how many sets there are."""
        return len(self._sets)

    @property
    def nbytes(self) -> int:
        """Return what all sets take on the device."""
        return len(self._sets) * sum(self.sizes)

    def lease(self) -> Lease:
        """
        Return a set that nobody holds, the first one; its values are what was left in it.

        :raises ValueError: if as many states are alive as may be.
        """
        for index, held in enumerate(self._leases):
            if held is None or held() is None:
                break
        else:
            if len(self._sets) >= self._limit:
                raise ValueError(f'{self._limit} states of this engine are alive; let one go '
                                 'before you ask for another')
            index = self._grow()
        lease = Lease(index, self._sets[index])
        self._leases[index] = weakref.ref(lease)
        return lease

    def clear(self, lease: Lease, stream: Stream) -> None:
        """Set a state to zero, on the device."""
        for buffer, size in zip(lease.buffers, self.sizes):
            self._gpu.clear(buffer, size, stream)
        lease.is_finite = True

    def copy(self, target: Lease, source: Lease, stream: Stream) -> None:
        """Copy a state, on the device."""
        for to, origin, size in zip(target.buffers, source.buffers, self.sizes):
            self._gpu.copy(to, origin, size, stream)
        target.is_finite = source.is_finite

    def free(self) -> None:
        """Give all memory back; states that are still held are then of no use."""
        for buffers in self._sets:
            for buffer in buffers:
                buffer.free()
        self._sets, self._leases = [], []

    def _grow(self) -> int:
        """Add a set and return its index."""
        self._sets.append([self._gpu.allocate(size) for size in self.sizes])
        self._leases.append(None)
        return len(self._sets) - 1
