# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
MVSEC in HDF5: a pair of files, <sequence>_data.hdf5 and <sequence>_gt.hdf5.

Zhu et al., The Multivehicle Stereo Event Camera Dataset, RA-L 2018, arXiv:1801.10202. Events are
float64 rows x, y, t [s since the epoch], polarity -1 or +1; depth is float32 metres, NaN where
none was measured, at 20 Hz.
"""

from pathlib import Path
from typing import Optional

import numpy as np

from depthanyevent_ros.datasets.hdf5_file import dataset_in, open_hdf5, read_from
from depthanyevent_ros.datasets.mvsec_calibration import (
    find_calibration, is_of_scene, read_camera,
)
from depthanyevent_ros.datasets.sequence import (
    DepthSeries, FrameSeries, ImuSeries, PoseSeries, SequenceBase, Series,
)
from depthanyevent_ros.datasets.times import (
    BLOCK, seconds_to_ns, TimeIndex, without_gaps,
)
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.events.types import make_events

WIDTH, HEIGHT = 346, 260


class MvsecSequence(SequenceBase):
    """
    One of the two DAVIS346 of an MVSEC sequence.

    The event rows are neither loaded nor mapped: only what is asked for is read.
    """

    kind = 'MVSEC (HDF5)'
    width, height = WIDTH, HEIGHT

    def __init__(self, path: Path, side: str = 'left'):
        """
        Open the data file; the ground truth is used where it lies beside it.

        :raises RecordingError: if there are no events of that side, or a file is damaged.
        """
        super().__init__(path)
        self.namespace = f'/davis/{side}'
        self.camera = self._calibrated(side)
        self._data = open_hdf5(path)
        truth = ground_truth_of(path)
        self._truth = None if truth is None else open_hdf5(truth)
        try:
            self._open(side)
        except RecordingError:
            self.close()
            raise

    def _calibrated(self, side):
        path = find_calibration(self.path)
        if path is None:
            self.notes.append('there is no calibration camchain-imucam-<scene>.yaml beside it')
            return None
        if not is_of_scene(path, self.path):
            self.notes.append(f'the calibration is {path.name}, of another scene by its name')
        return read_camera(path, side)

    def _open(self, side):
        self._events = dataset_in(self._data, f'davis/{side}/events')
        if (self._events.ndim != 2 or self._events.shape[1] != 4
                or self._events.dtype.kind not in 'fiu'):
            raise RecordingError(f'{self.path} holds events of the shape {self._events.shape} '
                                 f'and type {self._events.dtype}: MVSEC has rows of x, y, t, p')
        self.n_events = len(self._events)
        self._index = TimeIndex(self._times_ns, self.n_events)
        if self.n_events:
            self.t_first_ns = int(self._times_ns(0, BLOCK)[0])
            self.t_last_ns = int(self._times_ns(max(self.n_events - BLOCK, 0), self.n_events)[-1])
        self.frames = self._series(self._data, f'davis/{side}/image_raw', FrameSeries)
        self.imu = self._series(self._data, f'davis/{side}/imu', ImuSeries)
        if self._truth is None:
            self.notes.append(f'there is no ground truth beside {Path(self.path).name}')
            return
        raw = self._series(self._truth, f'davis/{side}/depth_image_raw', DepthSeries, frame='raw')
        rect = self._series(self._truth, f'davis/{side}/depth_image_rect', DepthSeries,
                            frame='rect')
        self.depths, self.depths_rect = raw or rect, rect
        self.poses = self._series(self._truth, f'davis/{side}/pose', PoseSeries)
        self.odometry = self._series(self._truth, f'davis/{side}/odometry', PoseSeries)

    def events_by_index(self, start: int, stop: int) -> np.ndarray:
        """Return the events start..stop - 1; image_raw_event_inds begins with -1: that is 0."""
        start = max(start, 0)
        rows = read_from(self._events, slice(start, max(stop, start)))
        x, y, seconds, polarity = rows.T
        # An event without a time is put outside the sensor, and is counted there.
        x = np.where(np.isfinite(seconds), x, -1)
        return make_events(x, y, seconds_to_ns(without_gaps(seconds)), polarity)

    def events_between(self, start_ns: int, end_ns: int) -> np.ndarray:
        """Return the events with start_ns <= t_ns < end_ns."""
        return self.events_by_index(self._index.first_at(start_ns),
                                    self._index.first_at(end_ns))

    def close(self) -> None:
        """Close both files."""
        for file in (self._data, self._truth):
            if file is not None:
                file.close()

    def _times_ns(self, start, stop):
        return seconds_to_ns(without_gaps(read_from(self._events, (slice(start, stop), 2))))

    @staticmethod
    def _series(file, name, kind, **more) -> Optional[Series]:
        if name not in file or f'{name}_ts' not in file:
            return None
        images, stamps_ns = file[name], seconds_to_ns(file[f'{name}_ts'][:])
        # The last image of a topic may lack its stamp, or the other way round.
        stamps_ns = stamps_ns[:len(images)]
        return kind(stamps_ns, lambda i: read_from(images, i), **more)


def ground_truth_of(path: Path) -> Optional[Path]:
    """Return the file (or bag) of the ground truth beside a data file, None if there is none."""
    path = Path(path)
    if not path.stem.endswith('_data'):
        return None
    truth = path.with_name(f'{path.stem[:-len("_data")]}_gt{path.suffix}')
    return truth if truth.is_file() else None
