# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The last-event map: per pixel the time, polarity and slot of its newest event.

Events are written as they arrive; a picture is one pass over the pixels, whatever the number of
events. The map is never cleared: slots are numbered upwards for ever, and a pixel shows if its
slot is inside the window. Time and mark lie side by side, since one write to the cache per event
is what it costs.
"""

from typing import NamedTuple, Optional

from numba import float32, from_dtype, int64, njit, types, void
import numpy as np

from depthanyevent_ros.events.types import EVENT_DTYPE

#: mark = slot << 1 | polarity; -1 where there never was an event.
CELL_DTYPE = np.dtype([('t_ns', '<i8'), ('mark', '<i8')])
#: What `accumulate` reads and keeps. The last four fields are counters.
STATE_DTYPE = np.dtype([(name, '<i8') for name in (
    'newest_ns', 'floor_ns', 'end_ns', 'left', 'slot', 'first_ns', 'last_ns',
    'max_gap_ns', 'max_back_ns',
    'has_held', 'held_t_ns', 'held_x', 'held_y', 'held_p',
    'late', 'outlier', 'outside_sensor', 'outside_view')])
COUNTERS = STATE_DTYPE.names[-4:]
#: Times at or beyond +-2^62 ns come from damage only; below it no difference overflows.
TIME_LIMIT_NS = 2**62
#: Why `accumulate` returned: events used up; the slot is done; time has jumped.
USED_UP, SLOT_DONE, JUMP = 0, 1, 2
USE, SKIP = 3, 4

_EVENTS = types.Array(from_dtype(EVENT_DTYPE), 1, 'A', readonly=True)
_CELLS = types.Array(from_dtype(CELL_DTYPE), 1, 'C')
_STATE = types.Array(from_dtype(STATE_DTYPE), 1, 'C')
_LUT = types.Array(types.int32, 1, 'C', readonly=True)
_RESULT = types.UniTuple(int64, 2)


class View(NamedTuple):
    """The picture that events are moved to: a lookup table and the size of the result."""

    lut: np.ndarray     #: int32 (sensor H*W,): flat index in the view, -1 outside it
    width: int
    height: int


def make_cells(view_pixels: int) -> np.ndarray:
    """Return an empty map."""
    cells = np.zeros(view_pixels, CELL_DTYPE)
    cells['mark'] = -1
    return cells


@njit(nogil=True)
def _judge(event, s):
    """
    Say whether to use an event, skip it or take it for a jump of time.

    A lone event far from the rest is damage: it is held back until the next one tells. If that
    is nearer to the held one, and near enough, time has jumped; if not, the held one is dropped.
    """
    t, newest = event.t_ns, s.newest_ns
    usable = -TIME_LIMIT_NS < t < TIME_LIMIT_NS
    if s.has_held:
        from_held = t - s.held_t_ns
        if (usable and -s.max_back_ns <= from_held <= s.max_gap_ns
                and abs(from_held) < abs(t - newest)):
            return JUMP
        s.outlier += 1
        s.has_held = 0
    if not usable:
        s.outlier += 1
        return SKIP
    if -s.max_back_ns <= t - newest <= s.max_gap_ns:
        return USE
    s.has_held, s.held_t_ns = 1, t
    s.held_x, s.held_y, s.held_p = event.x, event.y, event.p
    return SKIP


@njit(nogil=True)
def _write(event, width, height, lut, cells, mark):
    """Write one event; return 0, or 1 if it is outside the sensor, or 2 if outside the view."""
    if event.x >= width or event.y >= height:
        return 1
    pixel = np.int64(event.y) * width + np.int64(event.x)
    if lut is not None:
        pixel = np.int64(lut[np.uint64(pixel)])
        if pixel < 0:
            return 2
    cell = cells[np.uint64(pixel)]
    cell.t_ns = event.t_ns
    cell.mark = mark | np.int64(event.p)
    return 0


@njit(nogil=True)
def _write_run(events, at, stop, newest, max_gap, end, width, height, lut, cells, s):
    """Write events while they are in order and in the slot; return where it ended, and when."""
    mark = s.slot << 1
    outside_sensor = outside_view = 0
    while at < stop:
        event = events[np.uint64(at)]
        t = event.t_ns
        if t < newest or t - newest > max_gap or t >= end:
            break
        newest = t
        outside = _write(event, width, height, lut, cells, mark)
        outside_sensor += outside == 1
        outside_view += outside == 2
        at += 1
    s.outside_sensor += outside_sensor
    s.outside_view += outside_view
    return at, newest


@njit([_RESULT(_EVENTS, int64, int64, int64, types.none, _CELLS, _STATE),
       _RESULT(_EVENTS, int64, int64, int64, _LUT, _CELLS, _STATE)], cache=True, nogil=True)
def accumulate(events, at, width, height, lut, cells, state):
    """
    Write events from index ``at`` on until they are used up, the slot is done or time jumps.

    :returns: the index to go on from, and why it stopped.
    """
    s = state[0]
    while at < len(events):
        if not s.has_held and s.newest_ns >= s.floor_ns:
            begin, begin_ns = at, events[at].t_ns
            stop = min(len(events), at + s.left)
            at, s.newest_ns = _write_run(events, at, stop, s.newest_ns, s.max_gap_ns, s.end_ns,
                                         width, height, lut, cells, s)
            if at > begin:
                s.left -= at - begin
                s.first_ns = min(s.first_ns, begin_ns)
                s.last_ns = max(s.last_ns, s.newest_ns)
                if s.left == 0:
                    return at, SLOT_DONE
                continue
        # One event that is out of order, beyond the slot, too early, or far from the others.
        event = events[at]
        t = event.t_ns
        verdict = _judge(event, s)
        if verdict == JUMP:
            return at, JUMP
        if verdict == USE and t >= s.end_ns:
            return at, SLOT_DONE
        at += 1
        if verdict == USE and t < s.floor_ns:
            s.late += 1
        elif verdict == USE:
            outside = _write(event, width, height, lut, cells, s.slot << 1)
            s.outside_sensor += outside == 1
            s.outside_view += outside == 2
            s.newest_ns = max(s.newest_ns, t)
            s.first_ns, s.last_ns = min(s.first_ns, t), max(s.last_ns, t)
            s.left -= 1
            if s.left == 0:
                return at, SLOT_DONE
    return at, USED_UP


@njit(void(_CELLS, int64, int64, int64, types.Array(float32, 2, 'C')), cache=True, nogil=True)
def render_cells(cells, oldest_slot, first_ns, last_ns, image):
    """
    Write the Tencode picture of the slots from ``oldest_slot`` on into ``image`` [3, H*W].

    The arithmetic is that of `tencode.recency`, operation by operation.
    """
    oldest_mark = oldest_slot << 1
    span = float(last_ns - first_ns) if last_ns > first_ns else 1.0
    zero, one = np.float32(0), np.float32(1)
    for pixel in range(len(cells)):
        mark = cells[pixel].mark
        brighter = np.float32(mark & 1)
        green = np.float32(1.0 - float(cells[pixel].t_ns - first_ns) / span)
        shown = mark >= oldest_mark         # selected, not branched on: this becomes SIMD code
        image[0, pixel] = brighter if shown else zero
        image[1, pixel] = green if shown else zero
        image[2, pixel] = one - brighter if shown else zero


def check_view(view: Optional[View], width: int, height: int):
    """Refuse a lookup table that would write outside the view."""
    if view is not None:
        if view.lut.shape != (width * height,) or view.lut.dtype != np.int32:
            raise ValueError(f'the lookup table must be int32 ({width * height},), not '
                             f'{view.lut.dtype} {view.lut.shape}')
        if view.lut.max() >= view.width * view.height:
            raise ValueError('the lookup table points outside the view')
