# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The depth node end to end over DDS: what it takes without loss, at what cost, how late depth is.

To be imported after the settings of the ROS graph are in the environment.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Sequence

import numpy as np

from depthanyevent_ros.bench.node_run import (
    DepthRun, LoadPlan, NodePlan, run_depth, run_usual, Say)

#: A quiet scene, a busy one, and a DAVIS346's most; without loss is a promise up to there.
RATES_MEV_S = (1.0, 5.0, 12.0)
GOAL_MEV_S = 12.0
ENCODINGS = ('mono', 'libcaer', 'dvs')
#: Above the goal, each rate is so much higher than the one before, until events are lost.
CLIMB, MAX_CLIMBS = 1.5, 8
#: A publisher that falls behind by more than this share sets the limit itself.
BEHIND = 0.05


@dataclass(frozen=True)
class NodeBench:
    """What is measured; ``climb`` names the encoding that is driven to its limit, '' for none."""

    encodings: Sequence[str] = ENCODINGS
    rates_mev_s: Sequence[float] = RATES_MEV_S
    seconds: float = 10.0
    climb: str = 'mono'
    node: NodePlan = NodePlan()


def bench_node(bench: NodeBench, folder: Path, say: Say) -> Iterator[Dict[str, Any]]:
    """
    Measure a node of its own for each encoding and rate, and the usual node beside it.

    :param folder: for logs; :param say: called with what is going on.
    :returns: rows as :func:`depth_row` and :func:`usual_row` give them, as they come.
    :raises DepthAnyEventError: if a process fails.
    """
    for encoding in bench.encodings:
        top = LoadPlan(encoding, max(bench.rates_mev_s), bench.seconds)
        usual = usual_row(top, *run_usual(top, folder, say))
        for rate in bench.rates_mev_s:
            load = LoadPlan(encoding, rate, bench.seconds)
            same = usual if rate == top.rate_mev_s else None
            yield depth_row(load, run_depth(load, bench.node, folder, say), same)
        yield usual
    if bench.climb:
        yield from _climb(bench, folder, say)


def _climb(bench: NodeBench, folder: Path, say: Say) -> Iterator[Dict[str, Any]]:
    rate = max(bench.rates_mev_s)
    for _ in range(MAX_CLIMBS):
        rate *= CLIMB
        load = LoadPlan(bench.climb, round(rate, 1), bench.seconds)
        row = depth_row(load, run_depth(load, bench.node, folder, say), None)
        yield row
        if row['n_lost'] or row['sent_mev_s'] < (1 - BEHIND) * load.rate_mev_s:
            return


def depth_row(load: LoadPlan, run: DepthRun, usual: Optional[Dict[str, Any]]) -> Dict[str, Any]:
    """
    Return the figures of a run; ``usual`` is the row of the usual node under the same load.

    ``cpu_ms_per_mev`` is the time of the executor thread for a million events that it read, and
    ``ratio`` that of the usual node over it; ``input_share`` and ``node_share`` are cores that
    the executor thread and the whole process took, ``wait_share`` the part of the time for which
    the executor thread was ready and had no core.
    """
    sent, took_s = run.sent, run.sent['took_s']
    n_received = run.count('input', 'events_total')
    cpu_ms = 1e9 * run.cpu.main_s / max(n_received, 1)
    p50, p95, p99 = np.percentile(run.late_ms, (50, 95, 99)) if run.late_ms else (None,) * 3
    step_ms = run.parts['inference'].get('latency_step_p50_ms')
    engine = run.parts['engine']
    return {
        'part': 'node', 'name': f'{load.encoding} {load.rate_mev_s:g} Mev/s',
        'sent_mev_s': sent['n_events'] / took_s * 1e-6,
        'message_bytes': sent['n_bytes'] // sent['n_messages'],
        'n_sent': sent['n_events'], 'n_received': n_received, 'n_lost': run.n_lost,
        'messages_lost': run.count('input', 'messages_lost_by_middleware'),
        'seq_lost': run.count('input', 'input.lost_packets'),
        'goal_lost': 0 if load.rate_mev_s <= GOAL_MEV_S else None,
        'n_windows': run.count('windows', 'windows_total'),
        'windows_dropped': run.count('inference', 'windows.dropped'),
        'depth_hz': run.depth_hz, 'latency_p50_ms': p50, 'latency_p95_ms': p95,
        'latency_p99_ms': p99,
        'step_p50_ms': None if step_ms is None else float(step_ms),
        'engine': engine.get('engine'), 'precision': engine.get('precision'),
        'threads': engine.get('threads'),
        'input_share': run.cpu.main_s / took_s, 'wait_share': run.cpu.main_wait_s / took_s,
        'node_share': run.cpu.all_s / took_s, 'load_late_ms': sent['late_ms'],
        'cpu_ms_per_mev': cpu_ms,
        'ratio': usual['cpu_ms_per_mev'] / cpu_ms if usual else None,
        'baseline': usual['name'] if usual else None,
    }


def usual_row(load: LoadPlan, n_events: int, cpu) -> Dict[str, Any]:
    """Return the figures of the usual node: events that it read, and its time for a million."""
    return {'part': 'node', 'name': f'{load.encoding} {load.rate_mev_s:g} Mev/s: the usual node',
            'n_received': n_events, 'received_mev_s': n_events / load.seconds * 1e-6,
            'input_share': cpu.main_s / load.seconds,
            'cpu_ms_per_mev': 1e9 * cpu.main_s / max(n_events, 1), 'ratio': 1.0,
            'baseline': f'{load.encoding} {load.rate_mev_s:g} Mev/s: the usual node'}
