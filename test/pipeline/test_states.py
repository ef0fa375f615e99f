# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Overlapping windows with interleaved states, compared with the single-state way."""

import numpy as np
import pytest

from depthanyevent_ros.depth.modes import make_depth_mode
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.events.window_builder import WindowBuilder
from depthanyevent_ros.events.windows import ByTime
from depthanyevent_ros.pipeline.depth_step import DepthScale, DepthStep
from depthanyevent_ros.pipeline.recurrence import Recurrence

WIDTH, HEIGHT = 64, 48
STRIDE_US, WINDOW_US = 10_000, 30_000


@pytest.fixture(scope='module')
def engine(small_weights):
    """Return the reference engine of a small recurrent network."""
    engine = make_engine(EngineSpec(HEIGHT, WIDTH, weights=str(small_weights()), engine='torch',
                                    input_height=70, input_width=98))
    yield engine
    engine.close()


@pytest.fixture(scope='module')
def events():
    """Return 150 ms of random events; one falls on every stride."""
    random = np.random.default_rng(3)
    t_ns = np.sort(np.concatenate([np.arange(0, 150_000_001, 1000 * STRIDE_US),
                                   random.integers(0, 150_000_000, 5000)]))
    n = len(t_ns)
    return make_events(random.integers(0, WIDTH, n), random.integers(0, HEIGHT, n), t_ns,
                       random.integers(0, 2, n))


def depths(engine, events, policy, n_chains):
    """Return the depth of every window by its end, ms."""
    step = DepthStep(engine, Recurrence(n_chains), DepthScale(make_depth_mode('relative'), 0, 1))
    builder = WindowBuilder(policy, WIDTH, HEIGHT)
    return {window.end_ns // 1_000_000: step.process(window).depth
            for window in builder.feed(events)}


def test_each_interleaved_state_sees_what_a_later_start_without_overlap_sees(engine, events):
    """Chain k equals adjacent windows that begin k strides later, bit for bit."""
    interleaved = depths(engine, events, ByTime(WINDOW_US, STRIDE_US), 3)
    for phase in range(3):
        later = events[events['t_ns'] >= phase * 1000 * STRIDE_US]
        alone = depths(engine, later, ByTime(WINDOW_US), 1)
        assert len(alone) >= 4
        for end_ms, depth in alone.items():
            np.testing.assert_array_equal(depth, interleaved[end_ms])


def test_a_single_state_for_all_overlapping_windows_gives_another_depth(engine, events):
    """It sees each event three times: not what the network was trained on."""
    interleaved = depths(engine, events, ByTime(WINDOW_US, STRIDE_US), 3)
    single = depths(engine, events, ByTime(WINDOW_US, STRIDE_US), 1)
    assert interleaved.keys() == single.keys()
    assert np.array_equal(interleaved[30], single[30])          # the first window has no past
    assert not np.allclose(interleaved[150], single[150], rtol=1e-3)
