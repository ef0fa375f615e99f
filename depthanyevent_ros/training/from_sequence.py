# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Window files from data sets and bags, as their readers give them.

A window ends at each depth map, or at each frame (arXiv 2509.15224 takes the stamps of frames),
with the label that a teacher gave the frame where the data set has labels. One that the recording
covers by less than half is left out. One window is in memory at a time, whatever the size of the
files.
"""

from pathlib import Path
from typing import Callable, Optional

import numpy as np

from depthanyevent_ros.datasets.depth_inputs import image_reader
from depthanyevent_ros.datasets.sequence import DepthSeries, EventSequence
from depthanyevent_ros.datasets.views import frame_reader, intrinsics, middle_of, Size
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.training.windows_file import write_windows

DEPTH, FRAMES = 'depth', 'frames'


def write_sequence(sequence: EventSequence, path: Path, kind: str, window_us: int = 50_000,
                   progress: Callable[[int], None] = lambda n: None,
                   crop: Optional[Size] = None, at: str = DEPTH) -> int:
    """
    Write the windows of a sequence; return how many.

    :param kind: a word for scenes of this sort; sampling balances kinds.
    :param progress: told the number of windows done.
    :param crop: height and width of the middle that is kept; None keeps all.
    :param at: where windows end, DEPTH or FRAMES; at frames depth is the data set's labels, or
        unknown.
    :raises ConfigError: if the crop is larger than the pictures.
    :raises RecordingError: if the sequence has no depth (frames), or none with events before it.
    """
    depths = ENDS[at](sequence)
    read_image = image_reader(sequence, 1000 * window_us, view=depths.frame)
    read_frame = frame_reader(sequence, depths.frame)
    fx, fy, cx, cy = intrinsics(sequence.camera, depths.frame)
    size = sequence.height, sequence.width
    rows, columns = middle_of(size, crop or size)
    n_windows = 0
    with write_windows(path, *(crop or size), kind=kind, motion='recorded', seed=1, fx=fx, fy=fy,
                       cx=cx - columns.start, cy=cy - rows.start, window_us=window_us,
                       with_frames=bool(sequence.frames)) as writer:
        for index, stamp_ns in enumerate(map(int, depths.stamps_ns)):
            image, n_events = read_image(index, stamp_ns)
            if image is not None:
                writer.append(image[:, rows, columns], depths.read(index)[rows, columns],
                              stamp_ns, n_events, read_frame(stamp_ns)[rows, columns])
                n_windows += 1
            progress(index + 1)
        if not n_windows:
            raise RecordingError(f'{sequence.path} has no {at} with {window_us} us of events '
                                 'before it')
    return n_windows


def at_depth(sequence: EventSequence) -> DepthSeries:
    """Return the depth of a sequence."""
    if not sequence.depths:
        way_out = f'; it has labels of a teacher: --at {FRAMES}' if sequence.labels else \
            f'; it has frames: --at {FRAMES}, and a teacher' if sequence.frames else ''
        raise RecordingError(f'{sequence.path} has no depth to learn from{way_out}')
    return sequence.depths


def at_frames(sequence: EventSequence) -> DepthSeries:
    """
    Return what a teacher saw in the frames, at their stamps.

    Unknown depth, in the view of the events, where the data set has no labels.
    """
    if len(sequence.labels) > 1:
        raise RecordingError(f'{sequence.path} has labels of several teachers '
                             f'({", ".join(sequence.labels)}): leave one of these folders there')
    if sequence.labels:
        return next(iter(sequence.labels.values()))
    if not sequence.frames or not sequence.n_events:
        raise RecordingError(f'{sequence.path} has no frames with events for a teacher to label')
    unknown = np.full((sequence.height, sequence.width), np.nan, np.float32)
    return DepthSeries(sequence.frames.stamps_ns, lambda i: unknown, 'raw')


#: Where windows end.
ENDS = {DEPTH: at_depth, FRAMES: at_frames}
