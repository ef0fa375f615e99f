# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated sequence is what a DAVIS346 would send, in order, the same for a seed."""

import numpy as np
import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.simulation.frame_sensor import FrameSensor
from depthanyevent_ros.simulation.pacing import sample
from depthanyevent_ros.simulation.pixels import PixelParameters
from depthanyevent_ros.simulation.simulator import Frame, Simulation, Truth
from depthanyevent_ros.simulation.variety import draw_setup, Setup

START_NS = 5_000_000_000
SETUP = Setup(PixelParameters(), exposure_us=6000)


def run(seed=2, duration_s=0.11, setup=SETUP, **more):
    """Return the items of a short walk through a room."""
    return list(Simulation('room', 'walking', seed, duration_s, setup, START_NS, **more).items())


def of(items, kind):
    """Return the items of a kind."""
    return [item for item in items if isinstance(item, kind)]


@pytest.fixture(scope='module')
def items():
    """Return 110 ms."""
    return run()


def test_events_are_in_order_inside_the_sensor_and_in_whole_us(items):
    """From the beginning to the end of the sequence, of both polarities."""
    events = np.concatenate(of(items, np.ndarray))
    assert np.all(np.diff(events['t_ns']) >= 0)
    assert START_NS <= events['t_ns'][0] and events['t_ns'][-1] < START_NS + 110_000_000
    assert not np.any(events['t_ns'] % 1000)
    assert events['x'].max() < 346 and events['y'].max() < 260
    assert 0.2 < events['p'].mean() < 0.8 and len(events) > 5000


def test_depth_and_poses_come_every_50_ms(items):
    """Three of them; all pixels of a room have a depth."""
    truths = of(items, Truth)
    assert [t.stamp_ns - START_NS for t in truths] == [0, 50_000_000, 100_000_000]
    for truth in truths:
        assert truth.depth_m.shape == (260, 346) and truth.depth_m.dtype == np.float32
        assert 0.2 < truth.depth_m.min() and truth.depth_m.max() < 15
    assert not np.array_equal(truths[0].position, truths[2].position)


def test_frames_come_at_25_hz_when_their_exposure_ends(items):
    """Stamped at its beginning; well exposed."""
    frames = of(items, Frame)
    assert [f.stamp_ns - START_NS for f in frames] == [0, 40_000_000, 80_000_000]
    assert all(f.exposure_ns == 6_000_000 and f.image.dtype == np.uint8 for f in frames)
    assert 60 < frames[0].image.mean() < 150


def test_items_come_in_order_of_time(items):
    """No event after a truth or a frame is older than that."""
    seen_ns = 0
    for item in items:
        if isinstance(item, Truth):
            seen_ns = item.stamp_ns
        elif isinstance(item, Frame):
            seen_ns = item.stamp_ns + item.exposure_ns
        else:
            assert item['t_ns'][0] >= seen_ns - 10_000_000


def test_same_arguments_give_the_same_sequence(items):
    """Event for event, also with all cores; another seed gives another one."""
    events = np.concatenate(of(items, np.ndarray))
    again = run(parallel=True)
    assert np.array_equal(events, np.concatenate(of(again, np.ndarray)))
    assert all(np.array_equal(a.image, b.image)
               for a, b in zip(of(items, Frame), of(again, Frame)))
    other = np.concatenate(of(run(seed=9, duration_s=0.03), np.ndarray))
    assert not np.array_equal(events[:len(other)], other)


def test_steps_follow_the_flow():
    """A standing camera takes the longest steps, a turning one short ones."""
    def steps(motion):
        simulation = Simulation('room', motion, 3, 0.05, SETUP)
        _, depth_m = simulation._look(0)
        nowhere_m = np.full(len(simulation.world.scene.kind), np.inf, np.float32)
        step_us = simulation.pace.step_us(0.02, simulation.world.path.pose(0.02),
                                          sample(depth_m), nowhere_m)
        return step_us / simulation.pace.most_us
    assert steps('standing') == pytest.approx(1, abs=1e-3)
    assert steps('rotating') < 0.8


def test_frame_is_the_mean_of_its_exposure():
    """By hand: 1 ms at 0.1 to 0.3 on a line, 3 ms at 0.3: 0.275 of the mean grey's 0.1."""
    sensor = FrameSensor(4000, 1e9, np.random.default_rng(0))
    low, high = np.full((2, 2), 0.1, np.float32), np.full((2, 2), 0.3, np.float32)
    sensor.adjust(np.full((2, 2), 0.25, np.float32))
    sensor.open(low)
    sensor.collect(high, 1000)
    sensor.collect(high, 3000)
    np.testing.assert_allclose(sensor.close(), round(255 * 0.42 * 0.275 / 0.25), atol=1)
    assert not sensor.is_open


def test_frame_noise_grows_with_few_electrons():
    """Shot noise: a white of 2,000 electrons is noisier than one of 20,000, as the root."""
    spread = []
    for full_well in (2_000, 200_000):
        sensor = FrameSensor(1000, full_well, np.random.default_rng(0))
        sensor.adjust(np.ones((50, 50), np.float32))
        sensor.open(np.ones((50, 50), np.float32))
        sensor.collect(np.ones((50, 50), np.float32), 1000)
        spread.append(sensor.close().std())
    assert spread[0] == pytest.approx(255 / 2000 * np.sqrt(0.42 * 2000 + 625), rel=0.05)
    assert spread[1] < 1.0


def test_setups_cover_the_range_of_sensors():
    """Thresholds, light and exposure of 300 draws stay in range and fill it."""
    setups = [draw_setup(np.random.default_rng(seed)) for seed in range(300)]
    on = [s.pixels.threshold_on for s in setups]
    assert 0.12 <= min(on) < 0.15 and 0.4 < max(on) <= 0.45
    light = [s.illumination for s in setups]
    assert 0.05 <= min(light) < 0.07 and 0.85 < max(light) <= 1.0
    assert {2000} < {s.exposure_us for s in setups} and max(
        s.exposure_us for s in setups) <= 20000


@pytest.mark.parametrize('duration_s', [0.0, -1.0, 1e6])
def test_duration_out_of_range_is_refused(duration_s):
    """The sentence names it."""
    with pytest.raises(ConfigError, match='duration_s'):
        Simulation('room', 'walking', 0, duration_s)
