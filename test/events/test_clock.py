# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The clock: offsets found through jitter, drift followed, steps and damage told apart."""

import numpy as np
import pytest

from depthanyevent_ros.events.clock import SensorClock

MS = 1_000_000
OFFSET_NS = 1_700_000_000_000_000_000


def run(clock, sensor_ns, host_ns):
    """Add all pairs; return the offset after each."""
    offsets = []
    for sensor, host in zip(sensor_ns.tolist(), host_ns.tolist()):
        clock.add(sensor, host)
        offsets.append(clock.offset_ns)
    return np.array(offsets)


def test_before_the_first_pair_sensor_time_is_returned():
    """Nothing is known, nothing is invented."""
    clock = SensorClock()
    assert clock.to_host_ns(123) == 123
    assert clock.describe()['source'] == 'waiting for events'


def test_the_first_pair_gives_the_offset_exactly():
    """To the nanosecond, though epoch times do not fit a float."""
    clock = SensorClock()
    clock.add(5_000_000_001, OFFSET_NS + 5_002_000_002)
    assert clock.to_host_ns(7_000_000_000) == OFFSET_NS + 7_002_000_001
    assert not clock.same_clock


def test_delivery_jitter_does_not_move_the_stamps(rng):
    """Delays of 2 ms and an exponential tail: offset within 0.2 ms, steady to 50 us."""
    sensor = np.arange(5000) * MS
    host = sensor + OFFSET_NS + 2 * MS + rng.exponential(3 * MS, 5000).astype(np.int64)
    clock = SensorClock()
    offsets = run(clock, sensor, host)
    assert np.abs(offsets[500:] - OFFSET_NS - 2 * MS).max() < 0.2 * MS
    assert np.abs(np.diff(offsets[500:])).max() < 0.05 * MS
    assert 5 * MS < clock.jitter_ns < 20 * MS


def test_drift_is_followed_and_measured(rng):
    """A sensor clock that is 50 ppm slow, over 100 s."""
    sensor = np.arange(20_000) * 5 * MS
    true = OFFSET_NS + (sensor * 50e-6).astype(np.int64)
    host = sensor + true + rng.exponential(MS, len(sensor)).astype(np.int64)
    clock = SensorClock()
    offsets = run(clock, sensor, host)
    assert clock.drift_ppm == pytest.approx(50, abs=3)
    assert np.abs(offsets - true)[500:].max() < 0.3 * MS
    assert SensorClock().drift_ppm is None


@pytest.mark.parametrize('place', [0.0, 0.7, 1.0])
def test_stamps_within_their_own_events_are_sensor_time(place):
    """First event, last event or between (rpg_dvs_ros): no arrival, the clocks are one."""
    clock = SensorClock()
    for newest in range(OFFSET_NS, OFFSET_NS + 6000 * MS, 30 * MS):
        clock.add(newest, newest - 30 * MS + round(place * 30 * MS), newest - 30 * MS)
        assert clock.offset_ns == 0
    assert clock.same_clock and clock.to_host_ns(OFFSET_NS) == OFFSET_NS
    assert clock.describe()['source'] == 'stamps are sensor time'


def test_one_stamp_behind_its_events_shows_that_they_are_arrivals():
    """From then on the offset is estimated, until the next reset."""
    clock = SensorClock()
    for k, late in enumerate((-2 * MS, -MS, MS // 2, -MS)):
        clock.add(k * 10 * MS, k * 10 * MS + late, k * 10 * MS - 10 * MS)
        assert clock.same_clock == (k < 2)
    assert clock.offset_ns == -2 * MS


@pytest.mark.parametrize('damage_ns', [3_600_000_000_000, -3_600_000_000_000])
def test_a_few_wrong_stamps_are_ignored(damage_ns):
    """Less than 20 in a row change nothing, and are counted."""
    clock = SensorClock()
    sensor = np.arange(300) * MS
    host = sensor + OFFSET_NS + MS
    host[100:110] += damage_ns
    assert set(run(clock, sensor, host)) == {OFFSET_NS + MS}
    assert (clock.n_ignored, clock.n_steps) == (10, 0)


@pytest.mark.parametrize('damage_ns', [2**61, -10**12])
def test_a_wrong_stamp_does_not_make_sensor_time_an_arrival(damage_ns):
    """Ignored is ignored: one damaged event at the end of a message moves no published stamp."""
    clock = SensorClock()
    for k in range(50):
        newest = OFFSET_NS + 30 * MS * k
        clock.add(newest + (damage_ns if k == 20 else 0), newest - 30 * MS, newest - 30 * MS)
        assert clock.offset_ns == 0
    assert clock.same_clock and clock.n_ignored == 1


def test_a_clock_that_was_set_is_followed():
    """After 20 messages that agree on another offset, the estimate begins anew."""
    clock = SensorClock()
    sensor = np.arange(300) * MS
    host = sensor + OFFSET_NS + MS
    host[100:] -= 3600 * 1000 * MS
    offsets = run(clock, sensor, host)
    assert offsets[99] == OFFSET_NS + MS
    assert offsets[130] == OFFSET_NS + MS - 3600 * 1000 * MS
    assert clock.n_steps == 1


def test_a_reset_keeps_the_offset_until_the_next_pair():
    """Windows on their way to the publisher still get a sensible stamp."""
    clock = SensorClock()
    clock.add(0, OFFSET_NS)
    clock.reset()
    assert clock.to_host_ns(5) == OFFSET_NS + 5
    clock.add(0, OFFSET_NS + 10**12)
    assert clock.to_host_ns(5) == OFFSET_NS + 10**12 + 5


def test_memory_is_bounded():
    """However many pairs, only the last hundred are kept."""
    clock = SensorClock()
    run(clock, np.arange(1000), np.arange(1000) + OFFSET_NS)
    assert len(clock._recent) == 100 and clock.n_pairs == 1000


def test_the_real_recording_keeps_a_steady_offset(real_packets):
    """Arrival stamps of a real camera: after the start, the offset moves less than 0.2 ms."""
    from depthanyevent_ros.events.decoders import decode_all, make_decoder
    clock, decoder, offsets = SensorClock(), make_decoder('libcaer'), []
    for packet in real_packets('libcaer_rollover'):
        events = decode_all(decoder, packet)
        if len(events):
            clock.add(int(events['t_ns'].max()), packet.stamp_ns, int(events['t_ns'].min()))
            offsets.append(clock.offset_ns)
    assert not clock.same_clock
    assert np.ptp(offsets[100:]) < 0.2 * MS
    assert clock.n_ignored == 0
