# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rates and latencies over a bounded recent past, for diagnostics and reports."""

from collections import deque
import time
from typing import Deque, Dict, Tuple

import numpy as np

#: Latencies are kept for this many of the latest steps.
KEPT = 1000


class Latencies:
    """Percentiles of the latest durations, stage by stage."""

    def __init__(self):
        self._ms: Dict[str, Deque[float]] = {}

    def add(self, stage: str, duration_ns: int) -> None:
        """Record one duration."""
        self._ms.setdefault(stage, deque(maxlen=KEPT)).append(duration_ns * 1e-6)

    def percentiles(self) -> Dict[str, Tuple[float, float, float]]:
        """Return (p50, p95, p99) in ms by stage."""
        return {stage: tuple(np.percentile(tuple(values), (50, 95, 99)))
                for stage, values in self._ms.items()}

    def clear(self) -> None:
        """Forget everything."""
        self._ms.clear()


class Rate:
    """Units per second over the time since the last reading, by the steady clock."""

    def __init__(self, clock_ns=time.monotonic_ns):
        self._clock_ns = clock_ns
        self._since_ns = clock_ns()
        self._units = 0
        self.total = 0

    def add(self, units: int = 1) -> None:
        """Count units."""
        self._units += units
        self.total += units

    def read(self) -> float:
        """Return units per second since the last call, and start anew."""
        now_ns = self._clock_ns()
        elapsed_s = (now_ns - self._since_ns) * 1e-9
        per_s = self._units / elapsed_s if elapsed_s > 0 else 0.0
        self._since_ns, self._units = now_ns, 0
        return per_s
