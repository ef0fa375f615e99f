# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The bench of the node: its arithmetic on figures made by hand, and a short real run."""

import os

import pytest

from depthanyevent_ros.bench import node as bench
from depthanyevent_ros.bench.node_run import DepthRun, LoadPlan, NodePlan
from depthanyevent_ros.bench.processes import CpuTime
from depthanyevent_ros.bench.soak import growth, run_soak, Soak
from depthanyevent_ros.nodes.demo.graph import use_private_graph


@pytest.fixture(scope='module')
def graph_of_its_own(tmp_path_factory):
    """Keep topics and engines of these tests apart from others; the engine is built once."""
    before = dict(os.environ)
    os.environ['ROS_HOME'] = str(tmp_path_factory.mktemp('ros_home'))
    use_private_graph()
    yield
    os.environ.clear()
    os.environ.update(before)


def small_node(weights):
    """Return a depth node with the smallest network."""
    return NodePlan(70, 98, 1, (f'weights:={weights}', 'engine.name:=openvino',
                                'engine.precision:=f32'))


def run_of(n_sent=24_000_000, n_received=24_000_000, late_ms=(10.0, 20.0, 30.0)):
    """Return a run of 2 s in which the executor thread took 0.48 s and the process 2.4 s."""
    sent = {'n_events': n_sent, 'n_messages': 2000, 'n_bytes': 192_000_000, 'took_s': 2.0,
            'late_ms': 1.5}
    parts = {'input': {'events_total': str(n_received), 'input.lost_packets': '7'},
             'windows': {'windows_total': '39'},
             'inference': {'windows.dropped': '5', 'latency_step_p50_ms': '55.5'},
             'engine': {'engine': 'openvino', 'precision': 'f32', 'threads': '2'}, 'output': {}}
    return DepthRun(sent, CpuTime(0.48, 0.1, 2.4), list(late_ms), 17.0, parts)


def test_rates_shares_and_ratio_are_what_they_say():
    """24 million events in 2 s, 0.48 s of the executor thread: 20 ms for a million."""
    usual = bench.usual_row(LoadPlan('mono', 12.0, 2.0), 12_000_000, CpuTime(1.2, 0, 1.3))
    row = bench.depth_row(LoadPlan('mono', 12.0, 2.0), run_of(), usual)
    assert row['sent_mev_s'] == pytest.approx(12.0) and row['message_bytes'] == 96_000
    assert row['cpu_ms_per_mev'] == pytest.approx(20.0)
    assert usual['cpu_ms_per_mev'] == pytest.approx(100.0)
    assert row['ratio'] == pytest.approx(5.0)
    assert (row['input_share'], row['wait_share'], row['node_share']) == pytest.approx(
        (0.24, 0.05, 1.2))
    assert (row['n_lost'], row['goal_lost'], row['seq_lost']) == (0, 0, 7)
    assert (row['latency_p50_ms'], row['windows_dropped']) == (20.0, 5)


def test_a_run_without_depth_has_no_latency():
    """An engine that never got ready, or too short a run."""
    row = bench.depth_row(LoadPlan('mono', 40.0, 2.0), run_of(late_ms=()), None)
    assert row['latency_p50_ms'] is None and row['goal_lost'] is None and row['ratio'] is None


@pytest.mark.parametrize('ends, limits', [
    ({'n_received': 23_000_000}, 'events were lost'), ({'n_sent': 1, 'n_received': 1}, 'sender')])
def test_the_climb_ends_where_events_are_lost_or_the_publisher_falls_behind(
        monkeypatch, ends, limits):
    """The last row is the first that failed."""
    rates = []

    def run_depth(load, *_):
        rates.append(load.rate_mev_s)
        n_events = round(load.rate_mev_s * 2e6)
        return run_of(**(ends if len(rates) == 3 else dict(n_sent=n_events,
                                                           n_received=n_events)))

    monkeypatch.setattr(bench, 'run_depth', run_depth)
    rows = list(bench.bench_node(bench.NodeBench((), (12.0,), 2.0, 'mono'), None, print))
    assert rates == [18.0, 27.0, 40.5] and len(rows) == 3


def test_growth_is_counted_from_the_end_of_the_warm_up():
    """A peak counts even if it goes away again; what grew while warming up does not."""
    rows = [{'since_s': s, 'own_mb': mb} for s, mb in
            ((0, 100), (10, 150), (20, 152), (30, 161), (40, 151))]
    assert growth(rows, 10) == 11
    assert growth(rows, 99) == 0


def test_the_real_node_takes_every_event_and_is_compared(graph_of_its_own, small_weights,
                                                         tmp_path):
    """A second of 0.2 Mev/s through real processes, the small network, and the usual node."""
    plan = bench.NodeBench(('dvs',), (0.2,), 1.0, '', small_node(small_weights()))
    said = []
    depth, usual = bench.bench_node(plan, tmp_path, said.append)
    assert depth['n_sent'] == depth['n_received'] == 30 * 6600 and depth['n_lost'] == 0
    assert depth['n_windows'] >= 18 and depth['depth_hz'] > 0 and depth['latency_p50_ms'] > 0
    assert (depth['engine'], depth['precision'], depth['threads']) == ('openvino', 'f32', '1')
    assert depth['ratio'] > 1 and usual['n_received'] > 0
    assert any('usual' in text for text in said)


def test_a_soak_samples_memory_and_passes_or_fails(graph_of_its_own, small_weights, tmp_path):
    """Two seconds: as many samples as a long one has, and no event lost."""
    soak = Soak(2 / 60, 0.2, 'mono', 1e-6, small_node(small_weights()))
    *samples, whole = run_soak(soak, tmp_path, lambda text: None)
    assert len(samples) >= 15 and all(row['own_mb'] > 10 for row in samples)
    assert samples[-1]['since_s'] >= 1.5
    assert whole['n_lost'] == 0 and whole['n_sent'] == 400_000
    assert whole['passed'] == (whole['growth_mb'] <= 1e-6)
