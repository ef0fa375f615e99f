# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The teacher node's work without a node: which frames are used, and what ends it."""

from collections import Counter, deque
from pathlib import Path
import time
from types import SimpleNamespace

import numpy as np
import pytest

from depthanyevent_ros.cli.node_settings import parameters_of_file
from depthanyevent_ros.distillation import labour as module, school
from depthanyevent_ros.distillation.assembly import make_plan
from depthanyevent_ros.distillation.labour import Labour
from depthanyevent_ros.distillation.lessons.cadence import Cadence, CadencePlan
from depthanyevent_ros.distillation.lessons.frame_desk import MAX_FRAMES
from depthanyevent_ros.distillation.lessons.lesson_view import LessonView
from depthanyevent_ros.distillation.plan import ADAPTING, DistillPlan, Event, OFF, PROMOTED
from depthanyevent_ros.distillation.plan import ROLLED_BACK
from depthanyevent_ros.distillation.protocol import Label, METRIC
from depthanyevent_ros.distillation.teachers.confidence import Judged
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.parameters import load_spec, make_settings

HEIGHT, WIDTH, MS = 48, 64, 1_000_000
LATE_S = 20
QUICK = {'adapt': True, 'pairs.window_ms': 10.0, 'pairs.n_windows': 3, 'threads': 0,
         'frames.find_offset': False, 'spare_time': False}      # the machine may be busy


class PuppetDistiller:
    """Takes lessons and learns nothing; ``events`` are the test's."""

    def __init__(self):
        self.state, self.version, self.lessons, self.wishes = OFF, 0, [], []
        self.cadence, self.events, self.is_busy = Cadence(CadencePlan(1, 1)), deque(), False
        self.fault, self.frozen = None, True
        self.begins_with = Event(OFF, 0, 'as it was')
        self.in_use = SimpleNamespace(former_version=2)

    def adapt(self):
        """Begin."""
        self.state, self.frozen = ADAPTING, False

    def freeze(self):
        """End."""
        self.state, self.frozen = OFF, True

    def roll_back(self, why, to):
        """Remember."""
        self.wishes.append((why, to))

    def add(self, lesson):
        """Keep."""
        self.lessons.append(lesson)

    def work(self):
        """Do nothing, or fail."""
        if self.fault:
            raise self.fault
        return False


class PuppetTeacher:
    """Sees the same everywhere; ``disagreement`` is the test's."""

    name, kind, licence = 'puppet', METRIC, 'none'
    disagreement, closed = 0.0, False

    def judge(self, grey):
        """Return a plane."""
        return Judged(Label(np.full(grey.shape, 2, np.float32), np.ones(grey.shape, np.float32)),
                      self.disagreement)

    def close(self):
        """Remember."""
        self.closed = True


@pytest.fixture
def made(monkeypatch, tmp_path):
    """Return a labour that runs, with its puppets: ``labour, teacher, distiller, said``."""
    found = SimpleNamespace(teacher=PuppetTeacher(), distiller=PuppetDistiller(), said=[],
                            told=[])
    for name, value in (('make_scenes', None), ('make_examined_teacher', found.teacher),
                        ('make_distiller', found.distiller)):
        monkeypatch.setattr(school, name, lambda *_, value=value: value)
    found.settings = make_settings(load_spec('teacher'), QUICK)
    found.labour = Labour(found.settings, tmp_path, found.said.append, found.told.append)
    yield found
    found.labour.close()


def test_the_thread_takes_spare_time_only_unless_told_otherwise(made, monkeypatch, tmp_path):
    """And the one who asked for it hears of a system that cannot tell."""
    asked = []
    monkeypatch.setattr(module, 'use_spare_time_only', lambda: asked.append(1))
    for spare, said in ((False, []), (True, ['spare time'])):
        found = []
        settings = make_settings(load_spec('teacher'), {**QUICK, 'spare_time': spare})
        labour = Labour(settings, tmp_path, found.append, print)
        labour.begin(view())
        wait(lambda: labour.doing == 'ready')
        labour.close()
        assert len(asked) == int(spare)
        assert [word in sentence for word, sentence in zip(said, found)] == [True] * len(said)


def wait(condition) -> None:
    """Wait until a condition holds."""
    deadline_s = time.monotonic() + LATE_S
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.005)


def picture() -> np.ndarray:
    """Return a sharp frame."""
    blocks = np.random.default_rng(3).integers(40, 220, (HEIGHT // 8, WIDTH // 8))
    return np.kron(blocks, np.ones((8, 8))).astype(np.uint8)


def events(start_ms, end_ms, n_per_ms=20) -> np.ndarray:
    """Return events spread over pixels and time."""
    random = np.random.default_rng(start_ms)
    n = n_per_ms * (end_ms - start_ms)
    t_ns = np.sort(random.integers(start_ms * MS, end_ms * MS, n))
    return make_events(random.integers(0, WIDTH, n), random.integers(0, HEIGHT, n), t_ns,
                       random.integers(0, 2, n))


def view(**changes) -> LessonView:
    """Return the sensor's own view, or a crop of it."""
    return LessonView(make_settings(load_spec('teacher'), changes), None, WIDTH, HEIGHT)


def begin(made) -> Labour:
    """Start the thread and wait until it is ready."""
    made.labour.begin(view())
    wait(lambda: made.labour.doing == 'ready')
    return made.labour


def test_a_frame_with_its_events_becomes_a_lesson(made):
    """Whose last window ends at the middle of the exposure."""
    labour = begin(made)
    labour.add_events(events(0, 101))
    labour.offer(100 * MS, picture())
    wait(lambda: made.distiller.lessons)
    lesson, = made.distiller.lessons
    assert lesson.end_ns.tolist() == [80 * MS, 90 * MS, 100 * MS] and lesson.at[-1] == 2
    assert lesson.kind == METRIC


def test_a_frame_waits_for_its_events(made):
    """They may take longer than it does through the graph."""
    labour = begin(made)
    labour.add_events(events(0, 50))
    labour.offer(100 * MS, picture())
    time.sleep(0.1)
    assert not made.distiller.lessons
    labour.add_events(events(50, 101))
    wait(lambda: made.distiller.lessons)


def test_frames_that_are_no_good_are_counted_by_their_fault(made):
    """Black; without events; one on which the teacher disagrees with itself."""
    labour = begin(made)
    labour.add_events(events(0, 101))
    labour.offer(60 * MS, np.zeros((HEIGHT, WIDTH), np.uint8))
    wait(lambda: labour.counts['frame_black'] == 1)
    labour.add_events(events(200, 201, 1))
    labour.offer(200 * MS, picture())
    wait(lambda: labour.counts['frame_few_events'] == 1)
    made.teacher.disagreement = 0.9
    labour.add_events(events(201, 300))
    labour.offer(290 * MS, picture())
    wait(lambda: labour.counts['teacher_disagrees'] == 1)
    wait(lambda: labour.maker.counts['nothing_known'] == 1)
    assert not made.distiller.lessons


def test_frames_that_nobody_has_time_for_are_counted(made):
    """The list of those that wait is bounded."""
    labour = begin(made)
    for k in range(MAX_FRAMES + 3):
        labour.offer(k, picture())
    assert labour.counts == Counter({'frames': MAX_FRAMES + 3, 'frame_too_many_waiting': 3})


def test_while_it_is_off_no_frame_is_labelled(made):
    """The teacher takes no time then."""
    labour = begin(made)
    labour.freeze()
    wait(lambda: made.distiller.state == OFF)
    labour.add_events(events(0, 101))
    labour.offer(100 * MS, picture())
    time.sleep(0.1)
    assert not made.distiller.lessons and labour.state == OFF
    labour.adapt()
    wait(lambda: made.distiller.state == ADAPTING)


def test_the_preset_of_the_teacher_can_be_used():
    """Names, values and what must go together."""
    path = Path(__file__).resolve().parents[2] / 'config' / 'teacher_davis346.yaml'
    plan = make_plan(make_settings(load_spec('teacher'), parameters_of_file(path)))
    assert plan == DistillPlan()


def test_events_of_the_distiller_are_passed_on(made):
    """The node lets the depth node follow."""
    begin(made)
    event = Event(PROMOTED, 1, 'it is better')
    made.distiller.events.append(event)
    wait(lambda: len(made.told) == 2)
    assert made.told == [made.distiller.begins_with, event]


@pytest.mark.parametrize('version, told_at_once', [(0, False), (3, True)])
def test_nobodys_weights_are_touched_before_learning_is_asked_for(
        made, tmp_path, version, told_at_once):
    """The depth node may run on others; a version that is gone on with is asked for."""
    made.distiller.version = version
    settings = make_settings(load_spec('teacher'), {**QUICK, 'adapt': False})
    labour = Labour(settings, tmp_path, made.said.append, made.told.append)
    labour.begin(view())
    wait(lambda: labour.doing == 'ready')
    assert made.told == [made.distiller.begins_with] * told_at_once
    labour.adapt()
    wait(lambda: made.distiller.state == ADAPTING)
    labour.freeze()
    labour.adapt()
    wait(lambda: made.distiller.state == ADAPTING)
    labour.close()
    assert made.told == [made.distiller.begins_with]


def test_a_rollback_is_told_at_once_and_the_learner_follows(made):
    """It may be in the middle of a long examination."""
    labour = begin(made)
    made.distiller.version = 3
    labour.roll_back()
    assert made.told[-1] == Event(ROLLED_BACK, 2, 'asked for')
    wait(lambda: made.distiller.wishes == [('asked for', 2)])


@pytest.mark.parametrize('fault, words', [
    (ConfigError('no space left'), 'no space left'),
    (ZeroDivisionError('ours'), "ended by a fault: ZeroDivisionError('ours')")])
def test_whatever_happens_ends_the_learning_with_a_sentence_and_nothing_else(made, fault, words):
    """The thread is over, the teacher closed; frames and events may go on to come."""
    labour = begin(made)
    made.distiller.fault = fault
    wait(lambda: labour.problem)
    assert words in labour.problem and any(words in sentence for sentence in made.said)
    wait(lambda: made.teacher.closed)
    labour.add_events(events(0, 10))
    labour.offer(5 * MS, picture())
    assert labour.state == OFF
    made.distiller.version = 3                  # the way back is open all the same
    labour.roll_back()
    assert made.told[-1] == Event(ROLLED_BACK, 2, 'asked for')
    assert made.distiller.wishes == [('asked for', 2)]


def test_a_reset_forgets_what_depends_on_time(made):
    """Frames that wait and events that are remembered."""
    labour = begin(made)
    labour.add_events(events(0, 50))
    labour.offer(100 * MS, picture())
    labour.reset('clock_jump')
    assert labour.maker.memory.newest_ns is None
    labour.add_events(events(0, 101))
    time.sleep(0.1)
    assert not made.distiller.lessons and labour.problem is None


def test_a_student_that_cannot_be_had_lets_the_teacher_go(made, monkeypatch):
    """Its memory too: a session on a GPU, for instance."""
    def refuse(*_):
        raise ConfigError('no such student')
    monkeypatch.setattr(school, 'make_distiller', refuse)
    made.labour.begin(view())
    wait(lambda: made.labour.problem == 'no such student')
    assert made.teacher.closed


def test_it_can_be_closed_while_it_prepares(made, monkeypatch):
    """Simulating scenes takes a minute; the next one of them is not begun."""
    def simulate(settings, height, width, say, between):
        say('simulating')
        for _ in range(LATE_S * 100):
            time.sleep(0.01)
            between()
    monkeypatch.setattr(school, 'make_scenes', simulate)
    made.labour.begin(view())
    wait(lambda: made.said)
    began_s = time.monotonic()
    made.labour.close()
    assert time.monotonic() - began_s < 2 and made.labour.problem is None
