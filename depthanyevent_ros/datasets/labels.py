# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Proxy labels: the depth that a teacher saw in the frames, as DepthAnyEvent's data sets keep it.

Beside the folder of the frames, in one that is named after it and the teacher, lies a ``.npz``
with an array ``depth`` for each frame (Bartolomei et al., arXiv:2509.15224):
``rgb/davis_<teacher>`` of MVSEC in E2Depth's layout, ``images/left/ev_inf_<teacher>`` of DSEC.
"""

from pathlib import Path
from typing import Dict, List, Tuple
import zipfile

import numpy as np

from depthanyevent_ros.datasets.folders import stamps_of
from depthanyevent_ros.datasets.sequence import DepthSeries
from depthanyevent_ros.errors import RecordingError


def find_labels(frames: Path, index: np.ndarray, stamps_ns: np.ndarray, view: str,
                size: Tuple[int, int]) -> Dict[str, DepthSeries]:
    """
    Return the labels of each teacher, by the name of their folder.

    :param frames: the folder of the frames; it need not exist.
    :param index: the number of each frame, (N,), and :param stamps_ns: its stamp, int64 (N,).
    :param view: that the frames are in, raw or rect; :param size: height and width.
    :raises RecordingError: if a label belongs to no frame.
    """
    found = {}
    for folder in sorted(frames.parent.glob(f'{frames.name}_*')):
        files = sorted(folder.glob('*.npz'))
        if files:
            found[folder.name] = _series(files, stamps_of(files, index, stamps_ns), view, size)
    return found


def _series(files: List[Path], stamps_ns, view, size) -> DepthSeries:
    return DepthSeries(stamps_ns, lambda i: read_label(files[i], size), view)


def read_label(path: Path, size: Tuple[int, int]) -> np.ndarray:
    """
    Return the depth of a label, float32 [H, W], in the unit of its teacher.

    What is not finite or not above 0 counts for nothing upstream: it is NaN here.

    :raises RecordingError: if it cannot be read, or is of another size than the sensor.
    """
    try:
        with np.load(path) as arrays:
            depth = arrays['depth'].astype(np.float32)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise RecordingError(f'{path} holds no array depth: {error}') from None
    if depth.shape != size:
        raise RecordingError(f'{path} holds depth of the shape {list(depth.shape)}, not '
                             f'{list(size)}, the size of the sensor')
    return np.where(np.isfinite(depth) & (depth > 0), depth, np.float32(np.nan))
