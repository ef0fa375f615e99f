# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a network sees of a sequence when a depth map was taken: the events of the time before it.

The window ends at the stamp of the depth map and lasts 50 ms (arXiv 2509.15224), in the view that
the depth is in; what E2Depth preprocessed has the voxel grid of that time instead.
"""

from typing import Callable, Optional, Tuple

import numpy as np

from depthanyevent_ros.datasets.e2depth import E2DepthSequence
from depthanyevent_ros.datasets.sequence import EventSequence
from depthanyevent_ros.datasets.views import placing
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.events.tencode import encode_tencode, encode_tencode_voxel, voxel_grid

#: Bins of the voxel grids that the paper's MVSEC figures were made with.
BINS = 5
#: From the index and stamp of a depth map to the image float32 [3, H, W] and its events; None and
#: 0 where the recording does not cover the window.
Read = Callable[[int, int], Tuple[Optional[np.ndarray], int]]


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


def image_reader(sequence: EventSequence, window_ns: int = 50_000_000,
                 encoding: str = 'tencode', view: Optional[str] = None) -> Read:
    """
    Return what reads the image of each depth map.

    :param encoding: of ENCODINGS; E2Depth's files have voxel grids whatever is asked for.
    :param view: raw or rect; None is that of the sequence's depth.
    :raises RecordingError: if there are no events.
    """
    if isinstance(sequence, E2DepthSequence):
        return voxel_images(sequence)
    return event_images(sequence, window_ns, encoding, view or sequence.depths.frame)


def event_images(sequence: EventSequence, window_ns: int, encoding: str, view: str) -> Read:
    """Return what makes the image of the events before a stamp."""
    if sequence.t_first_ns is None:
        raise RecordingError(f'{sequence.path} has no events')
    place, encode = placing(sequence, view), ENCODINGS[encoding]

    def read(index: int, stamp_ns: int):
        start_ns = stamp_ns - window_ns
        if not is_covered(sequence, start_ns, stamp_ns):
            return None, 0
        events = sequence.events_between(start_ns, stamp_ns)
        return encode(events, *place(events), sequence.height, sequence.width), len(events)
    return read


def voxel_images(sequence: E2DepthSequence) -> Read:
    """Return what makes the image of the stored voxel grid that is nearest to a stamp."""
    def read(index: int, stamp_ns: int):
        grid = sequence.voxel_at(stamp_ns)
        return encode_tencode_voxel(grid), int(np.abs(grid).sum())
    return read


def is_covered(sequence: EventSequence, start_ns: int, end_ns: int) -> bool:
    """
    Tell whether at least half of a window lies within the events of a sequence that has some.

    The first depth maps of DSEC and MVSEC have no or few events before them.
    """
    return sequence.t_first_ns <= (start_ns + end_ns) // 2 <= sequence.t_last_ns
