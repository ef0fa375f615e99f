# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cutting long arrays of events into messages of bounded size and duration."""

from typing import Iterator

import numpy as np

#: What libcaer_driver sends: packets of 1 ms.
MAX_DURATION_NS = 1_000_000

#: 128 kB in the encodings of 8 bytes an event: well below the 512 kB of shared memory that
#: Fast DDS has by default.
MAX_EVENTS = 16_384


def cut(events, max_duration_ns=MAX_DURATION_NS, max_events=MAX_EVENTS) -> Iterator[np.ndarray]:
    """
    Cut events into runs that are short in time and in number, in their order.

    A run covers at most max_duration_ns from its first event. A jump back in time begins a new
    run, so that a message never spans one.

    :param events: (N,) of EVENT_DTYPE.
    :returns: views, none of them empty.
    """
    t_ns = events['t_ns']
    jumps = np.flatnonzero(np.diff(t_ns) < 0) + 1
    for start, end in zip([0, *jumps], [*jumps, len(events)]):
        while start < end:
            limit = t_ns[start] + max_duration_ns
            stop = start + int(np.searchsorted(t_ns[start:end], limit, 'left'))
            stop = min(stop, start + max_events, end)
            yield events[start:stop]
            start = stop
