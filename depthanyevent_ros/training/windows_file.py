# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Windows of one sequence with their depth, in one HDF5 file: what the trainer reads.

Datasets, one chunk per window, T windows of H x W pixels:

* ``tencode_age`` uint8 [T, H, W]: round(255 G) of the Tencode image;
* ``polarity`` uint8 [T, H, W]: 0 no event, 1 darker, 2 brighter (Tencode's B and R);
* ``depth_m`` float16 [T, H, W]: metres along Z at the window's end, NaN unknown, +inf sky;
* ``frame`` uint8 [T, H, W]: the grey frame nearest to the window's end; may be absent;
* ``stamp_ns`` int64 [T]: ends of the windows; ``n_events`` int64 [T].

Attributes: version, kind, motion, seed, fx, fy, cx, cy, window_us.
"""

from dataclasses import dataclass
import os
from pathlib import Path
import tempfile
from typing import Dict, Optional

import h5py
import numpy as np

from depthanyevent_ros.errors import MalformedInput, RecordingError
from depthanyevent_ros.training.holding_stream import HoldingStream
from depthanyevent_ros.training.tencode_parts import join_tencode, split_tencode

VERSION = 1
PICTURES = {'tencode_age': np.uint8, 'polarity': np.uint8, 'depth_m': np.float16}
ROWS = ('stamp_ns', 'n_events')


@dataclass(frozen=True)
class Clip:
    """T consecutive windows of one sequence."""

    tencode: np.ndarray                 # float32 [T, 3, H, W], 0..1
    depth_m: np.ndarray                 # float32 [T, H, W], NaN unknown, +inf sky
    frame: Optional[np.ndarray]         # uint8 [T, H, W] or None
    stamp_ns: np.ndarray                # int64 [T], ends of the windows
    n_events: np.ndarray                # int64 [T]

    def __len__(self) -> int:
        return len(self.stamp_ns)


class WindowsWriter:
    """
    Writes a file window by window; it appears under its name when it is complete, at ``close()``.

    Until then it grows beside it. Leaving the ``with`` block by an exception discards it.
    """

    def __init__(self, path, height: int, width: int, attributes: dict, with_frames: bool,
                 compression: str):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f'.{self.path.name}.', dir=self.path.parent)
        self._growing, self._stream = Path(name), HoldingStream(handle)
        self._file = h5py.File(self._stream, 'w')
        self._file.attrs.update(attributes, version=VERSION)
        pictures = {**PICTURES, 'frame': np.uint8} if with_frames else PICTURES
        for dataset, dtype in pictures.items():
            self._file.create_dataset(
                dataset, (0, height, width), dtype, maxshape=(None, height, width),
                chunks=(1, height, width), compression=compression, shuffle=dtype == np.float16)
        for dataset in ROWS:
            self._file.create_dataset(dataset, (0,), np.int64, maxshape=(None,), chunks=(4096,))
        self._names = (*pictures, *ROWS)
        self.n_windows = 0

    def append(self, image: np.ndarray, depth_m: np.ndarray, stamp_ns: int, n_events: int,
               frame: Optional[np.ndarray] = None) -> None:
        """
        Add one window.

        :param image: Tencode, float32 [3, H, W] in 0..1; :param depth_m: [H, W], as in the file.
        :param stamp_ns: the window's end; :param n_events: how many events it holds.
        :param frame: uint8 [H, W]; needed for every window if the file has frames.
        :raises RecordingError: if it cannot be written (the disk is full).
        """
        age, polarity = split_tencode(image)
        values = {'tencode_age': age, 'polarity': polarity, 'depth_m': depth_m,
                  'stamp_ns': stamp_ns, 'n_events': n_events, 'frame': frame}
        for name in self._names:
            dataset = self._file[name]
            dataset.resize(self.n_windows + 1, axis=0)
            dataset[self.n_windows] = values[name]
        self._check()
        self.n_windows += 1

    def close(self) -> None:
        """Complete the file under its name; a second call does nothing."""
        if self._file:
            self._file.close()
            self._stream.close()
            try:
                self._check()
            except RecordingError:
                self._growing.unlink(missing_ok=True)
                raise
            self._growing.chmod(0o644)
            os.replace(self._growing, self.path)

    def _check(self):
        if self._stream.error is not None:
            raise RecordingError(f'{self.path} cannot be written: {self._stream.error.strerror}')

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.close()
        else:
            self._file.close()
            self._stream.close()
            self._growing.unlink(missing_ok=True)


def write_windows(path, height: int, width: int, *, kind: str, motion: str, seed: int,
                  fx: float, fy: float, cx: float, cy: float, window_us: int = 50_000,
                  with_frames: bool = False, compression: str = 'lzf') -> WindowsWriter:
    """
    Begin a file; use as ``with write_windows(...) as writer: writer.append(...)``.

    :param kind: of the scene: room, corridor, street or another word; sampling balances them.
    :param motion: of the camera, a word; :param seed: of the scene.
    :param fx, fy, cx, cy: the pinhole camera of the pictures, pixels.
    :param compression: lzf (fast) or gzip (smaller).
    """
    attributes = {'kind': kind, 'motion': motion, 'seed': seed, 'fx': fx, 'fy': fy, 'cx': cx,
                  'cy': cy, 'window_us': window_us}
    return WindowsWriter(path, height, width, attributes, with_frames, compression)


class WindowsFile:
    """
    A file of windows; it is open only while it is read, so that thousands may be listed.

    ``kind``, ``motion``, ``seed``, ``height``, ``width``, ``window_us``, ``intrinsics``
    (fx, fy, cx, cy) and ``has_frames`` say what is in it. A file that cannot be read, is
    truncated or lacks something is refused with MalformedInput.
    """

    def __init__(self, path):
        self.path = Path(path)
        with self._open() as file:
            try:
                if file.attrs['version'] != VERSION:
                    raise MalformedInput('version', f'{self.path} has version '
                                         f'{file.attrs["version"]}, this package reads {VERSION}')
                self.kind, self.motion = str(file.attrs['kind']), str(file.attrs['motion'])
                self.seed, self.window_us = int(file.attrs['seed']), int(file.attrs['window_us'])
                self.intrinsics = tuple(float(file.attrs[key]) for key in ('fx', 'fy', 'cx', 'cy'))
                shapes = {file[name].shape for name in PICTURES}
                lengths = {file[name].shape[0] for name in (*PICTURES, *ROWS)}
                self._length, self.height, self.width = file['depth_m'].shape
            except (KeyError, ValueError) as error:
                raise MalformedInput('layout', f'{self.path} is not a file of training windows: '
                                     f'{error}') from error
            self.has_frames = 'frame' in file
        if len(shapes) > 1 or len(lengths) > 1:
            raise MalformedInput('layout', f'{self.path} has datasets of different lengths')

    def __len__(self) -> int:
        return self._length

    def read(self, start: int, n: int) -> Clip:
        """Return the windows start .. start + n - 1, as :meth:`read_stored` but decoded."""
        stored = self.read_stored(start, n)
        return Clip(join_tencode(stored['tencode_age'], stored['polarity']),
                    stored['depth_m'].astype(np.float32), stored.get('frame'),
                    stored['stamp_ns'], stored['n_events'])

    def read_stored(self, start: int, n: int) -> Dict[str, np.ndarray]:
        """
        Return the datasets as they are stored, by name, for the windows start .. start + n - 1.

        :raises MalformedInput: if they are not all there, or the file is damaged.
        """
        if not 0 <= start <= start + n <= len(self):
            raise MalformedInput('range', f'{self.path} has {len(self)} windows, not those from '
                                 f'{start} to {start + n - 1}')
        names = (*PICTURES, *ROWS, 'frame') if self.has_frames else (*PICTURES, *ROWS)
        with self._open() as file:
            try:
                return {name: file[name][start:start + n] for name in names}
            except (OSError, KeyError) as error:
                raise MalformedInput('damaged', f'{self.path} is damaged: the windows {start} to '
                                     f'{start + n - 1} cannot be read') from error

    def _open(self) -> h5py.File:
        try:
            return h5py.File(self.path, 'r')
        except OSError as error:
            raise MalformedInput('truncated', f'{self.path} cannot be read: it is missing, '
                                 'truncated or not HDF5') from error
