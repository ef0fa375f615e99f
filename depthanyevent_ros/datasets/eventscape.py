# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
EventScape (CARLA, 512x256): a folder <Town>/<sequence> with a file of events for each frame.

Gehrig et al., Combining Events and Frames Using Recurrent Asynchronous Multimodal Networks for
Monocular Depth Prediction, RA-L 2021, arXiv:2102.09320. Depth is float metres up to 1000 (sky).
"""

from pathlib import Path
import zipfile

import numpy as np

from depthanyevent_ros.datasets.chunks import ChunkedEvents
from depthanyevent_ros.datasets.folders import read_array, read_png, stamped_files
from depthanyevent_ros.datasets.sequence import DepthSeries, FrameSeries, SequenceBase
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.events.types import make_events

WIDTH, HEIGHT = 512, 256

#: Units in which the times may be: which one is not documented.
_UNITS_NS = (1, 1000, 1_000_000, 1_000_000_000)


class EventScapeSequence(SequenceBase):
    """
    One sequence; the camera's calibration is not part of the data set.

    The unit of the event times is the one in which the first file spans about the time between
    two frames, and the first file ends at its stamp.
    """

    kind = 'EventScape'
    namespace = '/event_camera'
    width, height = WIDTH, HEIGHT

    def __init__(self, path: Path):
        """
        Open the folder of a sequence.

        :raises RecordingError: if its files and stamps do not belong together.
        """
        super().__init__(path)
        folder = Path(path)
        self._stamps_ns, self._files = stamped_files(folder / 'events' / 'data', '*_events.npz')
        if not self._files:
            raise RecordingError(f'{folder / "events" / "data"} holds no *_events.npz')
        counts = [_length(file) for file in self._files]
        self._unit_ns, self._shift_ns = self._time_scale(counts)
        events = ChunkedEvents(counts, self._load)
        self.events_by_index, self.events_between = events.by_index, events.between
        self.n_events = events.n_events
        self.t_first_ns, self.t_last_ns = events.span_ns
        stamps_ns, pictures = stamped_files(folder / 'rgb' / 'data', '*_image.png')
        if pictures:
            self.frames = FrameSeries(stamps_ns, lambda i: read_png(pictures[i]))
        stamps_of_depth_ns, maps = stamped_files(folder / 'depth' / 'data', '*_depth.npy')
        if maps:
            self.depths = self.depths_rect = DepthSeries(
                stamps_of_depth_ns, lambda i: read_array(maps[i]), 'raw')

    def _time_scale(self, counts):
        """Return ns per unit, and what is added so that the events of a file end at its stamp."""
        k = next((k for k, n in enumerate(counts) if n > 1), None)
        if k is None:
            return 1, 0
        t = _column(self._files[k], 't').astype(np.float64)
        intervals_ns = np.diff(self._stamps_ns)
        interval_ns = np.median(intervals_ns) if len(intervals_ns) else 40e6
        span = max(float(t[-1] - t[0]), 1e-9)
        unit_ns = min(_UNITS_NS, key=lambda unit: abs(np.log(span * unit / interval_ns)))
        behind_ns = int(self._stamps_ns[k]) - int(t[-1] * unit_ns)
        return unit_ns, 0 if 0 <= behind_ns < interval_ns else behind_ns

    def _load(self, k):
        x, y, t, p = (_column(self._files[k], name) for name in 'xytp')
        if t.dtype.kind == 'f':
            t_ns = np.rint(t * self._unit_ns).astype(np.int64)
        else:
            t_ns = t.astype(np.int64) * self._unit_ns
        return make_events(x, y, t_ns + self._shift_ns, p)


def _column(path, name):
    try:
        with np.load(path) as columns:
            return columns[name]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise RecordingError(f'{path} holds no column {name}: {error}') from None


def _length(path):
    """Return how many events a file has, by the header of a column: nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open('t.npy') as stream:
            version = np.lib.format.read_magic(stream)
            read = (np.lib.format.read_array_header_1_0 if version == (1, 0)
                    else np.lib.format.read_array_header_2_0)
            return read(stream)[0][0]
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile) as error:
        raise RecordingError(f'{path} is no file of events: {error}') from None
