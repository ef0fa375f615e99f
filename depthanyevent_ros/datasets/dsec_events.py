# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The event file of one DSEC camera: columns p, t, x, y and an index of the milliseconds."""

from pathlib import Path

import numpy as np

from depthanyevent_ros.datasets.hdf5_file import dataset_in, need_blosc, open_hdf5, read_from
from depthanyevent_ros.datasets.times import NS_PER_US, TimeIndex
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.events.types import make_events

US_PER_MS = 1000


class DsecEvents:
    """
    events.h5, read in slices.

    ``ms_to_idx[ms]`` is the first event at or after that ms; what is after its last entry is
    found too, which the official slicer leaves out.
    """

    def __init__(self, path: Path):
        """
        Open the file.

        :raises RecordingError: if it is missing, damaged, or compressed with a missing filter.
        """
        if not path.is_file():
            raise RecordingError(f'{path} is missing: the folder holds no events of that camera')
        self._file = open_hdf5(path)
        try:
            need_blosc(self._file, 'events/t')
            self._columns = {name: dataset_in(self._file, f'events/{name}') for name in 'ptxy'}
            self._ms_to_idx = read_from(dataset_in(self._file, 'ms_to_idx'), ...).astype(np.int64)
            # As int: a uint32 plus a value beyond 2^32 is an error since NumPy 2.
            self._offset_us = int(dataset_in(self._file, 't_offset')[()])
            self.n_events = len(self._columns['t'])
            self._index = TimeIndex(self._times_ns, self.n_events)
            has_any = self.n_events > 0
            self.t_first_ns = int(self._times_ns(0, 1)[0]) if has_any else None
            self.t_last_ns = int(self._times_ns(self.n_events - 1, self.n_events)[0]) \
                if has_any else None
        except RecordingError:
            self._file.close()
            raise

    def by_index(self, start: int, stop: int) -> np.ndarray:
        """Return the events start..stop - 1, (N,) of EVENT_DTYPE."""
        start, stop = max(start, 0), min(max(stop, start, 0), self.n_events)
        x, y, p = (read_from(self._columns[name], slice(start, stop)) for name in 'xyp')
        return make_events(x, y, self._times_ns(start, stop), p)

    def between(self, start_ns: int, end_ns: int) -> np.ndarray:
        """Return the events with start_ns <= t_ns < end_ns, (N,) of EVENT_DTYPE."""
        return self.by_index(self._first_at(start_ns), self._first_at(end_ns))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _first_at(self, t_ns):
        ms = (t_ns // NS_PER_US - self._offset_us) // US_PER_MS
        if not 0 <= ms < len(self._ms_to_idx) - 1:
            return self._index.first_at(t_ns)
        start, stop = (int(index) for index in self._ms_to_idx[ms:ms + 2])
        return start + int(np.searchsorted(self._times_ns(start, stop), t_ns, 'left'))

    def _times_ns(self, start, stop):
        t_us = read_from(self._columns['t'], slice(start, stop)).astype(np.int64)
        return (t_us + self._offset_us) * NS_PER_US
