# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A recording as moments: each ground-truth depth map with what the camera saw until then."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Callable, Iterator, Optional, Tuple

import numpy as np

from depthanyevent_ros.datasets.depth_inputs import ENCODINGS, image_reader
from depthanyevent_ros.datasets.sequence import EventSequence
from depthanyevent_ros.datasets.views import frame_reader, middle_of
from depthanyevent_ros.errors import ConfigError, RecordingError


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
    read = image_reader(sequence, plan.window_ns, plan.encoding)
    read_frame = frame_reader(sequence, sequence.depths.frame) if sequence.frames else None
    n = 0
    for index, stamp_ns in enumerate(map(int, sequence.depths.stamps_ns)):
        if n >= most:
            return
        image, n_events = read(index, stamp_ns)
        if image is not None:
            n += 1
            yield cropped(Moment(stamp_ns, image, sequence.depths.read(index), n_events,
                                 partial(read_frame, stamp_ns) if read_frame else no_frame),
                          plan.crop)
    if not n:
        raise RecordingError(f'{sequence.path} has no depth map with events before it')


def no_frame() -> None:
    """Return that there is none."""


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
