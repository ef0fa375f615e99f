# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The bench of the simulator: what it counts is what the simulator sends."""

import numpy as np

from depthanyevent_ros.bench.simulator import bench_simulator, measure
from depthanyevent_ros.bench.tables import missed_goals, table
from depthanyevent_ros.simulation.simulator import Simulation

SCENES = (('room', ('standing',)), ('corridor', ('standing',)))


def test_it_counts_the_events_of_the_sequence():
    """Of the same seed, with one core and with all."""
    items = Simulation('room', 'walking', 3, 0.05).items()
    n_events = sum(len(item) for item in items if isinstance(item, np.ndarray))
    assert n_events > 0
    for parallel in (False, True):
        took_s, counted = measure('room', 'walking', 3, 0.05, parallel)
        assert counted == n_events and took_s > 0


def test_each_kind_has_a_row_and_rooms_have_a_goal():
    """Speed is simulated over real time; the table shows it."""
    said = []
    rows = bench_simulator(SCENES, seeds=2, duration_s=0.05, progress=said.append)
    assert [row['name'] for row in rows] == ['room (standing)', 'corridor (standing)']
    assert [row['goal_speed'] for row in rows] == [1.0, None]
    assert said == ['room, all cores', 'room, one core', 'corridor, all cores',
                    'corridor, one core']
    for row in rows:
        assert 0 < row['slowest'] <= row['speed'] and row['ratio'] > 0
    assert 'corridor (standing)' in table('simulate', rows)


def test_a_simulator_that_is_slower_than_its_goal_says_so():
    """Like every other goal."""
    row = {'part': 'simulate', 'name': 'room', 'speed': 0.5, 'goal_speed': 1.0}
    assert missed_goals([row]) == ['room: 0.5 of 1 s in a second']
    assert not missed_goals([{**row, 'speed': 1.0}])
