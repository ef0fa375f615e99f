# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A text folder of the Event Camera Dataset (DAVIS240C, 240x180).

Mueggler et al., The Event-Camera Dataset and Simulator, IJRR 2017, arXiv:1610.08336: events.txt
(t x y p), images.txt (t path), imu.txt (t ax ay az gx gy gz), groundtruth.txt (t px py pz qx qy qz
qw) and calib.txt (fx fy cx cy k1 k2 p1 p2 k3); t in s from 0, p 0 or 1, m/s^2 and rad/s.
"""

from pathlib import Path

import numpy as np

from depthanyevent_ros.datasets.chunks import ChunkedEvents
from depthanyevent_ros.datasets.event_text import EventText
from depthanyevent_ros.datasets.folders import read_columns, read_lines, read_png
from depthanyevent_ros.datasets.rotations import matrix_of
from depthanyevent_ros.datasets.sequence import (
    FrameSeries, ImuSeries, PoseSeries, SequenceBase,
)
from depthanyevent_ros.datasets.times import seconds_to_ns
from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import RecordingError

WIDTH, HEIGHT = 240, 180
_POSE = ('t', 'px', 'py', 'pz', 'qx', 'qy', 'qz', 'qw')
_IMU = ('t', 'ax', 'ay', 'az', 'gx', 'gy', 'gz')
_CALIBRATION = ('fx', 'fy', 'cx', 'cy', 'k1', 'k2', 'p1', 'p2', 'k3')


class EcdSequence(SequenceBase):
    """A folder with events.txt; what else is in it is used too."""

    kind = 'ECD (text)'
    namespace = '/dvs'
    width, height = WIDTH, HEIGHT

    def __init__(self, path: Path):
        """
        Index the events (one pass over the text) and read the rest.

        :raises RecordingError: if a file is not what it should be.
        """
        super().__init__(path)
        folder = Path(path)
        text = EventText(folder / 'events.txt')
        events = ChunkedEvents(text.counts, text.load, text.last_ns)
        self.events_by_index, self.events_between = events.by_index, events.between
        self.n_events = events.n_events
        self.t_first_ns, self.t_last_ns = events.span_ns
        self.camera = _camera(folder / 'calib.txt')
        self.frames = _frames(folder)
        self.imu = _imu(folder / 'imu.txt')
        self.poses = _poses(folder / 'groundtruth.txt')


def _camera(path):
    if not path.is_file():
        return None
    rows = read_columns(path, _CALIBRATION)
    if not len(rows):
        raise RecordingError(f'{path} is empty')
    fx, fy, cx, cy, *distortion = rows[0]
    return CameraModel.from_values(WIDTH, HEIGHT, [fx, 0, cx, 0, fy, cy, 0, 0, 1], distortion,
                                   'plumb_bob')


def _frames(folder):
    path = folder / 'images.txt'
    if not path.is_file():
        return None
    rows = [line.split() for line in read_lines(path)]
    try:
        stamps_ns = seconds_to_ns([float(row[0]) for row in rows])
        files = [folder / row[1] for row in rows]
    except (ValueError, IndexError) as error:
        raise RecordingError(f'{path} is not made of stamps and names: {error}') from None
    return FrameSeries(stamps_ns, lambda i: read_png(files[i]))


def _imu(path):
    if not path.is_file():
        return None
    rows = read_columns(path, _IMU)
    return ImuSeries(seconds_to_ns(rows[:, 0]), lambda i: rows[i, 1:])


def _poses(path):
    if not path.is_file():
        return None
    rows = read_columns(path, _POSE)

    def read(i):
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = matrix_of(*rows[i, 4:]), rows[i, 1:4]
        return pose
    return PoseSeries(seconds_to_ns(rows[:, 0]), read)
