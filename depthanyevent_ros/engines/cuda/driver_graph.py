# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CUDA graphs through the driver's own library: pycuda has no functions for them."""

import ctypes
from typing import Callable

from depthanyevent_ros.engines.cuda.protocol import CannotCapture
from depthanyevent_ros.errors import EngineLost

#: CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: most of what other threads do does not break a capture.
#: A synchronisation of the whole device does, in every mode; Gpu.quiet keeps ours apart.
THREAD_LOCAL = 1


class DriverGraph:
    """An instantiated graph; it lives as long as the context that it was captured in."""

    def __init__(self, library: ctypes.CDLL, executable: ctypes.c_void_p):
        self._library, self._executable = library, executable

    def launch(self, stream) -> None:
        """
        Put it into a stream.

        :raises EngineLost: if the driver refuses.
        """
        handle = ctypes.c_void_p(stream.handle)
        try:
            check(self._library, 'cuGraphLaunch', self._executable, handle)
        except CannotCapture as error:
            raise EngineLost(str(error)) from error

    def close(self) -> None:
        """Destroy it; the context must be current."""
        if self._executable:
            self._library.cuGraphExecDestroy(self._executable)
            self._executable = None


def capture_graph(library: ctypes.CDLL, enqueue: Callable[[], None], stream) -> DriverGraph:
    """
    Return what ``enqueue`` puts into the stream.

    The stream is taken out of capture mode whatever happens.

    :param library: libcuda.so.1.
    :raises CannotCapture: if the driver refuses a call, with its name and its error.
    """
    handle, graph = ctypes.c_void_p(stream.handle), ctypes.c_void_p()
    check(library, 'cuStreamBeginCapture_v2', handle, ctypes.c_int(THREAD_LOCAL))
    try:
        enqueue()
    except BaseException:
        library.cuStreamEndCapture(handle, ctypes.byref(graph))
        if graph:
            library.cuGraphDestroy(graph)
        raise
    check(library, 'cuStreamEndCapture', handle, ctypes.byref(graph))
    executable = ctypes.c_void_p()
    try:
        check(library, 'cuGraphInstantiateWithFlags', ctypes.byref(executable), graph,
              ctypes.c_ulonglong(0))
    finally:
        library.cuGraphDestroy(graph)
    return DriverGraph(library, executable)


def check(library: ctypes.CDLL, function: str, *arguments) -> None:
    """Call a function of the driver; CannotCapture with the driver's words if it fails."""
    code = getattr(library, function)(*arguments)
    if code != 0:
        text = ctypes.c_char_p()
        library.cuGetErrorName(code, ctypes.byref(text))
        raise CannotCapture(f'{function}: {(text.value or b"error").decode()} ({code})')
