# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A GPU through PyTorch; see cuda/protocol.py."""

from contextlib import contextmanager
from typing import Any, Callable, Iterator, Tuple

import numpy as np
import torch

from depthanyevent_ros.engines.cuda.protocol import CannotCapture
from depthanyevent_ros.errors import EngineLost, EngineUnavailable

#: What PyTorch raises when CUDA fails: AcceleratorError is a RuntimeError.
CUDA_ERRORS = (RuntimeError,)


class TorchMemory:
    """Memory of the device, as a tensor of bytes."""

    def __init__(self, nbytes: int, device: torch.device):
        self.tensor = torch.empty(nbytes, dtype=torch.uint8, device=device)

    def __int__(self) -> int:
        """Return the address."""
        return self.tensor.data_ptr()

    def free(self) -> None:
        """Give it back to PyTorch."""
        self.tensor = None


class TorchGraph:
    """A captured piece of work."""

    def __init__(self, graph: torch.cuda.CUDAGraph):
        self._graph = graph

    def launch(self, stream) -> None:
        """Put it into a stream."""
        with torch.cuda.stream(stream):
            self._graph.replay()

    def close(self) -> None:
        """Free it."""
        self._graph.reset()


class TorchGpu:
    """One device."""

    def __init__(self, index: int = 0):
        """
        Take a device.

        :raises EngineUnavailable: if PyTorch finds no GPU, with its reason.
        """
        if not torch.cuda.is_available():
            built = torch.version.cuda
            why = f'finds no GPU that it can use (built for CUDA {built})' if built else \
                'is built without CUDA: install it from the index for your CUDA version'
            raise EngineUnavailable(f'PyTorch {torch.__version__} {why}')
        self.device = torch.device('cuda', index)
        self.name = torch.cuda.get_device_name(index)
        self.capability = torch.cuda.get_device_capability(index)
        major, minor = (int(part) for part in torch.version.cuda.split('.')[:2])
        self.driver = 1000 * major + 10 * minor

    @contextmanager
    def current(self) -> Iterator[None]:
        """Make the device the current one; what CUDA raises inside leaves as EngineLost."""
        try:
            with torch.cuda.device(self.device), torch.inference_mode():
                yield
        except CUDA_ERRORS as error:
            raise EngineLost(f'the GPU is lost: {str(error).splitlines()[0]}') from error

    def allocate(self, nbytes: int) -> TorchMemory:
        """Return memory of the device, not cleared."""
        return TorchMemory(nbytes, self.device)

    def pinned(self, shape: Tuple[int, ...], dtype: Any) -> np.ndarray:
        """Return zeros in page-locked memory of the host."""
        example = torch.from_numpy(np.zeros(0, dtype))
        return torch.zeros(shape, dtype=example.dtype, pin_memory=True).numpy()

    def stream(self) -> 'TorchStream':
        """Return a stream of its own."""
        return TorchStream(device=self.device)

    def copy_in(self, target: TorchMemory, source: np.ndarray, stream) -> None:
        """Copy from pinned memory to the device."""
        with torch.cuda.stream(stream):
            target.tensor.copy_(as_bytes(source), non_blocking=True)

    def copy_out(self, target: np.ndarray, source: TorchMemory, stream) -> None:
        """Copy from the device to pinned memory."""
        with torch.cuda.stream(stream):
            as_bytes(target).copy_(source.tensor, non_blocking=True)

    def copy(self, target: TorchMemory, source: TorchMemory, nbytes: int, stream) -> None:
        """Copy on the device."""
        with torch.cuda.stream(stream):
            target.tensor[:nbytes].copy_(source.tensor[:nbytes], non_blocking=True)

    def clear(self, target: TorchMemory, nbytes: int, stream) -> None:
        """Set to zero."""
        with torch.cuda.stream(stream):
            target.tensor[:nbytes].zero_()

    def stop_watch(self) -> 'TorchWatch':
        """Return a pair of events."""
        return TorchWatch()

    def capture(self, enqueue: Callable[[], None], stream) -> TorchGraph:
        """Return what ``enqueue`` puts into the stream as a graph."""
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph, stream=stream, capture_error_mode='thread_local'):
                enqueue()
        except CUDA_ERRORS as error:
            raise CannotCapture(str(error).splitlines()[0]) from error
        return TorchGraph(graph)

    def free_bytes(self) -> Tuple[int, int]:
        """Return free and total memory of the device."""
        return torch.cuda.mem_get_info(self.device)


class TorchStream(torch.cuda.Stream):
    """A stream with the name that the protocol has for its handle."""

    @property
    def handle(self) -> int:
        """Return the handle."""
        return self.cuda_stream


class TorchWatch:
    """Two events around work in a stream."""

    def __init__(self):
        self._start, self._stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))

    def start(self, stream) -> None:
        """Mark the beginning."""
        self._start.record(stream)

    def stop(self, stream) -> None:
        """Mark the end."""
        self._stop.record(stream)

    def read_ms(self) -> float:
        """Return the time between the marks."""
        return self._start.elapsed_time(self._stop)


def as_bytes(array: np.ndarray) -> torch.Tensor:
    """Return an array's memory as a tensor of bytes."""
    return torch.from_numpy(array.reshape(-1).view(np.uint8))
