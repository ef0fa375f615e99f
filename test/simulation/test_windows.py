# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Training windows: the Tencode of the simulated events, with the depth at their end."""

import numpy as np
import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.simulation.dataset import (
    KIND_SHARES, plan_sequences, Sequence, simulation_of, windows_of,
)
from depthanyevent_ros.simulation.simulator import Frame, Truth
from depthanyevent_ros.simulation.windows import training_windows

SEQUENCE = Sequence('corridor', 'walking', 11)


@pytest.fixture(scope='module')
def made():
    """Return three windows."""
    return list(windows_of(simulation_of(SEQUENCE, 3), 3))


@pytest.fixture(scope='module')
def items():
    """Return what they were made from."""
    return list(simulation_of(SEQUENCE, 3).items())


def test_windows_are_the_tencode_of_the_events(made, items):
    """Bit for bit, by the definition, cut at multiples of 50 ms."""
    events = np.concatenate([item for item in items if isinstance(item, np.ndarray)])
    for k, one in enumerate(made):
        end_ns = (k + 1) * 50_000_000
        part = events[(events['t_ns'] >= end_ns - 50_000_000) & (events['t_ns'] < end_ns)]
        assert (one.window.end_ns, one.window.n_events) == (end_ns, len(part))
        expected = encode_tencode(part['x'], part['y'], part['t_ns'], part['p'], 260, 346)
        assert np.array_equal(one.window.image, expected)


def test_depth_is_that_at_the_end_and_the_frame_the_nearest(made, items):
    """Ends at 50, 100, 150 ms: middles of the frames nearest to them."""
    truths = {item.stamp_ns: item for item in items if isinstance(item, Truth)}
    frames = [item for item in items if isinstance(item, Frame)]
    for one in made:
        assert np.array_equal(one.depth_m, truths[one.window.end_ns].depth_m)
        nearest = min(frames, key=lambda f: abs(
            f.stamp_ns + f.exposure_ns / 2 - one.window.end_ns))
        assert np.array_equal(one.frame, nearest.image)


def test_window_length_without_depth_is_refused():
    """Depth comes every 50 ms."""
    with pytest.raises(ConfigError, match='window_us'):
        next(training_windows(simulation_of(SEQUENCE, 1), 30_000))


def test_longer_set_begins_with_the_shorter_one():
    """So that a set can grow; names are unique, and another set shares no seed."""
    short, long, other = plan_sequences(20, 1), plan_sequences(200, 1), plan_sequences(200, 2)
    assert long[:20] == short
    assert len({sequence.name for sequence in long}) == 200
    assert not {s.seed for s in long} & {s.seed for s in other}
    kinds = [sequence.kind for sequence in long]
    assert all(kinds.count(kind) > 120 * share for kind, share in KIND_SHARES.items())
