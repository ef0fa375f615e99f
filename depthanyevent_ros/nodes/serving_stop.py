# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The wish to stop, and the only place in which a node without a spinning thread waits."""

import time

#: How long a parameter service or a QoS event may have to wait for its turn.
TURN_S = 0.05


class ServingStop:
    """
    A flag that a signal handler may set, with waits that give the node's callbacks their turn.

    All that is done with the node happens in one thread, so that nothing is made or taken down
    while an executor waits for it. There is no lock: a threading.Event that is set by a signal
    handler in the middle of its own wait() can wait for itself for ever.
    """

    def __init__(self, executor, clock_s=time.monotonic, sleep=time.sleep):
        """Serve the nodes of an executor."""
        self._executor, self._clock_s, self._sleep = executor, clock_s, sleep
        self._served_s = -TURN_S
        self._stopped = False

    def set(self) -> None:
        """Stop."""
        self._stopped = True

    def is_set(self) -> bool:
        """Tell whether it is time to stop."""
        return self._stopped

    def serve(self) -> None:
        """Run a callback that is ready, if the last turn was TURN_S ago."""
        if self._clock_s() - self._served_s >= TURN_S:
            self._executor.spin_once(timeout_sec=0)
            self._served_s = self._clock_s()

    def wait(self, seconds: float) -> bool:
        """Wait, less if it is to stop (TURN_S after that at the latest); return is_set()."""
        until_s = self._clock_s() + seconds
        while not self._stopped:
            self.serve()
            left_s = until_s - self._clock_s()
            if left_s <= 0:
                break
            self._sleep(min(left_s, TURN_S))
        return self._stopped
