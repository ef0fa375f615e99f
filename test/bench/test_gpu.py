# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The rows of the GPU's bench, on an engine whose times are known."""

from types import SimpleNamespace

import numpy as np
import pytest

from depthanyevent_ros.bench import gpu as bench
from depthanyevent_ros.bench.gpu import bench_gpu, engine_row
from depthanyevent_ros.bench.tables import missed_goals, table
from depthanyevent_ros.engines.timing import Rates
from depthanyevent_ros.network.config import ModelConfig

RATES = Rates({'f16': 1e15, 'f32': 1e14}, 4e12)


class Engine:
    """Says 1.5 ms for each step."""

    height, width, step_ms = 260, 346, 1.5
    weights = SimpleNamespace(config=ModelConfig())
    closed = False

    def step(self, image, state):
        """Count."""
        assert image.shape == (3, 260, 346)
        return np.zeros((260, 346), np.float32), (state or 0) + 1

    def describe(self):
        """Return what it is."""
        return {'engine': 'tensorrt', 'precision': 'f16', 'device': 'D', 'version': '1',
                'sensor_size': (260, 346), 'input_size': (266, 350), 'graphs': 2}

    def close(self):
        """Remember."""
        self.closed = True


def test_a_row_has_times_costs_and_floor():
    """38 GFLOP at 1e15 a second are 0.038 ms; 58 MB at 4e12 are less."""
    engine = Engine()
    row = engine_row(engine, RATES, steps=5)
    assert engine.closed and row['device_ms'] == 1.5 and row['p50_ms'] <= row['p99_ms']
    assert row['floor_ms'] == pytest.approx(1e3 * row['gflop'] * 1e9 / 1e15)
    assert row['over_floor'] == pytest.approx(1.5 / row['floor_ms'])
    assert row['hz'] == pytest.approx(1e3 / row['p50_ms']) and row['goal_ms'] == 2.0


def test_the_floor_is_that_of_memory_where_bytes_are_the_limit():
    """8 bytes at 4 a second are 2 s, however few the operations are."""
    assert Rates({'f16': 1e15}, 4.0).floor_ms(1, 8, 'f16') == 2000


def test_a_missed_goal_is_said():
    """In the table and in the sentences at the end."""
    row = {**engine_row(Engine(), RATES, steps=5), 'p50_ms': 3.0}
    assert missed_goals([row]) == ['tensorrt f16 266x350: 3 of 2 ms']
    assert '2 MISSED' in table('gpu', [row])


def test_without_a_gpu_each_row_says_what_is_missing(monkeypatch):
    """Nothing is built, and nothing is implied."""
    monkeypatch.setattr(bench, 'what_is_missing', lambda engine: f'{engine}: no GPU')
    rows = bench_gpu()
    assert len(rows) == 12 and {row['skipped'] for row in rows} == {'torch_cuda: no GPU'}
    assert 'torch_cuda: no GPU' in table('gpu', rows)
