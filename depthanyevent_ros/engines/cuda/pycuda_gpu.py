# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A GPU through pycuda: the only module that imports it.

The context is the device's *primary* one, which torch and TensorRT use as well; never that of
``pycuda.autoinit``, whose memory they cannot see. It is retained once, pushed for each block of
calls and popped at its end, because the stack of contexts belongs to a thread and a thread that
ends with one pushed takes the process with it.
"""

from contextlib import contextmanager
import ctypes
import threading
from typing import Any, Callable, Iterator, Optional, Tuple

import numpy as np
import pycuda.driver as driver

from depthanyevent_ros.engines.cuda.driver_graph import capture_graph, DriverGraph
from depthanyevent_ros.engines.cuda.protocol import CannotCapture
from depthanyevent_ros.errors import EngineLost, EngineUnavailable, NoDeviceMemory

DRIVER_LIBRARY = 'libcuda.so.1'


class PyCudaGpu:
    """One device; see protocol.Gpu."""

    def __init__(self, index: int = 0):
        """
        Retain the primary context of a device; ``driver.init()`` must have succeeded.

        :raises EngineUnavailable: if CUDA refuses.
        """
        self.lost: Optional[str] = None
        self.quiet = threading.Lock()
        try:
            device = driver.Device(index)
            self._context = device.retain_primary_context()
            self.name = device.name()
            self.capability = tuple(device.compute_capability())
            self.driver = driver.get_driver_version()
            self._library = ctypes.CDLL(DRIVER_LIBRARY)
        except (driver.Error, OSError) as error:
            raise EngineUnavailable(f'GPU {index} cannot be used: {error}') from error

    @contextmanager
    def current(self) -> Iterator[None]:
        """Push the context for a block; what CUDA raises inside leaves it as our own errors."""
        if self.lost:                           # pushed again, it could not be popped
            raise EngineLost(self.lost)
        try:
            self._context.push()
        except driver.Error as error:
            raise EngineLost(self._die(error)) from error
        try:
            yield
        except driver.MemoryError as error:
            raise NoDeviceMemory(f'{self.name} has no memory left ({error})') from error
        except (driver.Error, EngineLost) as error:
            raise EngineLost(self._diagnose(error)) from error
        finally:
            self._pop()

    def _pop(self) -> None:
        try:
            driver.Context.pop()
        except driver.Error as error:
            raise EngineLost(self._die(error)) from error

    def _diagnose(self, error: Exception) -> str:
        """Return what happened; find out whether the device is dead for this process."""
        try:
            driver.Context.synchronize()
        except driver.Error:                    # the error stays: CUDA gives no way back
            return self._die(error)
        return f'the GPU failed: {error}'

    def _die(self, error: Exception) -> str:
        self.lost = f'the GPU is lost: {error}'
        return self.lost

    def allocate(self, nbytes: int) -> driver.DeviceAllocation:
        """Return memory of the device, not cleared."""
        return driver.mem_alloc(nbytes)

    def pinned(self, shape: Tuple[int, ...], dtype: Any) -> np.ndarray:
        """Return zeros in page-locked memory of the host."""
        return driver.pagelocked_zeros(shape, dtype)

    def stream(self) -> driver.Stream:
        """Return a stream that does not wait for the default one (CU_STREAM_NON_BLOCKING)."""
        return driver.Stream(1)

    def copy_in(self, target, source: np.ndarray, stream: driver.Stream) -> None:
        """Copy from pinned memory to the device."""
        driver.memcpy_htod_async(int(target), source, stream)

    def copy_out(self, target: np.ndarray, source, stream: driver.Stream) -> None:
        """Copy from the device to pinned memory."""
        driver.memcpy_dtoh_async(target, int(source), stream)

    def copy(self, target, source, nbytes: int, stream: driver.Stream) -> None:
        """Copy on the device."""
        driver.memcpy_dtod_async(int(target), int(source), nbytes, stream)

    def clear(self, target, nbytes: int, stream: driver.Stream) -> None:
        """Set to zero."""
        driver.memset_d8_async(int(target), 0, nbytes, stream)

    def stop_watch(self) -> 'StopWatch':
        """Return a pair of events."""
        return StopWatch()

    def capture(self, enqueue: Callable[[], None], stream: driver.Stream) -> DriverGraph:
        """Return what ``enqueue`` puts into the stream as a graph."""
        try:
            return capture_graph(self._library, enqueue, stream)
        except driver.Error as error:
            raise CannotCapture(str(error)) from error

    def free_bytes(self) -> Tuple[int, int]:
        """Return free and total memory of the device."""
        return driver.mem_get_info()


class StopWatch:
    """Two events around work in a stream."""

    def __init__(self):
        self._start, self._stop = driver.Event(), driver.Event()

    def start(self, stream: driver.Stream) -> None:
        """Mark the beginning."""
        self._start.record(stream)

    def stop(self, stream: driver.Stream) -> None:
        """Mark the end."""
        self._stop.record(stream)

    def read_ms(self) -> float:
        """Return the time between the marks."""
        return self._stop.time_since(self._start)
