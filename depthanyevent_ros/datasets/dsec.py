# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A folder of DSEC: events in HDF5 (Blosc), disparity and pictures as PNG, 640x480.

Gehrig et al., arXiv:2103.06011. Stamps are us; those of the events count from ``t_offset``.
Disparity is uint16 / 256 px in the left rectified view, 0 where there is none.
"""

from pathlib import Path

import cv2
import numpy as np

from depthanyevent_ros.datasets.dsec_calibration import DsecCalibration
from depthanyevent_ros.datasets.dsec_events import DsecEvents
from depthanyevent_ros.datasets.folders import read_columns, read_png
from depthanyevent_ros.datasets.hdf5_file import (
    dataset_in, need_blosc, open_hdf5, read_from,
)
from depthanyevent_ros.datasets.labels import find_labels
from depthanyevent_ros.datasets.sequence import DepthSeries, FrameSeries, SequenceBase
from depthanyevent_ros.datasets.times import NS_PER_US
from depthanyevent_ros.errors import RecordingError

WIDTH, HEIGHT = 640, 480


class DsecSequence(SequenceBase):
    """One event camera of a DSEC sequence; the pictures are warped into its view."""

    kind = 'DSEC'
    width, height = WIDTH, HEIGHT

    def __init__(self, path: Path, side: str = 'left'):
        """
        Open the folder of a sequence.

        :raises RecordingError: if there are no events of that side, or they cannot be read.
        """
        super().__init__(path)
        self.namespace = f'/dsec/{side}'
        self._folder = Path(path)
        self._events = DsecEvents(self._folder / 'events' / side / 'events.h5')
        self.n_events = self._events.n_events
        self.t_first_ns, self.t_last_ns = self._events.t_first_ns, self._events.t_last_ns
        self.events_between = self._events.between
        self.events_by_index = self._events.by_index
        try:
            self._open(side)
        except RecordingError:
            self.close()
            raise

    def _open(self, side):
        file = self._folder / 'calibration' / 'cam_to_cam.yaml'
        if not file.is_file():
            self.notes.append('calibration/cam_to_cam.yaml is missing: no camera, depth, pictures')
            return
        calibration = DsecCalibration(file, side)
        self.camera = calibration.camera
        self.rectify_map = self._read_rectify_map(side)
        self.frames = self._open_frames(side, calibration)
        if side == 'left':
            self.depths = self.depths_rect = self._open_depths(calibration)
            self.labels = self._open_labels()

    def _open_depths(self, calibration):
        folder = self._folder / 'disparity'
        stamps_ns = stamps_us(folder / 'timestamps.txt') * NS_PER_US
        files = sorted((folder / 'event').glob('*.png'))
        if not len(stamps_ns) or len(files) != len(stamps_ns):
            if len(files) or len(stamps_ns):
                self.notes.append(f'{len(files)} disparity maps have {len(stamps_ns)} stamps: '
                                  'none is used')
            return None
        # Before the first one there are no events; the official loader drops it too.
        stamps_ns, files = stamps_ns[1:], files[1:]
        return DepthSeries(stamps_ns, lambda i: depth_of_disparity(
            files[i], calibration.focal_baseline), 'rect')

    def _open_labels(self):
        # Of the frames as the rectified event camera sees them: ev_inf, which need not be there.
        images = self._folder / 'images'
        stamps_ns = stamps_us(images / 'timestamps.txt') * NS_PER_US
        return find_labels(images / 'left' / 'ev_inf', np.arange(len(stamps_ns)), stamps_ns,
                           'rect', (HEIGHT, WIDTH))

    def _open_frames(self, side, calibration):
        stamps_ns = stamps_us(self._folder / 'images' / 'timestamps.txt') * NS_PER_US
        files = sorted((self._folder / 'images' / side / 'rectified').glob('*.png'))
        if not len(stamps_ns) or len(files) != len(stamps_ns):
            if len(files) or len(stamps_ns):
                self.notes.append(f'{len(files)} pictures have {len(stamps_ns)} stamps: none is '
                                  'used')
            return None
        if self.rectify_map is None:
            raise RecordingError(f'{self._map_of(side)} is missing: it belongs to the events')
        grid = warp_grid(self.rectify_map, calibration.frame_from_event)
        return FrameSeries(stamps_ns, lambda i: cv2.remap(
            read_png(files[i]), grid, None, cv2.INTER_CUBIC))

    def _map_of(self, side):
        return self._folder / 'events' / side / 'rectify_map.h5'

    def _read_rectify_map(self, side):
        path = self._map_of(side)
        if not path.is_file():
            return None
        with open_hdf5(path) as file:
            need_blosc(file, 'rectify_map')
            found = read_from(dataset_in(file, 'rectify_map'), ...)
        if found.shape != (HEIGHT, WIDTH, 2):
            raise RecordingError(f'{path} holds a map of the shape {list(found.shape)}, not '
                                 f'{[HEIGHT, WIDTH, 2]}')
        return found

    def close(self) -> None:
        """Close the event file."""
        self._events.close()


def stamps_us(path: Path) -> np.ndarray:
    """Return the whole microseconds of a file of one stamp per line, int64 (N,)."""
    if not path.is_file():
        return np.zeros(0, np.int64)
    return read_columns(path, ('stamp in us',), np.int64)[:, 0]


def depth_of_disparity(path: Path, focal_baseline: float) -> np.ndarray:
    """Return the depth of a disparity map, float32 [H, W] metres, NaN where there is none."""
    disparity = read_png(path).astype(np.float32) / 256
    with np.errstate(divide='ignore'):
        return np.where(disparity > 0, np.float32(focal_baseline) / disparity,
                        np.float32(np.nan))


def warp_grid(rectify_map: np.ndarray, frame_from_event: np.ndarray) -> np.ndarray:
    """
    Return where in the rectified frame each pixel of the event camera looks at infinite depth.

    :param rectify_map: float32 [H, W, 2], x and y of each event pixel in the rectified view.
    :returns: float32 [H, W, 2], pixels; near things are off by focal length * 0.04 m / depth.
    """
    return cv2.perspectiveTransform(rectify_map.astype(np.float64), frame_from_event).astype(
        np.float32)
