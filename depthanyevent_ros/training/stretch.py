# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What happened in a stretch of steps, for the log."""

import time
from typing import Dict, Iterator, Mapping, Optional, TypeVar

T = TypeVar('T')


class Stretch:
    """Sums over the steps since the last line of the log; a training that goes on keeps them."""

    def __init__(self, kept: Optional[Mapping[str, float]] = None):
        """Begin a stretch, or go on with what ``as_dict`` returned."""
        kept = kept or {}
        self._start_s = time.monotonic() - kept.get('took_s', 0.0)
        self._loss, self._norm = kept.get('loss', 0.0), kept.get('norm', 0.0)
        self._waited_s = kept.get('waited_s', 0.0)
        self._steps, self._windows = kept.get('steps', 0), kept.get('windows', 0)

    def as_dict(self) -> Dict[str, float]:
        """Return the sums so far, and the seconds that it took."""
        return {'loss': self._loss, 'norm': self._norm, 'waited_s': self._waited_s,
                'steps': self._steps, 'windows': self._windows,
                'took_s': time.monotonic() - self._start_s}

    def timed(self, items: Iterator[T]) -> T:
        """Return the next of the items; the time that it takes counts as waiting."""
        before = time.monotonic()
        item = next(items)
        self._waited_s += time.monotonic() - before
        return item

    def add(self, loss: float, norm: float, windows: int) -> None:
        """Count a step of so many windows."""
        self._loss += loss
        self._norm += norm
        self._steps += 1
        self._windows += windows

    @property
    def loss(self) -> float:
        """Return the mean loss so far."""
        return self._loss / max(1, self._steps)

    def row(self, step: int, learning_rate: float, world: int) -> Dict[str, float]:
        """Return the line of the log: means, windows per second of all, share of waiting."""
        took_s = max(time.monotonic() - self._start_s, 1e-9)
        return {'step': step, 'loss': self.loss, 'learning_rate': learning_rate,
                'gradient_norm': self._norm / max(1, self._steps),
                'windows_per_s': world * self._windows / took_s, 'waited': self._waited_s / took_s}
