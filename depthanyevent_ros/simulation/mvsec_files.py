# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A simulated sequence in MVSEC's layout: <name>_data.hdf5, <name>_gt.hdf5 and a calibration.

Zhu et al., The Multivehicle Stereo Event Camera Dataset, RA-L 2018, arXiv:1801.10202: the left
camera alone. Depth is NaN where MVSEC's lidar would have measured nothing, which is the sky.
"""

from pathlib import Path
import shutil
import tempfile

import cv2
import h5py
import numpy as np
import yaml

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.simulation.bag_messages import ros_pose
from depthanyevent_ros.simulation.simulator import Frame, Simulation, Truth

SIDE = 'davis/left'
_EVENT_ROWS_PER_CHUNK = 65_536


class MvsecFiles:
    """Writes a sequence; the files appear when they are complete, or not at all."""

    def __init__(self, path, camera: CameraModel):
        """
        Begin beside the files to be.

        :param path: <name>.hdf5 or <name>_data.hdf5. :raises RecordingError: if they exist.
        """
        path = Path(path)
        name = path.stem[:-len('_data')] if path.stem.endswith('_data') else path.stem
        self.paths = [path.with_name(file) for file in (
            f'{name}_data.hdf5', f'{name}_gt.hdf5', f'camchain-imucam-{name}.yaml')]
        for file in self.paths:
            if file.exists():
                raise RecordingError(f'{file} exists already: remove it or choose another name')
        path.parent.mkdir(parents=True, exist_ok=True)
        self._growing = Path(tempfile.mkdtemp(prefix=f'.{name}.', dir=path.parent))
        self._camera = camera
        self._map = cv2.initUndistortRectifyMap(
            camera.k, camera.d, camera.r, camera.p, (camera.width, camera.height), cv2.CV_32FC1)
        self._data, self._truth = (h5py.File(self._growing / file.name, 'w')
                                   for file in self.paths[:2])
        self._events = self._data.create_dataset(
            f'{SIDE}/events', (0, 4), float, maxshape=(None, 4), chunks=(_EVENT_ROWS_PER_CHUNK, 4))
        self._event_inds = []
        # Times of the events since the last frame began, and how many there were before.
        self._recent, self._n_before = [], 0

    def write_all(self, simulation: Simulation, on_events=lambda n: None) -> None:
        """Run a simulation into the files."""
        for item in simulation.items():
            if isinstance(item, Frame):
                self._write_frame(item)
            elif isinstance(item, Truth):
                self._write_truth(item)
            else:
                self._write_events(item)
                on_events(len(item))

    def close(self) -> None:
        """Complete the files under their names."""
        try:
            self._data[f'{SIDE}/image_raw_event_inds'] = np.array(self._event_inds, np.int64)
            self._data.close()
            self._truth.close()
            (self._growing / self.paths[2].name).write_text(_calibration(self._camera))
            for file in self.paths:
                (self._growing / file.name).rename(file)
        finally:
            self.discard()

    def discard(self) -> None:
        """Drop what was written and is not complete."""
        self._data.close()
        self._truth.close()
        shutil.rmtree(self._growing, ignore_errors=True)

    def __enter__(self):
        """Return the open files."""
        return self

    def __exit__(self, error_type, *_):
        """Complete the files, or remove them after an exception."""
        if error_type is None:
            self.close()
        else:
            self.discard()

    def _write_events(self, events):
        rows = np.stack([events['x'], events['y'], events['t_ns'] / 1e9,
                         events['p'].astype(float) * 2 - 1], axis=1)
        n = len(self._events)
        self._events.resize(n + len(rows), axis=0)
        self._events[n:] = rows
        self._recent.append(events['t_ns'].copy())

    def _write_frame(self, frame):
        times = np.concatenate(self._recent) if self._recent else np.zeros(0, np.int64)
        earlier = int(np.searchsorted(times, frame.stamp_ns))
        self._recent, self._n_before = [times[earlier:]], self._n_before + earlier
        # The last event before the frame, -1 before the first, as MVSEC has it.
        self._event_inds.append(self._n_before - 1)
        _append(self._data, 'image_raw', frame.image, frame.stamp_ns)

    def _write_truth(self, truth):
        depth_m = np.where(np.isfinite(truth.depth_m), truth.depth_m, np.float32(np.nan))
        rect = cv2.remap(depth_m, *self._map, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT,
                         borderValue=float('nan'))
        for name, value in (('depth_image_raw', depth_m), ('depth_image_rect', rect),
                            ('pose', ros_pose(truth)), ('odometry', ros_pose(truth))):
            _append(self._truth, name, value, truth.stamp_ns)


def _append(file, name, value, stamp_ns):
    """Add one thing and its stamp to a dataset and its _ts."""
    for path, row in ((f'{SIDE}/{name}', value),
                      (f'{SIDE}/{name}_ts', np.float64(stamp_ns / 1e9))):
        if path not in file:
            packed = row.ndim == 2 and len(row) > 4
            file.create_dataset(path, (0, *row.shape), row.dtype, maxshape=(None, *row.shape),
                                chunks=(1, *row.shape) if row.ndim else (1024,),
                                compression='lzf' if packed else None)
        dataset = file[path]
        dataset.resize(len(dataset) + 1, axis=0)
        dataset[-1] = row


def _calibration(camera):
    """Return a camchain of Kalibr with one camera."""
    k = camera.k
    return yaml.safe_dump({'cam0': {
        'camera_model': 'pinhole', 'distortion_model': 'radtan',
        'distortion_coeffs': camera.d[:4].tolist(),
        'intrinsics': [float(v) for v in (k[0, 0], k[1, 1], k[0, 2], k[1, 2])],
        'projection_matrix': camera.p.tolist(), 'rectification_matrix': camera.r.tolist(),
        'resolution': [camera.width, camera.height], 'rostopic': '/davis/left/image_raw'}})
