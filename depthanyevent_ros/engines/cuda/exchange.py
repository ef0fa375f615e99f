# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What passes between host and device in every step: image in, depth and a check out."""

from statistics import median
from typing import Dict, Tuple

import numpy as np

from depthanyevent_ros.engines.cuda.protocol import Gpu, Memory, Session, StopWatch, Stream

IMAGE, DEPTH, CHECK = 'image', 'depth', 'check'


class Exchange:
    """
    Page-locked memory and its counterpart on the device, bound to a session.

    Made and used with the GPU's context current.
    """

    def __init__(self, gpu: Gpu, session: Session):
        self._gpu = gpu
        self._device: Dict[str, Memory] = {}
        self._host: Dict[str, np.ndarray] = {}
        for name in (IMAGE, DEPTH, CHECK):
            port = session.ports[name]
            self._device[name] = gpu.allocate(port.nbytes)
            self._host[name] = gpu.pinned(port.shape, port.dtype)
            session.bind(name, self._device[name])
        self._scaled = np.empty(session.ports[IMAGE].shape, np.float32)

    def put(self, image: np.ndarray) -> None:
        """Round an image, 0 to 1, to bytes; only host memory is touched."""
        np.multiply(image, 255, out=self._scaled)
        np.rint(self._scaled, out=self._host[IMAGE], casting='unsafe')

    def copy_in(self, stream: Stream) -> None:
        """Put the copy of the image into a stream."""
        self._gpu.copy_in(self._device[IMAGE], self._host[IMAGE], stream)

    def copy_out(self, stream: Stream) -> None:
        """Put the copies of depth and check into a stream."""
        for name in (DEPTH, CHECK):
            self._gpu.copy_out(self._host[name], self._device[name], stream)

    def depth(self) -> np.ndarray:
        """Return a copy of the depth of the last step."""
        return self._host[DEPTH].copy()

    def is_finite(self) -> bool:
        """Tell whether the last step's depth and state were."""
        return bool(np.isfinite(self._host[CHECK]).all())

    def copies_ms(self, stream: Stream, watch: StopWatch, repeats: int = 50
                  ) -> Tuple[float, float]:
        """Return the median time of the copies in and of those out, by the device's clock."""
        times = []
        for copy in (self.copy_in, self.copy_out):
            spent = []
            for _ in range(repeats):
                watch.start(stream)
                copy(stream)
                watch.stop(stream)
                stream.synchronize()
                spent.append(watch.read_ms())
            times.append(median(spent))
        return times[0], times[1]

    def free(self) -> None:
        """Give the memory back."""
        for memory in self._device.values():
            memory.free()
        self._device, self._host = {}, {}
