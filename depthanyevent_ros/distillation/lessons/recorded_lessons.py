# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lessons from what was recorded, in order of time: files of windows, data sets and bags."""

from dataclasses import replace
from typing import Callable, Dict, Iterator, Optional

import numpy as np

from depthanyevent_ros.datasets.sequence import event_blocks, EventSequence, FrameSeries
from depthanyevent_ros.datasets.views import moving, placing
from depthanyevent_ros.distillation.lessons.frame_quality import FrameQuality
from depthanyevent_ros.distillation.lessons.frames import GreyReader
from depthanyevent_ros.distillation.lessons.lesson_maker import LessonMaker
from depthanyevent_ros.distillation.lessons.lesson_view import masked
from depthanyevent_ros.distillation.lessons.seen_labels import pack_label
from depthanyevent_ros.distillation.protocol import Label, Lesson, TRUE
from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.pipeline.view import make_view
from depthanyevent_ros.training.windows_file import WindowsFile

#: What a teacher is here: from a grey frame, uint8 [H, W], to a label of its size.
See = Callable[[np.ndarray], Label]
#: Metres: what is farther, the sky included, is taught as this far, as in training/targets.py;
#: nearer than the least is nothing true.
FAR_M, NEAR_M = 80.0, 0.05
WINDOW_NS = 50_000_000
#: By type and number of dimensions: the encodings that data sets give frames in.
_ENCODINGS = {('u1', 2): 'mono8', ('u2', 2): 'mono16', ('u1', 3): 'bgr8', ('u2', 3): 'bgr16'}


def true_label(depth_m: np.ndarray, far_m: float = FAR_M) -> Label:
    """Return the label of true depth, [H, W], m, +inf for the sky, NaN unknown."""
    known = depth_m > NEAR_M                    # false for NaN
    depth_m = np.where(known, np.minimum(depth_m, far_m), np.nan).astype(np.float32)
    return Label(depth_m, known.astype(np.float32))


def lessons_of_windows(file: WindowsFile, n_windows: int, see: Optional[See] = None,
                       kind: str = TRUE, step: Optional[int] = None) -> Iterator[Lesson]:
    """
    Yield lessons of consecutive windows of a file of training windows, labelled at all of them.

    A stretch with a gap in its stamps is passed over. The file does not say how far a frame is
    from its window's end (in simulated ones up to 20 ms): with a teacher ``residual_ns`` is empty.

    :param see: labels the frames; without it the labels are the true depth.
    :param kind: of the labels; :param step: windows from lesson to lesson, n_windows if None.
    :raises MalformedInput: 'no_frames' if frames are to be labelled and there are none.
    """
    if see is not None and not file.has_frames:
        raise MalformedInput('no_frames', f'{file.path} has no frames for a teacher')
    start = 0
    while start + n_windows <= len(file):
        stored = file.read_stored(start, n_windows)
        gaps = np.flatnonzero(np.diff(stored['stamp_ns']) != file.window_us * 1000)
        if len(gaps):
            start += int(gaps[-1]) + 1
            continue
        start += step or n_windows
        lesson = lesson_of(stored, see, kind)
        if lesson is not None:
            yield replace(lesson, origin=str(file.path))


def lessons_of_sequence(sequence: EventSequence, maker: LessonMaker, see: Optional[See] = None,
                        view: str = 'raw', middle_ns: int = 0, every_ns: int = 0,
                        quality: Optional[FrameQuality] = FrameQuality()) -> Iterator[Lesson]:
    """
    Yield the lessons of a sequence in order of time; one block of events is read at a time.

    :param maker: of the sequence's size; its ``counts`` get the frames that are refused, by cause,
        too.
    :param see: labels the frames; without it the labels are the true depth at its own stamps.
    :param view: of the labels, raw or rect; events and frames are moved there.
    :param middle_ns: from the stamp of a frame to the middle of its exposure, where the sequence
        does not know it.
    :param every_ns: the least time from one label to the next.
    :param quality: what a frame must have, None for anything.
    :raises MalformedInput: 'no_frames' or 'no_depth' where there is nothing to label or learn.
    """
    series = sequence.frames if see is not None else next(
        (depths for depths in (sequence.depths, sequence.depths_rect)
         if depths and depths.frame == view), None)
    if not series:
        raise MalformedInput('no_depth' if see is None else 'no_frames', f'{sequence.path} has no '
                             + (f'depth in the {view} view' if see is None else 'frames'))
    read = _TrueDepth(series) if see is None else _Frames(sequence, maker.counts, see, view,
                                                          quality)
    feed, next_ns = _Feeder(sequence, maker, view), None
    known_ns = series.middles_ns if isinstance(series, FrameSeries) else None
    stamps_ns = series.stamps_ns + middle_ns if known_ns is None else known_ns
    for index, stamp_ns in enumerate(stamps_ns.tolist()):
        if next_ns is not None and stamp_ns < next_ns:
            continue
        end_ns = stamp_ns - maker.frame_offset_ns
        if not feed.up_to(end_ns):
            return
        label = read.label(index, maker.memory.count(end_ns - WINDOW_NS, end_ns))
        if label is not None:
            next_ns = stamp_ns + every_ns
            maker.add_label(stamp_ns, label)
            lesson = maker.next_lesson()
            if lesson is not None:
                yield replace(lesson, origin=f'{sequence.path} {lesson.origin}')


class _Feeder:
    """Gives a maker the events of a sequence, block by block."""

    def __init__(self, sequence, maker, view):
        self._place, self._blocks = placing(sequence, view), event_blocks(sequence)
        self._maker = maker

    def up_to(self, end_ns) -> bool:
        """Feed until an event at or after a time has arrived; False if there is none."""
        memory = self._maker.memory
        while memory.newest_ns is None or memory.newest_ns < end_ns:
            block = next(self._blocks, None)
            if block is None:
                return False
            self._maker.add_events(make_events(*self._place(block), block['t_ns'], block['p']))
        return True


class _TrueDepth:
    """The labels of true depth."""

    def __init__(self, depths):
        self._depths = depths

    def label(self, index, n_events) -> Label:
        return true_label(self._depths.read(index))


class _Frames:
    """The labels of frames that are good enough; the others are counted."""

    def __init__(self, sequence, counts, see, view, quality):
        self._frames, self._size = sequence.frames, (sequence.height, sequence.width)
        self._counts, self._see, self._quality = counts, see, quality
        self._reader = GreyReader()
        self._move = self._mask = None
        if view == 'rect' and sequence.camera is not None:
            camera, size = sequence.camera, (sequence.width, sequence.height)
            self._move = moving(camera, *size)
            self._mask = make_view(camera, True, *size)[1]

    def label(self, index, n_events) -> Optional[Label]:
        frame = np.asarray(self._frames.read(index))
        encoding = _ENCODINGS.get((frame.dtype.str[1:], frame.ndim), str(frame.dtype))
        try:
            grey = self._reader.read(frame, encoding)
        except MalformedInput as error:
            self._counts[error.cause] += 1
            return None
        why_not = 'frame_size' if grey.shape != self._size else \
            None if self._quality is None else self._quality.why_not(grey, n_events)
        if why_not is not None:
            self._counts[why_not] += 1
            return None
        if self._move is None:
            return self._see(grey)
        return masked(self._see(self._move(grey)), self._mask)


def lesson_of(stored: Dict[str, np.ndarray], see: Optional[See], kind: str) -> Optional[Lesson]:
    """
    Return the lesson of consecutive windows, or None where nothing is known of them.

    :param stored: as ``WindowsFile.read_stored`` returns them; a frame that is all 0 is none.
    :param see: labels the frames; without it the labels are the true depth.
    """
    labels = [true_label(depth.astype(np.float32)) for depth in stored['depth_m']] \
        if see is None else [see(frame) if frame.any() else None for frame in stored['frame']]
    seen = {k: pack_label(0, label, *stored['polarity'].shape[1:])
            for k, label in enumerate(labels) if label is not None}
    at = tuple(k for k, one in seen.items() if one.confidence.any())
    if not at:
        return None
    return Lesson(stored['tencode_age'], stored['polarity'], stored['stamp_ns'], at,
                  np.stack([seen[k].depth for k in at]),
                  np.stack([seen[k].confidence for k in at]), kind,
                  (0,) * len(at) if see is None else ())
