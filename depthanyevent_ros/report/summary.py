# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a report says of a run; the live demo and the offline run both fill it in."""

from dataclasses import dataclass, field
from typing import Mapping, Optional, Sequence, Tuple

#: p50, p95 and p99 of a latency, ms.
Percentiles = Tuple[float, float, float]


@dataclass(frozen=True)
class RecordingFacts:
    """The input. ``n_frames`` counts the APS frames."""

    name: str
    kind: str
    width: int
    height: int
    n_events: int
    n_frames: int
    duration_s: float

    @property
    def rate_mev_s(self) -> float:
        """Mean event rate, 10^6 events/s; 0 for a recording without duration."""
        return self.n_events / self.duration_s * 1e-6 if self.duration_s > 0 else 0.0


@dataclass(frozen=True)
class WindowFacts:
    """The windows: their rule in words, how many closed, and how many of them have a depth."""

    rule: str
    n_windows: int
    n_depth: int


@dataclass(frozen=True)
class WeightsFacts:
    """The weights of the network, and whether they were ever trained."""

    name: str
    is_trained: bool
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Series:
    """Values over time; ``time_s`` counts from the start of the recording."""

    time_s: Sequence[float]
    values: Sequence[float]

    def __post_init__(self):
        """Check that each value has a time."""
        if len(self.time_s) != len(self.values):
            raise ValueError(f'{len(self.time_s)} times for {len(self.values)} values')


@dataclass(frozen=True)
class RunSummary:
    """One run, from recording to depth."""

    recording: RecordingFacts
    windows: WindowFacts
    weights: WeightsFacts
    engine: Mapping[str, object]                 # Engine.describe()
    depth_mode: str                              # DepthMode.describe()
    conditions: str                              # how it was played: rate, overload, over what
    latency_ms: Mapping[str, Percentiles]        # by stage
    drops: Mapping[str, int]                     # by cause
    resets: Mapping[str, int]                    # by reason
    event_rate_mev_s: Series
    latency_over_time_ms: Series
    machine: Mapping[str, object]
    version: str
    notes: Sequence[str] = ()
    n_events_received: Optional[int] = None      # by the node; None if it did not say
    latency_label: str = 'window end to depth'   # what latency_over_time_ms measures
    started: Optional[str] = None                # local date and time in words
