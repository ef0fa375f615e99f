# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How many events a recording holds, when, and how many frames: one pass over it."""

from typing import Dict, Optional

import numpy as np

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.decoders import make_decoder
from depthanyevent_ros.recordings.records import EventsRecord, FrameRecord
from depthanyevent_ros.report.summary import Series

#: Events are counted by this much time.
BIN_NS = 1_000_000
#: Longer than this from the first event is a broken stamp (a day).
MAX_BINS = 24 * 3600 * 1000


class Timeline:
    """Events per ms since the first one; stamps before it or a day after it are not counted."""

    def __init__(self):
        self.first_ns: Optional[int] = None
        self.last_ns: Optional[int] = None
        self.n_events = self.n_frames = self.width = self.height = 0
        self._bins = np.zeros(1024, np.int64)
        self._n_bins = 0

    def add(self, t_ns: np.ndarray) -> None:
        """Count events by their sensor times, int64 (N,)."""
        if not len(t_ns):
            return
        if self.first_ns is None:
            self.first_ns = self.last_ns = int(t_ns[0])
        self.n_events += len(t_ns)
        bins = (t_ns - self.first_ns) // BIN_NS
        bins = bins[(bins >= 0) & (bins < MAX_BINS)]
        if not len(bins):
            return
        self.last_ns = max(self.last_ns, min(int(t_ns.max()), self.first_ns + MAX_BINS * BIN_NS))
        counts = np.bincount(bins - bins.min())
        first, self._n_bins = int(bins.min()), max(self._n_bins, int(bins.max()) + 1)
        if self._n_bins > self._bins.size:
            self._bins = np.concatenate([self._bins, np.zeros(self._n_bins, np.int64)])
        self._bins[first:first + counts.size] += counts

    @property
    def duration_s(self) -> float:
        """Time from the first to the last event."""
        return 0.0 if self.first_ns is None else (self.last_ns - self.first_ns) * 1e-9

    def rate_mev_s(self, start_s: float, end_s: float) -> float:
        """Return the event rate between two times since the first event, 10^6 events/s."""
        start, end = (int(round(t * 1e9 / BIN_NS)) for t in (start_s, end_s))
        start = max(start, 0)
        if end <= start:
            return 0.0
        return float(self._bins[start:min(end, self._n_bins)].sum()) / (end - start) * 1e-3

    def series(self, max_points: int = 200) -> Series:
        """Return the event rate over time, Mev/s, as means over equal steps of at least 10 ms."""
        step = max(10, -(-self._n_bins // max_points))
        starts = np.arange(0, self._n_bins, step)
        if not len(starts):
            return Series((), ())
        lengths = np.minimum(step, self._n_bins - starts)
        rates = np.add.reduceat(self._bins[:self._n_bins], starts) / lengths * 1e-3
        return Series(((starts + lengths / 2) * 1e-3).tolist(), rates.tolist())


def read_timeline(recording, on_record=None) -> Timeline:
    """
    Read a recording once; messages that cannot be read are passed over (`info` counts them).

    :param on_record: called with each record, to show progress.
    """
    timeline, decoders = Timeline(), {}
    for record in recording.messages():
        if isinstance(record, EventsRecord):
            timeline.width = record.message.width or timeline.width
            timeline.height = record.message.height or timeline.height
            _count(timeline, decoders, record.message)
        elif isinstance(record, FrameRecord):
            timeline.n_frames += 1
        if on_record is not None:
            on_record(record)
    return timeline


def _count(timeline: Timeline, decoders: Dict, message) -> None:
    try:
        if message.encoding not in decoders:
            decoders[message.encoding] = make_decoder(message.encoding)
        for block in decoders[message.encoding].blocks(message):
            timeline.add(block['t_ns'])
    except MalformedInput:
        return
