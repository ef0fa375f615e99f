# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Minutes of events through the depth node: its memory must stay flat and no event may be lost.

To be imported after the settings of the ROS graph are in the environment.
"""

from dataclasses import dataclass
from pathlib import Path
import time
from typing import Any, Dict, List

from depthanyevent_ros.bench.node import depth_row
from depthanyevent_ros.bench.node_run import LoadPlan, NodePlan, run_depth, Say
from depthanyevent_ros.bench.processes import memory

#: Samples in a soak, however long it is.
SAMPLES = 20
#: The node's own memory may rise by so much in the second half. In the first one DDS makes the
#: buffers of its queue as they are first needed (1000 messages at most); Python's and the
#: engine's pools move it by a few MB at any time.
MAX_GROWTH_MB = 16.0
WARM_SHARE = 0.5


@dataclass(frozen=True)
class Soak:
    """What is sent for how long."""

    minutes: float = 10.0
    rate_mev_s: float = 5.0
    encoding: str = 'libcaer'
    max_growth_mb: float = MAX_GROWTH_MB
    node: NodePlan = NodePlan()

    @property
    def load(self) -> LoadPlan:
        """What the publisher sends."""
        return LoadPlan(self.encoding, self.rate_mev_s, self.minutes * 60)


class MemorySampler:
    """Looks at the node in even steps of time, and keeps what it saw."""

    def __init__(self, period_s: float, say: Say):
        """Begin at the first look."""
        self.rows: List[Dict[str, Any]] = []
        self._period_s, self._say = period_s, say
        self._began_s = None

    def look(self, depth, watch) -> None:
        """Take a sample if it is time for one."""
        self._began_s = self._began_s or time.monotonic()
        since_s = time.monotonic() - self._began_s
        if since_s < len(self.rows) * self._period_s:
            return
        resident = memory(depth.pid)
        self.rows.append({
            'part': 'soak', 'name': f'after {since_s / 60:.1f} min', 'since_s': since_s,
            'rss_mb': resident.rss_mb, 'own_mb': resident.own_mb, 'n_events': watch.n_events,
            'n_depth': watch.n_depth,
            'messages_lost': watch.count('input', 'messages_lost_by_middleware')})
        self._say(f'{since_s / 60:.1f} min, {resident.own_mb:.0f} MB, '
                  f'{watch.n_events / 1e6:.0f} million events')


def run_soak(soak: Soak, folder: Path, say: Say) -> List[Dict[str, Any]]:
    """
    Run it.

    :returns: samples of the memory, then a row of the whole with ``growth_mb``,
        ``max_growth_mb``, ``passed`` and the figures of :func:`depth_row`.
    """
    seconds = soak.minutes * 60
    sampler = MemorySampler(seconds / SAMPLES, say)
    run = run_depth(soak.load, soak.node, folder, say, sampler.look)
    whole = depth_row(soak.load, run, None)
    growth_mb = growth(sampler.rows, WARM_SHARE * seconds)
    n_lost = whole['n_lost']
    return [*sampler.rows, {
        **whole, 'part': 'soak', 'name': f'{soak.minutes:g} min at {soak.rate_mev_s:g} Mev/s',
        'growth_mb': growth_mb, 'max_growth_mb': soak.max_growth_mb,
        'passed': n_lost == 0 and growth_mb <= soak.max_growth_mb}]


def growth(rows: List[Dict[str, Any]], warm_s: float) -> float:
    """Return how far own memory rose above the first sample after ``warm_s``, MB."""
    warm = [row['own_mb'] for row in rows if row['since_s'] >= warm_s]
    return max(warm) - warm[0] if warm else 0.0
