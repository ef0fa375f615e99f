# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Windows and a small recurrent engine whose results can be computed in the head."""

import numpy as np
import pytest

from depthanyevent_ros.engines.protocol import check_arrays, State
from depthanyevent_ros.events.windows import ClosedWindow


class SumEngine:
    """Adds up one number per image: depth = state + image.max(), the state is the sum so far."""

    name = 'sum'
    height, width = 2, 3

    def __init__(self, gain=1.0, size=1, weights=None, name='sum'):
        self.gain, self.size, self.weights, self.name = gain, size, weights, name
        self.closed = False

    def step(self, image, state):
        """Return a constant depth and the new sum; a state of another engine is refused."""
        total = (0.0 if state is None else state.look(self)[0]) + self.gain * float(image.max())
        return np.full((self.height, self.width), total, np.float32), State(self, [total])

    def is_finite(self, state):
        """Tell whether the sum is finite."""
        return bool(np.isfinite(state.look(self)[0]))

    def state_to_arrays(self, state):
        """Return the sum, as many times as the size says."""
        return [np.full(self.size, state.look(self)[0])]

    def state_from_arrays(self, arrays):
        """Return a state; ValueError for another size."""
        check_arrays(arrays, [(self.size,)])
        return State(self, [float(arrays[0][0])])

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
