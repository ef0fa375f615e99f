# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events in, closed windows out."""

from collections import Counter
from typing import Iterator, Optional

import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.last_event_map import (
    accumulate, check_view, COUNTERS, JUMP, make_cells, render_cells, SLOT_DONE, STATE_DTYPE,
    TIME_LIMIT_NS, View)
from depthanyevent_ros.events.types import EVENT_DTYPE, make_events
from depthanyevent_ros.events.windows import ClosedWindow, NEVER

#: Slots that one event may close: within a gap that is no reset, each is a window to render.
MAX_EMPTY_SLOTS = 10_000
SLOT_DTYPE = np.dtype([('start_ns', 'i8'), ('n_events', 'i8'), ('first_ns', 'i8'),
                       ('last_ns', 'i8')])


class WindowBuilder:
    """
    Cuts a stream of events into windows and renders each as a Tencode picture.

    The first window begins at the first event after a reset. An event goes into the open slot;
    one that is too old for it is dropped and counted as 'late'. An event more than ``max_gap_us``
    ahead of the newest or ``max_back_us`` behind it is held back: if the next event agrees with
    it, that is a jump, and a reset ('time_gap', 'time_jump_back') puts the held event first; if
    not, it alone is dropped ('outlier'). Windows without events are closed too, when a later
    event shows that their time is over.
    """

    def __init__(self, policy, width: int, height: int, view: Optional[View] = None,
                 max_gap_us: int = 1_000_000, max_back_us: int = 10_000):
        """
        Prepare for a sensor of this size; kernels are compiled here, not at the first event.

        :param policy: see `windows.py`; :param view: where events are moved to, or as they are.
        :raises ConfigError: for a limit out of range, or a gap of too many strides.
        """
        for name, value, least in (('max_gap_us', max_gap_us, 1), ('max_back_us', max_back_us, 0)):
            if not least <= value < 2**40:
                raise ConfigError(f'{name} ({value}) must be from {least} to 2^40 - 1')
        if max_gap_us * 1000 // policy.slot_ns > MAX_EMPTY_SLOTS:
            raise ConfigError(f'max_gap_us ({max_gap_us}) must not be above {MAX_EMPTY_SLOTS} '
                              f'strides of {policy.slot_ns // 1000} us')
        check_view(view, width, height)
        self.policy, self.width, self.height = policy, width, height
        self.counts: Counter = Counter()
        self.resets: Counter = Counter()
        self.epoch = self.index = 0
        self._lut = None if view is None else np.ascontiguousarray(view.lut)
        self._shape = (height, width) if view is None else (view.height, view.width)
        self._cells = make_cells(self._shape[0] * self._shape[1])
        self._slots = np.zeros(policy.n_slots, SLOT_DTYPE)
        self._state = np.zeros(1, STATE_DTYPE)
        self._state['max_gap_ns'] = max_gap_us * 1000
        self._state['max_back_ns'] = max_back_us * 1000
        self._counters = self._state.view(np.int64)[-len(COUNTERS):]
        self._started, self._n_closed = False, 0

    def feed(self, events: np.ndarray) -> Iterator[ClosedWindow]:
        """
        Take events, (N,) of EVENT_DTYPE, and yield the windows that they close.

        Nothing happens unless the iterator is used up; if it is closed before, the events behind
        the last window are counted as 'left_out'. ``events`` may be overwritten afterwards.
        """
        if events.dtype != EVENT_DTYPE:
            raise TypeError(f'events must be an array of EVENT_DTYPE, not {events.dtype}')
        at = 0
        try:
            while at < len(events):
                if not self._started:
                    at = self._start(events, at)
                    continue
                at, why = accumulate(events, at, self.width, self.height, self._lut, self._cells,
                                     self._state)
                self._collect_counts()
                if why == SLOT_DONE:
                    yield from self._close_slot()
                elif why == JUMP:
                    yield from self.feed(self._jump(int(events['t_ns'][at])))
        finally:
            self._count('left_out', len(events) - at)

    @property
    def newest_ns(self) -> Optional[int]:
        """Sensor time of the newest event since the last reset, None before the first."""
        return int(self._state['newest_ns'][0]) if self._started else None

    def reset(self, reason: str):
        """Forget everything that depends on past time; the next event begins a window."""
        self.resets[reason] += 1
        self._forget()

    def flush(self) -> int:
        """
        End the stream: drop the events of the unfinished slot and return their number.

        They are counted as 'unfinished'. No partial window is ever given out. What is fed
        afterwards begins a new epoch.
        """
        return self._forget()

    def _forget(self) -> int:
        state = self._state[0]
        unfinished = self.policy.slot_events - int(state['left']) if self._started else 0
        self._count('unfinished', unfinished)
        self._count('outlier', int(state['has_held']))
        state['has_held'] = 0
        state['slot'] += self.policy.n_slots            # what the map holds shows no more
        self.epoch += 1
        self.index = self._n_closed = 0
        self._started = False
        return unfinished

    def _start(self, events: np.ndarray, at: int) -> int:
        """Begin with the first event of a possible time and return its index."""
        t_ns = events['t_ns'][at:]
        usable = np.flatnonzero((t_ns > -TIME_LIMIT_NS) & (t_ns < TIME_LIMIT_NS))
        skipped = int(usable[0]) if len(usable) else len(t_ns)
        self._count('outlier', skipped)
        if len(usable):
            self._begin(int(t_ns[skipped]))
        return at + skipped

    def _begin(self, start_ns: int):
        self._state['newest_ns'] = start_ns
        self._open_slot(start_ns, by_count=False)
        self._started = True

    def _open_slot(self, start_ns: int, by_count: bool):
        state = self._state[0]
        self._slot_start_ns = start_ns
        state['floor_ns'], state['end_ns'] = self.policy.slot_bounds(start_ns, by_count)
        state['left'] = self.policy.slot_events
        state['first_ns'], state['last_ns'] = NEVER, -NEVER

    def _jump(self, next_ns: int) -> np.ndarray:
        """Reset at the held event, which the next one confirmed, and return it."""
        held = self._state[0].copy()
        held_ns = int(held['held_t_ns'])
        self._state['has_held'] = 0
        self.reset('time_gap' if held_ns > held['newest_ns'] else 'time_jump_back')
        self._begin(min(held_ns, next_ns))
        return make_events([held['held_x']], [held['held_y']], [held_ns], [held['held_p']])

    def _close_slot(self) -> Iterator[ClosedWindow]:
        state = self._state[0]
        by_count = state['left'] == 0
        end_ns = int(max(state['last_ns'] + 1, self._slot_start_ns) if by_count
                     else state['end_ns'])
        self._slots[self._n_closed % len(self._slots)] = (
            self._slot_start_ns, self.policy.slot_events - state['left'],
            state['first_ns'], state['last_ns'])
        self._n_closed += 1
        window = self._window(end_ns) if self._n_closed >= len(self._slots) else None
        state['slot'] += 1
        self._open_slot(end_ns, by_count)
        if window is not None:
            yield window

    def _window(self, end_ns: int) -> ClosedWindow:
        oldest = self._slots[self._n_closed % len(self._slots)]
        n_events = int(self._slots['n_events'].sum())
        first_ns, last_ns = int(self._slots['first_ns'].min()), int(self._slots['last_ns'].max())
        image = np.empty((3, len(self._cells)), np.float32)
        render_cells(self._cells, int(self._state['slot'][0]) - len(self._slots) + 1,
                     first_ns, last_ns, image)
        self.index += 1
        return ClosedWindow(self.index - 1, self.epoch, min(int(oldest['start_ns']), first_ns),
                            end_ns, n_events, image.reshape(3, *self._shape),
                            first_ns if n_events else None, last_ns if n_events else None)

    def _count(self, cause: str, n: int):
        if n:
            self.counts[cause] += n

    def _collect_counts(self):
        if self._counters.any():
            for cause, n in zip(COUNTERS, self._counters):
                self._count(cause, int(n))
            self._counters[:] = 0
