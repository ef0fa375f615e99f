# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Window files from data sets: MVSEC, DSEC, EventScape, as their readers give them.

A window ends at each depth stamp and takes the events of the last 50 ms (arXiv 2509.15224), in
the view that the depth is in; one that the recording covers by less than half is left out. One
window is in memory at a time, whatever the size of the files.
"""

from pathlib import Path
from typing import Callable, Optional, Tuple

import numpy as np

from depthanyevent_ros.datasets.sequence import EventSequence
from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.events.rectify import rectification_lut
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.training.windows_file import write_windows

Size = Tuple[int, int]                  # height and width
Place = Callable[[np.ndarray], Tuple[np.ndarray, np.ndarray]]
#: A frame farther than this from a window's end shows another scene.
FRAME_NS = 50_000_000


def write_sequence(sequence: EventSequence, path: Path, kind: str, window_us: int = 50_000,
                   progress: Callable[[int], None] = lambda n: None,
                   crop: Optional[Size] = None) -> int:
    """
    Write the windows of a sequence that have depth; return how many.

    :param kind: a word for scenes of this sort; sampling balances kinds.
    :param progress: told the number of windows done.
    :param crop: height and width of the middle that is kept; None keeps all.
    :raises ConfigError: if the crop is larger than the pictures.
    :raises RecordingError: if the sequence has no depth, or none with events before it.
    """
    depths, frames = sequence.depths, sequence.frames
    if depths is None or not len(depths):
        raise RecordingError(f'{sequence.path} has no depth to learn from')
    if sequence.t_first_ns is None:
        raise RecordingError(f'{sequence.path} has no events')
    fx, fy, cx, cy = intrinsics(sequence.camera, depths.frame)
    place, size = placing(sequence, depths.frame), (sequence.height, sequence.width)
    rows, columns = middle_of(size, crop or size)
    n_windows = 0
    with write_windows(path, *(crop or size), kind=kind, motion='recorded', seed=1, fx=fx, fy=fy,
                       cx=cx - columns.start, cy=cy - rows.start, window_us=window_us,
                       with_frames=frames is not None and len(frames) > 0) as writer:
        for index, stamp_ns in enumerate(map(int, depths.stamps_ns)):
            start_ns = stamp_ns - 1000 * window_us
            frame = None if frames is None or not len(frames) \
                else nearest_frame(frames, stamp_ns, size)[rows, columns]
            if is_covered(sequence, start_ns, stamp_ns):
                events = sequence.events_between(start_ns, stamp_ns)
                x, y = place(events)
                image = encode_tencode(x, y, events['t_ns'], events['p'], *size)
                writer.append(image[:, rows, columns], depths.read(index)[rows, columns],
                              stamp_ns, len(events), frame)
                n_windows += 1
            progress(index + 1)
        if not n_windows:
            raise RecordingError(f'{sequence.path} has no depth map with {window_us} us of events '
                                 'before it')
    return n_windows


def middle_of(size: Size, crop: Size) -> Tuple[slice, slice]:
    """
    Return rows and columns of the middle of a picture, as the official CenterCrop of DSEC.

    :raises ConfigError: if it is larger than the picture.
    """
    if crop[0] > size[0] or crop[1] > size[1]:
        raise ConfigError(f'--crop {crop[0]}x{crop[1]} is larger than {size[0]}x{size[1]}')
    top, left = (size[0] - crop[0]) // 2, (size[1] - crop[1]) // 2
    return slice(top, top + crop[0]), slice(left, left + crop[1])


def is_covered(sequence: EventSequence, start_ns: int, end_ns: int) -> bool:
    """
    Tell whether at least half of a window lies within the events of a sequence that has some.

    The first depth maps of DSEC and MVSEC have no or few events before them.
    """
    return sequence.t_first_ns <= (start_ns + end_ns) // 2 <= sequence.t_last_ns


def placing(sequence: EventSequence, view: str) -> Place:
    """Return where events go in the view of the depth, raw or rect."""
    if view == 'raw' or sequence.camera is None:
        return lambda events: (events['x'], events['y'])
    camera, width, height = sequence.camera, sequence.width, sequence.height
    lut, _ = rectification_lut(camera.k, camera.d, camera.distortion_model, camera.r, camera.p,
                               width, height, width, height)

    def rectified(events: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        x, y = events['x'].astype(np.int64), events['y'].astype(np.int64)
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        pixel = np.where(inside, lut[np.where(inside, y * width + x, 0)], -1)
        return np.where(pixel < 0, -1, pixel % width), pixel // width
    return rectified


def intrinsics(camera: Optional[CameraModel], view: str) -> Tuple[float, float, float, float]:
    """Return fx, fy, cx, cy of the view; NaN where there is no calibration."""
    if camera is None:
        return (float('nan'),) * 4
    matrix = camera.p if view == 'rect' else camera.k
    return (float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 2]), float(matrix[1, 2]))


def nearest_frame(frames, stamp_ns: int, size: Tuple[int, int]) -> np.ndarray:
    """Return the grey frame nearest in time, black if there is none near or of this size."""
    index = int(np.abs(frames.stamps_ns - stamp_ns).argmin())
    if abs(int(frames.stamps_ns[index]) - stamp_ns) > FRAME_NS:
        return np.zeros(size, np.uint8)
    frame = frames.read(index)
    grey = frame if frame.ndim == 2 else (frame @ (0.114, 0.587, 0.299)).round().astype(np.uint8)
    return grey if grey.shape == size else np.zeros(size, np.uint8)
