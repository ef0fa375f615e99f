# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events that no sensor of that size sent are left out, and counted."""

import numpy as np


#: ROS's times are int32 seconds.
END_NS = 2**31 * 10**9


class InsideSensor:
    """
    Keeps the events of a sensor of a given size with a time that ROS has, from 0 on.

    ``n_outside`` counts those left out; ``n_jumps`` how often time runs back, which is kept.
    """

    def __init__(self):
        self.n_outside = self.n_jumps = 0
        self._last_ns = None

    def keep(self, events: np.ndarray, width: int, height: int) -> np.ndarray:
        """
        Return the events inside, in their order.

        :param events: (N,) of EVENT_DTYPE. :param width: pixels; :param height: 0 if not known.
        """
        inside = (events['t_ns'] >= 0) & (events['t_ns'] < END_NS)
        if width and height:
            inside &= (events['x'] < width) & (events['y'] < height)
        n_outside = len(events) - int(np.count_nonzero(inside))
        if n_outside:
            self.n_outside += n_outside
            events = events[inside]
        self._count_jumps(events['t_ns'])
        return events

    @property
    def notes(self):
        """Return what the user should know, one sentence each."""
        remarks = ((self.n_outside, 'events are left out: they lie outside the sensor or have no '
                                    'time that can be'),
                   (self.n_jumps, 'times the events run back in time'))
        return [f'{n:,} {what}' for n, what in remarks if n]

    def _count_jumps(self, t_ns):
        if not len(t_ns):
            return
        self.n_jumps += int(np.count_nonzero(np.diff(t_ns) < 0))
        self.n_jumps += self._last_ns is not None and int(t_ns[0]) < self._last_ns
        self._last_ns = int(t_ns[-1])
