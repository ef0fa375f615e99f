# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which events follow from those before them, as `events.window_builder` sees it."""

from dataclasses import dataclass
from typing import Optional

import numpy as np

from depthanyevent_ros.events.last_event_map import TIME_LIMIT_NS


@dataclass(frozen=True)
class TimeSteps:
    """How far an event may be ahead of the newest one before it, or behind it."""

    max_gap_ns: int
    max_back_ns: int

    def in_order(self, t_ns: np.ndarray, newest_ns: int) -> bool:
        """Tell whether times, (N,), at least one, ascend and all follow: nearly all blocks do."""
        return bool(newest_ns <= t_ns[0] <= t_ns[-1] <= newest_ns + self.max_gap_ns
                    and (t_ns[1:] >= t_ns[:-1]).all())

    def first_odd(self, t_ns: np.ndarray, newest_ns: Optional[int]) -> int:
        """Return the index of the first event that does not follow, their number if all do."""
        if not len(t_ns):
            return 0
        newest_ns = t_ns[0] if newest_ns is None else newest_ns
        # Clipped, so that no difference overflows; what is clipped is odd whatever comes before.
        t_ns = np.clip(t_ns, -TIME_LIMIT_NS, TIME_LIMIT_NS)
        before = np.maximum.accumulate(np.concatenate([[newest_ns], t_ns[:-1]]))
        step = t_ns - before
        odd = ((step > self.max_gap_ns) | (step < -self.max_back_ns)
               | (t_ns == TIME_LIMIT_NS) | (t_ns == -TIME_LIMIT_NS))
        return int(odd.argmax()) if odd.any() else len(t_ns)

    def is_jump(self, odd_ns: int, next_ns: int, newest_ns: Optional[int]) -> bool:
        """Tell whether the event after an odd one shows that time has jumped."""
        step = next_ns - odd_ns
        return (abs(odd_ns) < TIME_LIMIT_NS and newest_ns is not None
                and -self.max_back_ns <= step <= self.max_gap_ns
                and abs(step) < abs(next_ns - newest_ns))
