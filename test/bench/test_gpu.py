# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The rows of the GPU's bench, on an engine whose times are known."""

from types import SimpleNamespace

import numpy as np
import pytest

from depthanyevent_ros.bench import gpu as bench
from depthanyevent_ros.bench.gpu import bench_gpu, SIZES
from depthanyevent_ros.bench.gpu_row import engine_row
from depthanyevent_ros.bench.tables import missed_goals, table
from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.engines.presence import what_is_missing
from depthanyevent_ros.engines.timing import Rates
from depthanyevent_ros.network.config import ModelConfig

RATES = Rates({'f16': 1e15, 'f32': 1e14}, 4e12)


class Engine:
    """Says 1.5 ms for each step, 2 of them without graphs."""

    height, width, step_ms = 260, 346, 1.5
    weights = SimpleNamespace(config=ModelConfig())
    closed = False

    def step(self, image, state):
        """Count."""
        assert image.shape == (3, 260, 346)
        return np.zeros((260, 346), np.float32), (state or 0) + 1

    def describe(self):
        """Return what it is."""
        assert self.step_ms == 1.5, 'described when its graphs were gone'
        return {'engine': 'tensorrt', 'precision': 'f16', 'device': 'D', 'version': '1',
                'sensor_size': (260, 346), 'input_size': (266, 350), 'graphs': 2}

    def copies_ms(self):
        """Return times."""
        return 0.01, 0.02

    def device_bytes(self):
        """Return a size."""
        return 300_000_000

    def do_without_graphs(self, why):
        """Become slower."""
        self.step_ms = 2.0

    def close(self):
        """Remember."""
        self.closed = True


def test_a_row_has_times_costs_and_floor():
    """38 GFLOP at 1e15 a second are 0.038 ms; 58 MB at 4e12 are less."""
    engine = Engine()
    row = engine_row(engine, RATES, steps=5)
    assert engine.closed and row['device_ms'] == 1.5 and row['p50_ms'] <= row['p99_ms']
    assert row['compute_ms'] == pytest.approx(1e3 * row['gflop'] * 1e9 / 1e15)
    assert row['memory_ms'] < row['compute_ms']
    assert row['over_floor'] == pytest.approx(1.5 / row['compute_ms'])
    assert row['hz'] == pytest.approx(1e3 / row['p50_ms']) and row['goal_ms'] == 2.0
    assert (row['in_ms'], row['out_ms'], row['device_mb']) == (0.01, 0.02, 300)
    assert row['piecewise_ms'] > 0 and engine.step_ms == 2.0


def test_the_floor_is_that_of_memory_where_nothing_measured_products():
    """TensorRT without PyTorch, as on a robot."""
    row = engine_row(Engine(), Rates({}, 4e12), steps=5)
    assert row['compute_ms'] is None
    assert row['over_floor'] == pytest.approx(1.5 / row['memory_ms'])
    assert Rates({}, 4.0).memory_ms(8) == 2000


def test_a_missed_goal_is_said():
    """In the table and in the sentences at the end."""
    row = {**engine_row(Engine(), RATES, steps=5), 'p50_ms': 3.0}
    assert missed_goals([row]) == ['tensorrt f16 266x350: 3 of 2 ms']
    assert '2 MISSED' in table('gpu', [row])


def test_without_a_gpu_each_row_says_what_is_missing(monkeypatch):
    """Nothing is built, and nothing is implied."""
    monkeypatch.setattr(bench, 'what_is_missing', lambda engine: f'{engine}: no GPU')
    rows = bench_gpu()
    assert len(rows) == 18
    assert {row['skipped'] for row in rows} == {'tensorrt: no GPU', 'torch_cuda: no GPU'}
    assert 'torch_cuda: no GPU' in table('gpu', rows)


def test_tensorrt_is_measured_where_pytorch_has_no_gpu(monkeypatch):
    """The rate of copies comes from the GPU itself; PyTorch's rows say why there are none."""
    built = []
    monkeypatch.setattr(bench, 'what_is_missing',
                        lambda engine: 'no CUDA' if engine == 'torch_cuda' else None)
    monkeypatch.setattr(bench, 'find_gpu', lambda: 'the GPU')
    monkeypatch.setattr(bench, 'copy_rate', lambda gpu: {'the GPU': 4e12}[gpu])
    monkeypatch.setattr(bench, 'make_engine',
                        lambda spec, say, cache: built.append(spec) or Engine())
    rows = bench_gpu(sizes=SIZES[:1], steps=5)
    assert [row.get('skipped') for row in rows] == [None, None, *4 * ['no CUDA']]
    assert [spec.precision for spec in built] == ['f16', 'f32']
    assert rows[0]['memory_ms'] == pytest.approx(1e3 * rows[0]['mbyte'] * 1e6 / 4e12)


@pytest.mark.gpu
def test_the_bench_runs_on_a_gpu(tmp_path):
    """Each row has times, or says why not; torch_cuda must have them where PyTorch has a GPU."""
    missing = what_is_missing('torch_cuda')
    if missing:
        pytest.skip(missing)
    rows = bench_gpu(sizes=SIZES[:1], cache=EngineCache(tmp_path), steps=10)
    times = {(row['engine'], row['precision']): row for row in rows if 'skipped' not in row}
    assert times['torch_cuda', 'f16']['over_floor'] > 1
    assert all(row['in_ms'] > 0 and row['device_mb'] > 0 for row in times.values())
