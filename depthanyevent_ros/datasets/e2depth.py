# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
MVSEC as E2Depth preprocessed it (also DENSE's layout): voxel grids, depth and pictures, 346x260.

Hidalgo-Carrio et al., Learning Monocular Dense Depth from Events, 3DV 2020, arXiv:2010.08350. A
voxel grid holds 5 bins of the 50 ms before its depth map; there are no events.
"""

from pathlib import Path

import numpy as np

from depthanyevent_ros.datasets.folders import (
    read_array, read_png, read_stamps, stamped_files,
)
from depthanyevent_ros.datasets.labels import find_labels
from depthanyevent_ros.datasets.sequence import DepthSeries, FrameSeries, SequenceBase, Series
from depthanyevent_ros.errors import RecordingError

WIDTH, HEIGHT = 346, 260
#: A label farther than this from the end of every voxel grid shows other things than the grids.
LABEL_NS = 5_000_000
#: Folders of frames; the first that is there is taken.
FRAMES = ('davis_left_sync', 'davis')


class E2DepthSequence(SequenceBase):
    """
    One sequence; ``voxels`` is a Series of float32 [5, H, W].

    Which view the depth is in is not documented; it is passed on as that of the voxel grids.
    """

    kind = 'E2Depth (voxel grids)'
    namespace = '/davis/left'
    width, height = WIDTH, HEIGHT

    def __init__(self, path: Path):
        """
        Open the folder of a sequence.

        :raises RecordingError: if its files and stamps do not belong together.
        """
        super().__init__(path)
        folder = Path(path)
        self.notes.append('it holds voxel grids, not events: they are evaluated, not played')
        stamps_ns, grids = stamped_files(folder / 'events' / 'voxels', 'event_tensor_*.npy')
        if not grids:
            raise RecordingError(f'{folder / "events" / "voxels"} holds no event_tensor_*.npy')
        self.voxels = Series(stamps_ns, lambda i: read_array(grids[i]))
        stamps_of_depth_ns, maps = stamped_files(folder / 'depth' / 'data', 'depth_*.npy')
        if maps:
            self.depths = DepthSeries(stamps_of_depth_ns, lambda i: read_array(maps[i]), 'raw')
        for name in FRAMES:
            stamps_of_frames_ns, pictures = stamped_files(folder / 'rgb' / name, 'frame_*.png')
            if pictures:
                self.frames = FrameSeries(stamps_of_frames_ns, lambda i: read_png(pictures[i]))
                break
        for name in FRAMES:
            self._open_labels(folder / 'rgb' / name)

    def _open_labels(self, frames):
        """Take the labels of a folder of frames that have a voxel grid."""
        stamps = frames / 'timestamps.txt'
        if not stamps.is_file():
            return
        found = find_labels(frames, *read_stamps(stamps), 'raw', (HEIGHT, WIDTH))
        for name, labels in found.items():
            # davis_left_sync_<teacher> begins with davis_ too: it is there already.
            if name not in self.labels:
                self.labels[name] = self._with_grids(name, labels)

    def _with_grids(self, name, labels):
        grids_ns, last = self.voxels.stamps_ns, len(self.voxels) - 1
        after = np.searchsorted(grids_ns, labels.stamps_ns)
        gaps_ns = [np.abs(grids_ns[np.clip(k, 0, last)] - labels.stamps_ns)
                   for k in (after - 1, after)]
        kept = np.flatnonzero(np.minimum(*gaps_ns) <= LABEL_NS)
        if len(kept) < len(labels):
            self.notes.append(f'{len(labels) - len(kept)} of the {len(labels)} labels in {name} '
                              'have no voxel grid of their time and are left out')
        return DepthSeries(labels.stamps_ns[kept], lambda i: labels.read(kept[i]), labels.frame)

    def voxel_of_depth(self, i: int) -> np.ndarray:
        """
        Return the grid that belongs to a depth map, float32 [5, H, W]: the one nearest in time.

        Where their numbers differ, the same index is not the same time.
        """
        return self.voxel_at(int(self.depths.stamps_ns[i]))

    def voxel_at(self, stamp_ns: int) -> np.ndarray:
        """Return the grid nearest to a time, float32 [5, H, W]."""
        return self.voxels.read(int(np.argmin(np.abs(self.voxels.stamps_ns - stamp_ns))))


def tencode_of_voxels(voxels: np.ndarray) -> np.ndarray:
    """
    Return the Tencode image of a voxel grid, float32 [3, H, W] in [0, 1].

    Bin i of B has the age 1 - i / (B - 1), the sign of its sum is the polarity, and later bins
    overwrite earlier ones (DepthAnyEvent's path for MVSEC).
    :param voxels: float [B, H, W], not normalised.
    """
    n_bins = len(voxels)
    image = np.zeros((3, *voxels.shape[1:]), np.float32)
    for i, grid in enumerate(voxels):
        age = 1 - i / max(n_bins - 1, 1)
        image[:, grid > 0] = np.array([[1], [age], [0]], np.float32)
        image[:, grid < 0] = np.array([[0], [age], [1]], np.float32)
    return image
