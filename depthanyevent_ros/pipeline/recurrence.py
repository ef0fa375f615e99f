# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which recurrent state belongs to which window."""

from collections import Counter
from typing import Any, Callable, List, Optional

from depthanyevent_ros.events.windows import ClosedWindow


class Recurrence:
    """
    The recurrent states of one stream of windows.

    The network was trained on adjacent windows. When windows overlap (a window of 50 ms every
    10 ms), ``n_chains`` = window / stride states are used in turn: window k belongs to chain
    k modulo n_chains, so that each state sees windows that follow each other without overlap.
    With ``n_chains`` = 1 there is a single state for all.

    A state is consumed by the step it is given to: ``take`` hands it out once, ``keep`` stores
    what the step returned.
    """

    def __init__(self, n_chains: int = 1):
        self.n_chains = n_chains
        self.resets = Counter()                 # by reason
        self._epoch: Optional[int] = None
        self._states: List[Any] = [None] * n_chains

    def take(self, window: ClosedWindow) -> Any:
        """Return the state for this window (None is the zero state)."""
        if window.epoch != self._epoch:         # the input was reset before this window
            self._states = [None] * self.n_chains
            self._epoch = window.epoch
        chain = window.index % self.n_chains
        state, self._states[chain] = self._states[chain], None
        return state

    def keep(self, window: ClosedWindow, state: Any) -> None:
        """Store the state that the step on this window returned."""
        self._states[window.index % self.n_chains] = state

    def convert(self, convert: Callable[[Any], Any]) -> None:
        """Replace each state by what ``convert`` makes of it; zero states stay."""
        self._states = [state if state is None else convert(state) for state in self._states]

    def reset(self, reason: str) -> None:
        """Return every chain to the zero state."""
        self._states = [None] * self.n_chains
        self.resets[reason] += 1
