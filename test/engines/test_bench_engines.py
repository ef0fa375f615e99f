# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The bench of the engines gives a row for each, with its baseline."""

import pytest

from depthanyevent_ros.bench import engines as bench
from depthanyevent_ros.bench.engines import bench_engines
from depthanyevent_ros.engines import openvino_engine
from depthanyevent_ros.engines.timing import step_times_ms


@pytest.fixture
def measure(small_weights, cache):
    """Return a function that measures the small network at one size."""
    def run(**changes):
        return bench_engines(((84, 112),), small_weights[True], threads=1, rounds=1,
                             sensor=(96, 128), cache=cache, **changes)
    return run


def test_every_engine_has_a_row_beside_torch(measure, monkeypatch):
    """Figures that belong together; torch is its own baseline and has no parity."""
    monkeypatch.setattr(bench, 'VARIANTS', (('torch', 'f32'), ('openvino', 'f32')))
    said = []
    torch_row, openvino_row = measure(progress=said.append)
    assert torch_row['ratio'] == 1 and torch_row['depth_mean'] is None
    assert openvino_row['ratio'] == pytest.approx(
        torch_row['median_ms'] / openvino_row['median_ms'])
    for row in (torch_row, openvino_row):
        assert row['min_ms'] <= row['median_ms'] and row['load_s'] > 0
        assert row['hz'] == pytest.approx(1000 / row['median_ms'])
        assert row['input'] == (84, 112) and row['threads'] == 1
    assert openvino_row['depth_mean'] < 1e-3
    assert 'openvino f32 at 84x112' in said


def test_an_engine_that_cannot_run_here_says_why(measure, monkeypatch):
    """Its row has the sentence instead of figures."""
    monkeypatch.setattr(bench, 'VARIANTS', (('openvino', 'bf16'),))
    monkeypatch.setattr(openvino_engine, 'has_bf16', lambda: False)
    row, = measure()
    assert 'no bf16' in row['skipped'] and row['precision'] == 'bf16'


def test_engines_take_turns_and_the_first_pass_does_not_count():
    """Two rounds of three windows are six times for each engine, each with its own state."""
    class Engine:
        """Counts the windows in its state."""

        def step(self, image, state):
            """Return the number of windows so far."""
            calls.append((self, image, state))
            return None, (state or 0) + 1

    calls, left, right = [], Engine(), Engine()
    times = step_times_ms({'left': left, 'right': right}, ['a', 'b', 'c'], rounds=2)
    assert {name: len(spent) for name, spent in times.items()} == {'left': 6, 'right': 6}
    assert [engine for engine, *_ in calls[:9]] == [left] * 3 + [right] * 3 + [left] * 3
    assert [state for engine, _, state in calls if engine is left] == [None, *range(1, 9)]
