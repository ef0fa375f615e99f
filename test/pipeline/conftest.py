# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Windows and a small recurrent engine whose results can be computed in the head."""

import numpy as np
import pytest

from depthanyevent_ros.events.windows import ClosedWindow


class SumEngine:
    """Adds up one number per image: depth = state + image.max(), the state is the sum so far."""

    name = 'sum'
    height, width = 2, 3

    def __init__(self, gain=1.0):
        self.gain = gain
        self.closed = False

    def step(self, image, state):
        """Return a constant depth and the new sum."""
        total = (0.0 if state is None else state) + self.gain * float(image.max())
        return np.full((self.height, self.width), total, np.float32), total

    def is_finite(self, state):
        """Tell whether the sum is finite."""
        return bool(np.isfinite(state))

    def describe(self):
        """Return what it is."""
        return {'engine': self.name}

    def close(self):
        """Remember that it was closed."""
        self.closed = True


@pytest.fixture
def make_engine():
    """Return a maker of engines."""
    return SumEngine


@pytest.fixture
def make_window():
    """Return a maker of windows of 10 ms, one after the other, with a constant image."""
    def make(index, epoch=0, value=1.0):
        image = np.full((3, 2, 3), value, np.float32)
        start_ns = index * 10_000_000
        return ClosedWindow(index=index, epoch=epoch, start_ns=start_ns,
                            end_ns=start_ns + 10_000_000, n_events=1, image=image,
                            first_ns=start_ns, last_ns=start_ns)
    return make
