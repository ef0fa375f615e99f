# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings become lessons in order of time, from frames with a teacher or from true depth."""

import numpy as np
import pytest

from depthanyevent_ros.datasets.sequence import DepthSeries, FrameSeries, SequenceBase
from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.distillation.lessons.lesson_maker import LessonMaker
from depthanyevent_ros.distillation.lessons.recorded_lessons import (
    lessons_of_sequence, lessons_of_windows, true_label)
from depthanyevent_ros.distillation.protocol import INVERSE, Label, METRIC, TRUE
from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.training.windows_file import WindowsFile, write_windows

MS = 1_000_000
W, H = 32, 24
N = 300_000                                         # more than two blocks; 1 s
EVENTS = make_events(np.arange(N) // 7 % W, np.arange(N) // 5 % H,
                     np.arange(N) * (1000 * MS // N), np.arange(N) % 3 == 0)
ANY = dict(quality=None)


class Reader(SequenceBase):
    """A sequence of 1 s: frames every 40 ms, k grey each; depth every 50 ms, k metres each."""

    def __init__(self, camera=None, frame=None):
        super().__init__('made up')
        self.width, self.height, self.n_events, self.camera = W, H, len(EVENTS), camera
        self.t_first_ns, self.t_last_ns = 0, int(EVENTS['t_ns'][-1])
        self.depths = DepthSeries(np.arange(20) * 50 * MS,
                                  lambda k: np.full((H, W), k, np.float32), 'raw')
        self.frames = FrameSeries(np.arange(25) * 40 * MS, frame or (
            lambda k: np.full((H, W), k + 1, np.uint8)))
        self.read = []

    def events_by_index(self, start, stop):
        """Return events by index, and note which."""
        self.read.append((start, stop))
        return EVENTS[start:stop]


def see(grey):
    """Return a label as deep as the frame is bright."""
    return Label(grey.astype(np.float32), np.ones(grey.shape, np.float32))


def maker(kind=METRIC, **changes):
    """Return a maker of lessons of four windows."""
    return LessonMaker(H, W, kind, n_windows=4, **changes)


def ends_ms(lessons):
    """Return when lessons end."""
    return [int(lesson.end_ns[-1]) / MS for lesson in lessons]


def test_frames_become_lessons_in_order():
    """The first 200 ms are not covered; each lesson has the label of its own frame."""
    one = maker()
    lessons = list(lessons_of_sequence(Reader(), one, see, **ANY))
    assert ends_ms(lessons) == list(range(200, 1000, 40))
    assert [lesson.depth[-1, 0, 0] for lesson in lessons] == list(range(6, 26))
    # 40 and 50 ms meet every 200: where a lesson begins. 160 is 10 ms off, 80 and 120 are 20.
    assert {lesson.at for lesson in lessons} == {(3,)} and lessons[0].kind == METRIC
    assert one.counts == {'lessons': 20, 'not_covered': 5}
    wide = list(lessons_of_sequence(Reader(), maker(tolerance_ns=10 * MS), see, **ANY))
    assert wide[-1].at == (0, 2, 3) and wide[-1].residual_ns == (-10 * MS, 10 * MS, 0)


def test_windows_show_the_events_of_their_time():
    """Against Tencode of the events themselves, across the border of two blocks."""
    lesson = list(lessons_of_sequence(Reader(), maker(), see, **ANY))[10]
    for k, end_ns in enumerate(lesson.end_ns.tolist()):
        own = EVENTS[(EVENTS['t_ns'] >= end_ns - 50 * MS) & (EVENTS['t_ns'] < end_ns)]
        image = encode_tencode(own['x'], own['y'], own['t_ns'], own['p'], H, W)
        np.testing.assert_array_equal(lesson.polarity[k], image[2] + 2 * image[0])
        np.testing.assert_array_equal(lesson.age[k], np.rint(image[1] * 255) * image.any(0))


def test_events_are_read_once_and_no_farther_than_needed():
    """Block by block, and not beyond the frame that is wanted."""
    reader = Reader()
    lessons = lessons_of_sequence(reader, maker(), see, **ANY)
    next(lessons)
    assert reader.read == [(0, 131072)]
    list(lessons)
    assert reader.read == [(0, 131072), (131072, 262144), (262144, N)]


def test_frames_may_be_labelled_less_often():
    """A label every 100 ms at most, from frames every 40: every third one."""
    lessons = lessons_of_sequence(Reader(), maker(), see, every_ns=100 * MS, **ANY)
    assert ends_ms(lessons) == [240, 360, 480, 600, 720, 840, 960]


def test_labels_more_than_a_second_apart_are_not_taken_for_another_clock():
    """The events are there before the label is."""
    reader, one = Reader(), maker()
    reader.frames = FrameSeries(np.array([0, 3]) * 300 * MS, lambda k: np.ones((H, W), np.uint8))
    assert ends_ms(lessons_of_sequence(reader, one, see, **ANY)) == [900]
    assert one.counts['ahead_of_events'] == 0


def test_stamps_are_moved_to_the_middle_of_the_exposure_and_put_right():
    """Exposures of 20 ms from the stamp on; a clock that is 100 ms late."""
    lessons = lessons_of_sequence(Reader(), maker(frame_offset_ns=100 * MS), see,
                                  middle_ns=10 * MS, **ANY)
    assert ends_ms(lessons)[:3] == [230, 270, 310]


def test_the_middles_of_exposures_that_were_recorded_are_believed():
    """They change from frame to frame; what a user says of all is for those who know nothing."""
    reader = Reader()
    stamps_ns = reader.frames.stamps_ns
    middles_ns = stamps_ns + np.arange(len(stamps_ns)) * MS
    reader.frames = FrameSeries(stamps_ns, reader.frames.read, middles_ns)
    known, said = (ends_ms(lessons_of_sequence(reader, maker(), see, middle_ns=ns, **ANY))
                   for ns in (0, 10 * MS))
    assert known == said
    assert set(np.array(known) * MS) <= set(middles_ns.tolist()) and len(known) > 3


def test_frames_that_are_not_good_enough_are_counted():
    """Grey ones without anything are black or flat; none has a lesson."""
    one = maker()
    assert not list(lessons_of_sequence(Reader(), one, see))
    assert one.counts == {'black': 7, 'flat': 18}


def test_good_frames_before_few_events_are_counted():
    """A quarter of the pixels must have had an event here."""
    from depthanyevent_ros.distillation.lessons.frame_quality import FrameQuality
    board = np.kron(np.indices((3, 4)).sum(0) % 2, np.ones((8, 8))).astype(np.uint8) * 150 + 20
    one = maker()
    lessons = lessons_of_sequence(Reader(frame=lambda k: board), one, see,
                                  quality=FrameQuality(events_per_pixel=50_000 / (H * W)))
    assert not list(lessons) and one.counts == {'few_events': 25}
    lessons = lessons_of_sequence(Reader(frame=lambda k: board), maker(), see)
    assert len(list(lessons)) == 20


@pytest.mark.parametrize('frame, cause', [
    (np.zeros((H, W + 1), np.uint8), 'frame_size'), (np.zeros((H, W, 4), np.uint8), 'image_size'),
    (np.zeros((H, W), np.float32), 'unknown_image_encoding'),
    (np.zeros((0, 0), np.uint8), 'image_size')])
def test_frames_that_cannot_be_read_are_counted(frame, cause):
    """One bad frame is no end of a recording."""
    one = maker()
    assert not list(lessons_of_sequence(Reader(frame=lambda k: frame), one, see, **ANY))
    assert one.counts == {cause: 25}


def test_colour_and_sixteen_bits_are_read():
    """What data sets and bags have."""
    colour = Reader(frame=lambda k: np.full((H, W, 3), (0, 0, 255), np.uint8))
    assert next(lessons_of_sequence(colour, maker(), see, **ANY)).depth.max() == 76     # red
    deep = Reader(frame=lambda k: np.full((H, W), 65535, np.uint16))
    assert next(lessons_of_sequence(deep, maker(), see, **ANY)).depth.max() == 255


def test_events_and_frames_go_into_the_rectified_view():
    """The principal point moves 2.5 px to the right; events are truncated, frames interpolated."""
    k, p = [20, 0, 15, 0, 20, 11, 0, 0, 1], [20, 0, 17.5, 0, 0, 20, 11.5, 0, 0, 0, 1, 0]
    camera = CameraModel.from_values(W, H, k, [0] * 5, 'plumb_bob', None, p)
    ramp = np.tile(np.arange(W) * 4 + 4, (H, 1)).astype(np.uint8)
    raw, rectified = (next(lessons_of_sequence(Reader(camera, lambda k: ramp), maker(), see, view,
                                               **ANY)) for view in ('raw', 'rect'))
    np.testing.assert_array_equal(rectified.polarity[..., 2:], raw.polarity[..., :-2])
    assert not rectified.polarity[..., :2].any()
    np.testing.assert_array_equal(rectified.depth[0, 1:, 3:], raw.depth[0, 1:, 3:] - 10)
    # Of the first columns the left one lies 2.5 px beside the sensor: nothing is known there.
    assert not rectified.confidence[0, :, :2].any() and rectified.confidence[0, 1:, 3:].all()


def test_true_depth_is_a_label_at_every_window():
    """At 50 ms both meet: all four windows have theirs, with no residual."""
    lessons = list(lessons_of_sequence(Reader(), maker(TRUE)))
    assert ends_ms(lessons) == list(range(200, 1000, 50))
    assert lessons[0].at == (0, 1, 2, 3) and lessons[0].residual_ns == (0,) * 4
    assert lessons[0].depth[:, 0, 0].tolist() == [1, 2, 3, 4] and lessons[0].kind == TRUE


def test_true_depth_has_its_own_limits():
    """The sky is as far as in training; nearer than 5 cm and NaN are unknown."""
    label = true_label(np.array([[0.0, 0.04, np.nan, -1], [1, 79, 100, np.inf]], np.float32))
    np.testing.assert_array_equal(label.depth, [[np.nan] * 4, [1, 79, 80, 80]])
    np.testing.assert_array_equal(label.confidence, [[0] * 4, [1] * 4])


def test_a_sequence_without_frames_or_depth_is_refused():
    """With a cause; depth in the other view is none."""
    reader = Reader()
    with pytest.raises(MalformedInput, match='no depth in the rect view'):
        next(lessons_of_sequence(reader, maker(TRUE), view='rect'))
    reader.frames = None
    with pytest.raises(MalformedInput) as error:
        next(lessons_of_sequence(reader, maker(), see))
    assert error.value.cause == 'no_frames'


def test_a_sequence_without_events_gives_nothing():
    """And does not go round for ever."""
    reader = Reader()
    reader.n_events = 0
    assert not list(lessons_of_sequence(reader, maker(), see, **ANY))


@pytest.fixture
def windows(tmp_path):
    """Return a function that writes a file with windows that end at these times."""
    def write(stamps_ms, with_frames=True, black=()):
        with write_windows(tmp_path / 'a.h5', H, W, kind='room', motion='walk', seed=1, fx=1,
                           fy=1, cx=1, cy=1, with_frames=with_frames) as writer:
            for k, stamp_ms in enumerate(stamps_ms):
                own = EVENTS[k * 1000:k * 1000 + 1000]
                image = encode_tencode(own['x'], own['y'], own['t_ns'], own['p'], H, W)
                depth_m = np.full((H, W), np.nan if k == 1 else k + 1)
                writer.append(image, depth_m, stamp_ms * MS, 1000,
                              np.full((H, W), 0 if k in black else 10 * (k + 1), np.uint8))
        return WindowsFile(tmp_path / 'a.h5')
    return write


def test_a_file_of_windows_becomes_lessons(windows):
    """Whole lessons only; windows as they are stored, labels where something is known."""
    file = windows(range(50, 600, 50))                  # 11 windows
    lessons = list(lessons_of_windows(file, 4))
    assert ends_ms(lessons) == [200, 400] and lessons[0].kind == TRUE
    assert lessons[0].at == (0, 2, 3) and lessons[1].at == (0, 1, 2, 3)
    assert lessons[0].depth[:, 0, 0].tolist() == [1, 3, 4] and lessons[0].residual_ns == (0,) * 3
    stored = file.read_stored(4, 4)
    np.testing.assert_array_equal(lessons[1].age, stored['tencode_age'])
    np.testing.assert_array_equal(lessons[1].polarity, stored['polarity'])
    assert len(list(lessons_of_windows(file, 4, step=1))) == 8


def test_the_frames_of_a_file_are_labelled(windows):
    """Black ones, where no frame was near, have no label; their residual is not known."""
    file = windows(range(50, 450, 50), black=(2, 4, 5, 6, 7))
    (lesson,) = lessons_of_windows(file, 4, see, INVERSE)
    assert lesson.at == (0, 1, 3) and lesson.depth[:, 0, 0].tolist() == [10, 20, 40]
    assert lesson.kind == INVERSE and lesson.residual_ns == ()


def test_a_gap_between_windows_is_in_no_lesson(windows):
    """Windows at data sets' own stamps may lie anywhere."""
    file = windows([50, 100, 150, 250, 300, 350, 400, 450])
    assert [(lesson.end_ns / MS).tolist() for lesson in lessons_of_windows(file, 3)] == [
        [50, 100, 150], [250, 300, 350]]
    assert ends_ms(lessons_of_windows(file, 4)) == [400]
    assert not list(lessons_of_windows(file, 6))


def test_a_file_without_frames_is_no_work_for_a_teacher(windows):
    """Refused, with its name."""
    with pytest.raises(MalformedInput, match='a.h5 has no frames'):
        next(lessons_of_windows(windows([50], with_frames=False), 1, see, METRIC))


def test_the_real_recording_gives_lessons(newtons_cradle):
    """13 frames every 40 ms in 0.5 s: the middle of the first five is before 200 ms."""
    from depthanyevent_ros.recordings.open_sequence import open_sequence
    with open_sequence(newtons_cradle) as sequence:
        one = LessonMaker(sequence.height, sequence.width, INVERSE, n_windows=4)
        middles_ns = sequence.frames.stamps_ns + 10 * MS
        lessons = list(lessons_of_sequence(sequence, one, see))
    assert len(lessons) == 8 and one.counts == {'lessons': 8, 'not_covered': 5}
    assert [lesson.end_ns[-1] for lesson in lessons] == middles_ns[5:].tolist()
    assert all((lesson.polarity > 0).any((1, 2)).all() for lesson in lessons)
