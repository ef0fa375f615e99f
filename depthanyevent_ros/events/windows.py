# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Window policies, and what a closed window is.

Time is cut into slots of one stride each; a window is the last ``n_slots`` slots. A policy says
how long a slot may be, in time and in events.
"""

from dataclasses import dataclass
from typing import Optional, Tuple

import numpy as np

from depthanyevent_ros.errors import ConfigError

#: Beyond any time and any count: what a policy that sets no such limit says.
NEVER = 2**62
MAX_SLOTS = 1000


@dataclass(frozen=True)
class ClosedWindow:
    """A finished window and its picture."""

    index: int                # since the last reset
    epoch: int                # number of resets before it: a change means "start from zero state"
    start_ns: int             # inclusive
    end_ns: int               # exclusive; by count: one past the last event
    n_events: int             # all its events, those outside the picture included
    image: np.ndarray         # float32 [3, H, W], Tencode, 0..1
    first_ns: Optional[int]   # stamps of the first and last event (None if empty)
    last_ns: Optional[int]


class ByTime:
    """Windows of ``window_us``, one every ``stride_us`` (default: the same), without drift."""

    def __init__(self, window_us: int = 50_000, stride_us: Optional[int] = None):
        self.n_slots, stride_us = _slots('window_us', window_us, 'stride_us', stride_us)
        self.slot_ns, self.slot_events = stride_us * 1000, NEVER

    def slot_bounds(self, start_ns: int, by_count: bool) -> Tuple[int, int]:
        """Return the earliest time that a slot takes, and its end (exclusive)."""
        return start_ns, start_ns + self.slot_ns


class ByCount:
    """Windows of ``n_events`` events in order of arrival, one every ``stride_events``."""

    def __init__(self, n_events: int, stride_events: Optional[int] = None):
        self.n_slots, self.slot_events = _slots('n_events', n_events,
                                                'stride_events', stride_events)
        self.slot_ns = NEVER

    def slot_bounds(self, start_ns: int, by_count: bool) -> Tuple[int, int]:
        """Return no bounds: an event of any time goes into the open slot."""
        return -NEVER, NEVER


class ByTimeOrCount:
    """
    Slots that end after their share of ``window_us`` or of ``n_events``, whichever is first.

    A slot that ended by count is followed by one that begins right behind its last event.
    """

    def __init__(self, window_us: int, n_events: int, stride_us: Optional[int] = None):
        self.n_slots, stride_us = _slots('window_us', window_us, 'stride_us', stride_us)
        self.slot_ns = stride_us * 1000
        if n_events < self.n_slots or n_events % self.n_slots:
            raise ConfigError(f'n_events ({n_events}) must be a multiple of window_us / stride_us '
                              f'({self.n_slots})')
        self.slot_events = n_events // self.n_slots

    def slot_bounds(self, start_ns: int, by_count: bool) -> Tuple[int, int]:
        """Return the bounds; a slot that follows a full one takes events of equal time."""
        return -NEVER if by_count else start_ns, start_ns + self.slot_ns


def make_window_policy(name: str, window_us: int, stride_us: int, n_events: int,
                       stride_events: int):
    """
    Return the policy 'time', 'count' or 'time_or_count'; a stride of 0 means the whole window.

    :raises ConfigError: for another name, or sizes that do not fit; it names the parameter.
    """
    makers = {
        'time': lambda: ByTime(window_us, stride_us or None),
        'count': lambda: ByCount(n_events, stride_events or None),
        'time_or_count': lambda: ByTimeOrCount(window_us, n_events, stride_us or None),
    }
    if name not in makers:
        raise ConfigError(f'window policy {name!r} is not one of {", ".join(makers)}')
    return makers[name]()


def _slots(name: str, size: int, stride_name: str, stride: Optional[int]) -> Tuple[int, int]:
    """Return the number of slots in a window and the size of one."""
    stride = size if stride is None else stride
    if size < 1 or stride < 1:
        raise ConfigError(f'{name} ({size}) and {stride_name} ({stride}) must be at least 1')
    if size % stride:
        raise ConfigError(f'{name} ({size}) must be a whole multiple of {stride_name} ({stride})')
    if size // stride > MAX_SLOTS:
        raise ConfigError(f'{name} / {stride_name} is {size // stride}, above {MAX_SLOTS}')
    return size // stride, stride
