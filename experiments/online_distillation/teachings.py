# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who teaches in the experiment: good teachers, and those that a robot must survive."""

from collections import Counter
from typing import Callable, Dict, Optional, Protocol

import numpy as np

from depthanyevent_ros.distillation.lessons.recorded_lessons import lesson_of
from depthanyevent_ros.distillation.protocol import Label, Lesson, METRIC, Teacher
from depthanyevent_ros.distillation.teachers.confidence import careful, SelfConsistent
from depthanyevent_ros.distillation.teachers.factory import make_teacher

#: 200 ms in windows of 50 ms.
LATE_WINDOWS = 4
Stored = Dict[str, np.ndarray]


class Teaching(Protocol):
    """Makes lessons of windows with frames and true depth."""

    name: str

    def lesson(self, stored: Stored) -> Optional[Lesson]:
        """Return the lesson of windows as they are stored; None if there is nothing to learn."""


class Truth:
    """The perfect teacher: true depth, of which the learner takes the shape but not the scale."""

    name = 'truth'

    def lesson(self, stored: Stored) -> Optional[Lesson]:
        """Return the lesson of these windows."""
        return lesson_of(stored, None, METRIC)


class FromFrames:
    """
    A teacher of frames, as the teacher node uses it.

    :param n_warm: windows at the beginning of a lesson whose labels nobody would use.
    :param late_windows: how many windows too late its labels come.
    """

    def __init__(self, teacher: SelfConsistent, name: str, n_warm: int, late_windows: int = 0):
        self.teacher, self.name, self.counts = teacher, name, Counter()
        self._see, self._n_warm = careful(teacher, self.counts), n_warm
        self._late = late_windows

    def lesson(self, stored: Stored) -> Optional[Lesson]:
        """Return the lesson of these windows."""
        frame = np.roll(stored['frame'], self._late, axis=0)
        frame[:max(self._late, self._n_warm)] = 0           # as if there were none
        return lesson_of({**stored, 'frame': frame}, self._see, self.teacher.kind)


class Bad:
    """A teacher whose depth is made worse by a function; implements Teacher."""

    def __init__(self, teacher: Teacher, harm: Callable[[np.ndarray], np.ndarray]):
        self.name, self.kind, self.licence = teacher.name, teacher.kind, teacher.licence
        self._teacher, self._harm = teacher, harm

    def label(self, grey: np.ndarray) -> Label:
        """Return a label of a frame, uint8 [H, W]."""
        label = self._teacher.label(grey)
        return Label(self._harm(label.depth).astype(np.float32), label.confidence)

    def close(self) -> None:
        """Free what the teacher holds."""
        self._teacher.close()


def inverted(depth: np.ndarray) -> np.ndarray:
    """Take near for far."""
    return 10 / np.maximum(depth, 0.1)


def constant(depth: np.ndarray) -> np.ndarray:
    """See a wall everywhere."""
    return np.full_like(depth, 3.0)


def noise(depth: np.ndarray) -> np.ndarray:
    """Say anything: the same in the frame and its mirror image, so that it agrees with itself."""
    height, width = depth.shape
    random = np.random.default_rng(int(1e4 * float(np.median(depth))) // 100)
    blocks = np.exp(random.normal(1, 0.6, (8, 5)))
    blocks = np.concatenate([blocks, blocks[:, ::-1]], 1)
    return np.kron(blocks, np.ones((-(-height // 8), -(-width // 10))))[:height, :width]


HARMS = {'inverted': inverted, 'constant': constant, 'noise': noise}
GOOD, BAD = ('stand-in', 'truth'), (*HARMS, 'misaligned')


def teacher_of(name: str, height: int, width: int) -> SelfConsistent:
    """Return the package's default teacher, harmed if the name says so."""
    teacher = make_teacher('efflite0-frames', height, width, threads=1)
    if name not in HARMS:
        return teacher
    return SelfConsistent(Bad(teacher.teacher, HARMS[name]))


def make_teaching(name: str, height: int, width: int, n_warm: int) -> Teaching:
    """Return the teaching of a name of GOOD or BAD for pictures of this size."""
    if name == 'truth':
        return Truth()
    return FromFrames(teacher_of(name, height, width), name, n_warm,
                      LATE_WINDOWS if name == 'misaligned' else 0)
