# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How fast a GPU copies at best, whatever library drives it."""

from depthanyevent_ros.engines.cuda.protocol import Gpu

COPIED_BYTES = 1 << 28                          # more than any cache holds
REPEATS = 10


def copy_rate(gpu: Gpu, nbytes: int = COPIED_BYTES) -> float:
    """Return the bytes that a large copy on the device reads and writes in a second."""
    with gpu.current():
        stream, watch = gpu.stream(), gpu.stop_watch()
        source, target = gpu.allocate(nbytes), gpu.allocate(nbytes)
        times_ms = []
        for _ in range(REPEATS):
            watch.start(stream)
            gpu.copy(target, source, nbytes, stream)
            watch.stop(stream)
            stream.synchronize()
            times_ms.append(watch.read_ms())
        source.free()
        target.free()
    return 2 * nbytes / (min(times_ms) / 1e3)
