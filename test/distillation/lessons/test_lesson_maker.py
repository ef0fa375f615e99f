# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lessons end where a frame was taken, whatever comes first, and every label left out counts."""

from collections import Counter
from threading import Thread

import numpy as np
import pytest

from depthanyevent_ros.distillation.lessons.lesson_maker import LessonMaker
from depthanyevent_ros.distillation.protocol import INVERSE, Label, METRIC, TRUE
from depthanyevent_ros.errors import ConfigError, MalformedInput
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.events.types import make_events, NO_PIXEL

MS = 1_000_000
H, W = 6, 8


def maker(**changes):
    """Return a maker of lessons of three windows of 50 ms."""
    return LessonMaker(H, W, **{**dict(kind=METRIC, n_windows=3, limit_events=10_000), **changes})


def events_at(times_ms, x=None, y=None, p=None):
    """Return events that go over the picture."""
    k = np.arange(len(times_ms))
    return make_events(k % W if x is None else x, k % H if y is None else y,
                       np.round(np.array(times_ms) * MS), k % 2 if p is None else p)


def label(depth=2.0):
    """Return a label that is the same everywhere."""
    return Label(np.full((H, W), depth, np.float32), np.ones((H, W), np.float32))


def lessons_of(maker):
    """Return all lessons that can be made now."""
    return list(iter(maker.next_lesson, None))


def test_the_last_window_ends_at_the_label():
    """Three windows back to back; what they show is Tencode of exactly their events."""
    events, lessons = events_at(np.arange(0, 300, 2)), maker()
    lessons.add_events(events)
    lessons.add_label(213 * MS, label(4.0))
    lesson = lessons.next_lesson()
    assert (lesson.end_ns / MS).tolist() == [113, 163, 213] and lesson.end_ns.dtype == np.int64
    for k, end_ms in enumerate((113, 163, 213)):
        t_ms = events['t_ns'] / MS
        own = events[(t_ms >= end_ms - 50) & (t_ms < end_ms)]
        image = encode_tencode(own['x'], own['y'], own['t_ns'], own['p'], H, W)
        np.testing.assert_array_equal(lesson.age[k], np.rint(255 * image[1]) * image.any(0))
        np.testing.assert_array_equal(lesson.polarity[k], image[2] + 2 * image[0])
    assert (lesson.at, lesson.kind, lesson.residual_ns) == ((2,), METRIC, (0,))
    np.testing.assert_array_equal(lesson.depth, np.full((1, H, W), 4.0))
    assert lesson.confidence.min() == 255 and lesson.depth.dtype == np.float16
    assert lessons.next_lesson() is None and lessons.counts == {'lessons': 1}


def test_the_window_ends_before_the_event_at_the_label():
    """The end is exclusive, the start is not: three events, each alone in a window."""
    lessons = maker()
    lessons.add_events(events_at([0, 50, 100, 150], x=[0, 1, 2, 3], y=[0, 0, 0, 0]))
    lessons.add_label(150 * MS, label())
    lesson = lessons.next_lesson()
    assert [np.flatnonzero(polarity).tolist() for polarity in lesson.polarity] == [[0], [1], [2]]


def test_events_and_labels_may_come_in_either_order():
    """The same lesson; a label waits until an event at or after it has come."""
    events = events_at(np.arange(0, 300, 2))
    first, second = maker(), maker()
    first.add_events(events)
    first.add_label(200 * MS, label())
    second.add_label(200 * MS, label())
    second.add_events(events[:100])                 # up to 198 ms
    assert second.next_lesson() is None and second.n_waiting == 1
    second.add_events(events[100:101])
    one, other = first.next_lesson(), second.next_lesson()
    np.testing.assert_array_equal(one.age, other.age)
    np.testing.assert_array_equal(one.end_ns, other.end_ns)


def test_other_labels_join_where_they_are_near_a_windows_end():
    """Frames every 48 ms, windows of 50 ms: 2 and 4 ms off, written down."""
    lessons = maker()
    lessons.add_events(events_at(np.arange(0, 400, 2)))
    for k, stamp_ms in enumerate((204, 252, 300)):
        lessons.add_label(stamp_ms * MS, label(1.0 + k))
    lesson = lessons_of(lessons)[-1]
    assert (lesson.end_ns / MS).tolist() == [200, 250, 300] and lesson.at == (0, 1, 2)
    assert lesson.residual_ns == (4 * MS, 2 * MS, 0)
    assert lesson.depth[:, 0, 0].tolist() == [1, 2, 3]
    strict = maker(tolerance_ns=2 * MS)
    strict.add_events(events_at(np.arange(0, 400, 2)))
    for stamp_ms in (204, 252, 300):
        strict.add_label(stamp_ms * MS, label())
    assert [lesson.at for lesson in lessons_of(strict)] == [(2,), (1, 2), (1, 2)]


def test_each_label_has_its_lesson_oldest_first():
    """Whatever the order in which the teacher answers."""
    lessons = maker()
    for stamp_ms in (260, 200, 230):
        lessons.add_label(stamp_ms * MS, label())
    lessons.add_events(events_at(np.arange(0, 250, 2)))
    assert [lesson.end_ns[-1] // MS for lesson in lessons_of(lessons)] == [200, 230]
    lessons.add_events(events_at([260]))
    assert [lesson.end_ns[-1] // MS for lesson in lessons_of(lessons)] == [260]


def test_late_stamps_are_put_right():
    """Stamps that are 40 ms late: the frame belongs to the window that ended 40 ms before."""
    lessons = maker(frame_offset_ns=40 * MS)
    lessons.add_events(events_at(np.arange(0, 300, 2)))
    lessons.add_label(240 * MS, label())
    assert lessons.next_lesson().end_ns[-1] == 200 * MS


def test_what_the_memory_does_not_cover_is_refused():
    """Before the first event, and after the oldest were dropped for newer ones."""
    lessons = maker()
    lessons.add_events(events_at(np.arange(100, 300, 2)))
    lessons.add_label(249 * MS, label())
    assert lessons.next_lesson() is None and lessons.counts == {'not_covered': 1}
    lessons.add_label(250 * MS, label())
    assert lessons.next_lesson() is not None
    small = maker(limit_events=50)
    small.add_events(events_at(np.arange(0, 300, 2)))
    small.add_label(250 * MS, label())
    assert small.next_lesson() is None and small.counts == {'not_covered': 1}
    assert small.memory.counts == {'oldest': 100}


def test_a_label_without_its_own_lesson_still_joins_one():
    """Its events were not covered as a whole; those of the next lesson are."""
    lessons = maker()
    lessons.add_events(events_at(np.arange(100, 300, 2)))
    lessons.add_label(200 * MS, label(3.0))
    lessons.add_label(250 * MS, label(4.0))
    (lesson,) = lessons_of(lessons)
    assert lesson.at == (1, 2) and lesson.depth[:, 0, 0].tolist() == [3, 4]


def test_a_still_scene_gives_empty_windows():
    """No event in a window is an answer too, not a fault."""
    lessons = maker()
    lessons.add_events(events_at([0, 300]))
    lessons.add_label(200 * MS, label())
    lesson = lessons.next_lesson()
    assert not lesson.age.any() and not lesson.polarity.any()


def test_equal_stamps_are_drawn_without_a_division_by_zero():
    """All events of a window at one time: the newest one of each pixel, age 255."""
    lessons = maker()
    lessons.add_events(events_at([0, 160, 160, 160, 200], x=[0, 1, 1, 2, 0], y=[0] * 5,
                                 p=[1, 1, 0, 1, 1]))
    lessons.add_label(200 * MS, label())
    lesson = lessons.next_lesson()
    assert lesson.polarity[2, 0, :4].tolist() == [0, 1, 2, 0]
    assert lesson.age[2, 0, :4].tolist() == [0, 255, 255, 0]


def test_unsorted_events_are_drawn_in_order():
    """The pixel shows its newest event, not the one that came last."""
    lessons = maker()
    lessons.add_events(events_at([0, 180, 175, 200], x=[0, 1, 1, 0], y=[0] * 4, p=[1, 1, 0, 1]))
    lessons.add_label(200 * MS, label())
    assert lessons.next_lesson().polarity[2, 0, 1] == 2


def test_events_outside_the_picture_are_nowhere():
    """Beyond the last column or row, and in no pixel of the view."""
    lessons = maker()
    lessons.add_events(events_at([0, 160, 161, 162, 200], x=[0, W, 0, NO_PIXEL, 0],
                                 y=[0, 0, H, NO_PIXEL, 0]))
    lessons.add_label(200 * MS, label())
    assert not lessons.next_lesson().polarity.any()


def test_labels_without_events_are_counted_as_that():
    """An event topic that is silent: the oldest labels go."""
    lessons = maker(max_waiting=2)
    for stamp_ms in (10, 20, 30, 40, 50):
        lessons.add_label(stamp_ms * MS, label())
    assert lessons.counts == {'no_events_yet': 3} and lessons.n_waiting == 2


def test_labels_that_come_faster_than_events_are_counted_as_that():
    """Events are there but lag behind."""
    lessons = maker(max_waiting=2)
    lessons.add_events(events_at([0, 10]))
    for stamp_ms in (200, 210, 220):
        lessons.add_label(stamp_ms * MS, label())
    assert lessons.counts == {'too_many_waiting': 1}
    lessons.add_events(events_at(np.arange(20, 300, 2)))
    assert [lesson.end_ns[-1] // MS for lesson in lessons_of(lessons)] == [210, 220]


def test_a_label_of_another_clock_does_not_wait_for_ever():
    """Host time on frames, sensor time on events."""
    lessons = maker()
    lessons.add_events(events_at([0, 10]))
    lessons.add_label(1_700_000_000_000 * MS, label())
    lessons.add_label(1010 * MS, label())
    assert lessons.counts == {'ahead_of_events': 1} and lessons.n_waiting == 1


def test_a_jump_back_forgets_the_labels_of_the_time_before():
    """A bag that begins again: no lesson mixes events and labels of two rounds."""
    lessons = maker()
    lessons.add_events(events_at(np.arange(0, 1000, 2)))
    lessons.add_label(990 * MS, label())
    lessons.add_label(1040 * MS, label(9.0))
    assert lessons.next_lesson() is not None
    lessons.add_events(events_at(np.arange(0, 300, 2)))
    assert lessons.counts == {'lessons': 1, 'jump_back': 1} and lessons.n_waiting == 0
    lessons.add_label(200 * MS, label())
    lesson = lessons.next_lesson()
    assert lesson.at == (2,) and lesson.end_ns[-1] == 200 * MS


def test_a_gap_in_the_events_is_in_no_lesson():
    """After more than 1 s without events the state begins anew, so windows before do not count."""
    lessons = maker()
    lessons.add_events(events_at([*np.arange(0, 300, 2), *np.arange(2000, 2300, 2)]))
    for stamp_ms in (200, 2100, 2200):
        lessons.add_label(stamp_ms * MS, label())
    (lesson,) = lessons_of(lessons)
    assert lesson.end_ns[-1] == 2200 * MS and lessons.counts['not_covered'] == 2


def test_a_reset_forgets_all_that_depends_on_time():
    """Events, labels that wait and labels that could join; what was counted stays."""
    lessons = maker()
    lessons.add_events(events_at(np.arange(0, 300, 2)))
    lessons.add_label(200 * MS, label())
    lessons.add_label(400 * MS, label())
    lessons.reset('asked')
    assert (lessons.n_waiting, len(lessons.memory)) == (0, 0)
    assert lessons.counts == {'asked': 2} and lessons.resets == {'asked': 1}
    lessons.add_events(events_at(np.arange(0, 300, 2)))
    lessons.add_label(250 * MS, label())
    assert lessons.next_lesson().at == (2,)


def test_labels_of_nothing_and_labels_that_were_there_are_counted():
    """A teacher that is sure of no pixel; a frame that was sent twice."""
    lessons = maker()
    lessons.add_label(10 * MS, label(np.nan))
    lessons.add_label(20 * MS, label())
    lessons.add_label(20 * MS, label())
    assert lessons.counts == {'nothing_known': 1, 'repeated': 1} and lessons.n_waiting == 1


def test_a_label_of_another_size_is_refused():
    """It changes nothing."""
    lessons = maker()
    with pytest.raises(MalformedInput) as error:
        lessons.add_label(0, Label(*np.ones((2, H, W + 1), np.float32)))
    assert error.value.cause == 'label_size' and lessons.n_waiting == 0


@pytest.mark.parametrize('changes, word', [
    (dict(kind='disparity'), 'disparity'), (dict(n_windows=0), 'n_windows'),
    (dict(window_ns=0), 'window_ns'), (dict(tolerance_ns=25 * MS + 1), 'tolerance_ns'),
    (dict(tolerance_ns=-1), 'tolerance_ns'), (dict(limit_events=0), 'memory'),
    (dict(max_waiting=0), 'max_waiting')])
def test_values_out_of_range_are_refused_by_name(changes, word):
    """One sentence, with the word."""
    with pytest.raises(ConfigError, match=word):
        maker(**changes)


@pytest.mark.parametrize('kind', [METRIC, INVERSE, TRUE])
def test_the_kind_is_handed_on(kind):
    """And no other thing is done with it."""
    lessons = maker(kind=kind)
    lessons.add_events(events_at(np.arange(0, 300, 2)))
    lessons.add_label(200 * MS, label())
    assert lessons.next_lesson().kind == kind


def test_labels_are_bounded():
    """However long it runs."""
    lessons = maker()
    for k in range(2000):
        lessons.add_events(events_at(np.arange(10 * k, 10 * k + 10)))
        lessons.add_label((10 * k + 5) * MS, label())
        lessons.next_lesson()
    assert len(lessons._recent) <= 20 and lessons.n_waiting <= 8
    assert len(lessons.memory) == 10_000


def test_three_threads_may_use_it():
    """Events, labels and lessons at the same time: every label is counted once."""
    lessons, made = maker(max_waiting=50), []

    def feed():
        for k in range(400):
            lessons.add_events(events_at(np.arange(10 * k, 10 * k + 10)))

    def teach():
        for k in range(400):
            lessons.add_label((10 * k + 5) * MS, label())
    threads = [Thread(target=target) for target in (feed, teach)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        made += lessons_of(lessons)
    made += lessons_of(lessons)
    counts = Counter(lessons.counts)
    assert counts.pop('lessons') == len(made)
    assert len(made) + sum(counts.values()) + lessons.n_waiting == 400
    assert all((np.diff(lesson.end_ns) == 50 * MS).all() for lesson in made)
