# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A GPU through PyTorch; see cuda/protocol.py."""

from contextlib import contextmanager
import threading
from typing import Any, Callable, Dict, Iterator, Optional, Tuple

import numpy as np
import torch

from depthanyevent_ros.engines.cuda.protocol import CannotCapture
from depthanyevent_ros.errors import EngineLost, EngineUnavailable, NoDeviceMemory

#: What an error of CUDA or one of its libraries says; PyTorch has no class for all of them.
OF_CUDA = ('CUDA', 'cuDNN', 'CUDNN', 'CUBLAS', 'CUSOLVER')

#: Why a device is dead for this process, by its index.
LOST: Dict[int, str] = {}
QUIET: Dict[int, threading.Lock] = {}


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
        if index in LOST:
            raise EngineUnavailable(f'{LOST[index]}; CUDA gives it back only to a new process: '
                                    'start the node again')
        self.device = torch.device('cuda', index)
        self.quiet = QUIET.setdefault(index, threading.Lock())
        self.driver = cuda_version()
        try:
            self.name = torch.cuda.get_device_name(index)
            self.capability = torch.cuda.get_device_capability(index)
        except RuntimeError as error:           # initialising CUDA
            raise EngineUnavailable(f'GPU {index} cannot be used: {first_line(error)}') from error

    @property
    def lost(self) -> Optional[str]:
        """Return why the device is dead for this process, None if it is not."""
        return LOST.get(self.device.index)

    @contextmanager
    def current(self) -> Iterator[None]:
        """Make the device the current one; what CUDA raises inside leaves as our own errors."""
        if self.lost:
            raise EngineLost(self.lost)
        try:
            with torch.cuda.device(self.device), torch.inference_mode():
                yield
        except torch.OutOfMemoryError as error:
            raise NoDeviceMemory(f'{self.name} has no memory left ({first_line(error)})'
                                 ) from error
        except (RuntimeError, EngineLost) as error:
            if isinstance(error, RuntimeError) and not any(
                    word in str(error) for word in OF_CUDA):
                raise
            raise EngineLost(self._diagnose(error)) from error

    def _diagnose(self, error: Exception) -> str:
        """Return what happened; find out whether the device is dead for this process."""
        try:
            torch.cuda.synchronize(self.device)
        except RuntimeError:                    # the error stays: CUDA gives no way back
            LOST[self.device.index] = f'the GPU is lost: {first_line(error)}'
            return LOST[self.device.index]
        return f'the GPU failed: {first_line(error)}'

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
        except RuntimeError as error:
            raise CannotCapture(first_line(error)) from error
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


def cuda_version() -> int:
    """Return the version of CUDA that PyTorch was built for, 12040 for 12.4; 0 for none."""
    major, minor = (int(part) for part in (torch.version.cuda or '0.0').split('.')[:2])
    return 1000 * major + 10 * minor


def first_line(error: Exception) -> str:
    """Return what an error says, without PyTorch's advice."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def as_bytes(array: np.ndarray) -> torch.Tensor:
    """Return an array's memory as a tensor of bytes."""
    return torch.from_numpy(array.reshape(-1).view(np.uint8))
