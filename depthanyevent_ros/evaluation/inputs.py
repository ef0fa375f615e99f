# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the network sees of a recording: one image for each ground-truth depth map.

The window ends at the stamp of the depth map and lasts 50 ms (arXiv 2509.15224); what E2Depth
preprocessed has the voxel grid of that time instead. One window is in memory at a time.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Callable, Iterator, Optional, Tuple

import numpy as np

from depthanyevent_ros.datasets.e2depth import E2DepthSequence
from depthanyevent_ros.datasets.sequence import EventSequence
from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.events.tencode import encode_tencode, encode_tencode_voxel, voxel_grid
from depthanyevent_ros.training.from_sequence import is_covered, middle_of, nearest_frame, placing

#: Bins of the voxel grids that the paper's MVSEC figures were made with.
BINS = 5


@dataclass(frozen=True)
class Moment:
    """A depth map and what the camera saw until then."""

    stamp_ns: int
    image: np.ndarray                   # float32 [3, H, W], Tencode
    depth_m: np.ndarray                 # float32 [H, W], NaN unknown
    n_events: int
    #: Reads the nearest frame, uint8 [H, W]; None where there is none. Most are never asked for.
    read_frame: Callable[[], Optional[np.ndarray]] = lambda: None


@dataclass(frozen=True)
class InputPlan:
    """How moments are made of a recording."""

    window_ns: int = 50_000_000
    encoding: str = 'tencode'           # or voxels: Tencode of 5 bins
    crop: Optional[Tuple[int, int]] = None      # height and width of the middle that is used

    def __post_init__(self):
        if self.window_ns <= 0:
            raise ConfigError('--window-ms must be above 0')
        if self.encoding not in ENCODINGS:
            raise ConfigError(f'--encoding is {self.encoding!r}; it must be one of '
                              f'{", ".join(ENCODINGS)}')


def moments_of(sequence: EventSequence, plan: InputPlan, most: int) -> Iterator[Moment]:
    """
    Yield at most so many moments, in order; depth maps without events before them are passed over.

    :raises RecordingError: if there is no depth, or none with events before it.
    :raises ConfigError: if the crop is larger than the pictures.
    """
    if sequence.depths is None or not len(sequence.depths):
        raise RecordingError(f'{sequence.path} has no depth to compare with')
    if isinstance(sequence, E2DepthSequence):
        read = voxel_images(sequence)
    else:
        read = event_images(sequence, plan)
    n = 0
    for index, stamp_ns in enumerate(map(int, sequence.depths.stamps_ns)):
        if n >= most:
            return
        image, n_events = read(index, stamp_ns)
        if image is not None:
            n += 1
            yield cropped(Moment(stamp_ns, image, sequence.depths.read(index), n_events,
                                 partial(frame_at, sequence, stamp_ns)), plan.crop)
    if not n:
        raise RecordingError(f'{sequence.path} has no depth map with events before it')


def tencode_of(events, x, y, height, width) -> np.ndarray:
    """Return the Tencode image of events at x, y, float32 [3, H, W]."""
    return encode_tencode(x, y, events['t_ns'], events['p'], height, width)


def voxels_of(events, x, y, height, width) -> np.ndarray:
    """Return the Tencode image of the voxel grid of events at x, y, float32 [3, H, W]."""
    moved = events.copy()
    # Outside of the picture either coordinate may be, negative ones included: left out.
    outside = (x < 0) | (x >= width) | (y < 0) | (y >= height)
    moved['x'], moved['y'] = np.where(outside, width, x), np.where(outside, height, y)
    return encode_tencode_voxel(voxel_grid(moved, BINS, height, width))


ENCODINGS = {'tencode': tencode_of, 'voxels': voxels_of}


def event_images(sequence, plan: InputPlan) -> Callable:
    """Return what makes the image of the events before a stamp; (None, 0) if there are none."""
    if sequence.t_first_ns is None:
        raise RecordingError(f'{sequence.path} has no events')
    place, encode = placing(sequence, sequence.depths.frame), ENCODINGS[plan.encoding]

    def read(index: int, stamp_ns: int):
        start_ns = stamp_ns - plan.window_ns
        if not is_covered(sequence, start_ns, stamp_ns):
            return None, 0
        events = sequence.events_between(start_ns, stamp_ns)
        return encode(events, *place(events), sequence.height, sequence.width), len(events)
    return read


def voxel_images(sequence: E2DepthSequence) -> Callable:
    """Return what makes the image of the stored voxel grid of a depth map."""
    def read(index: int, stamp_ns: int):
        grid = sequence.voxel_of_depth(index)
        return encode_tencode_voxel(grid), int(np.abs(grid).sum())
    return read


def frame_at(sequence: EventSequence, stamp_ns: int) -> Optional[np.ndarray]:
    """Return the grey frame nearest to a time, None if there are no frames."""
    if sequence.frames is None or not len(sequence.frames):
        return None
    return nearest_frame(sequence.frames, stamp_ns, (sequence.height, sequence.width))


def cropped(moment: Moment, crop: Optional[Tuple[int, int]]) -> Moment:
    """Return the middle of a moment."""
    height, width = moment.depth_m.shape
    if moment.image.shape[1:] != (height, width):
        raise RecordingError(f'the depth maps are {width}x{height}, the events '
                             f'{moment.image.shape[2]}x{moment.image.shape[1]}')
    if crop is None:
        return moment
    rows, columns = middle_of((height, width), crop)
    return replace(moment, image=np.ascontiguousarray(moment.image[:, rows, columns]),
                   depth_m=moment.depth_m[rows, columns],
                   read_frame=partial(part_of_frame, moment.read_frame, rows, columns))


def part_of_frame(read_frame: Callable, rows: slice, columns: slice) -> Optional[np.ndarray]:
    """Return a part of a frame, None if there is no frame."""
    frame = read_frame()
    return None if frame is None else frame[rows, columns]
