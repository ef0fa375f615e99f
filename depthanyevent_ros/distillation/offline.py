# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The learner over recordings: every lesson is used, nothing waits for a clock."""

from collections import Counter, deque
from pathlib import Path
from typing import Deque, Iterator, Optional

from depthanyevent_ros.distillation.assembly import make_lesson_maker, make_plan, make_store, Say
from depthanyevent_ros.distillation.distiller import Distiller
from depthanyevent_ros.distillation.lessons.recorded_lessons import lessons_of_sequence
from depthanyevent_ros.distillation.lessons.recorded_lessons import lessons_of_windows
from depthanyevent_ros.distillation.plan import Event, OFF
from depthanyevent_ros.distillation.protocol import Lesson
from depthanyevent_ros.distillation.school import School
from depthanyevent_ros.distillation.student.together import Alone, Team
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.parameters import Settings
from depthanyevent_ros.recordings.open_sequence import open_sequence
from depthanyevent_ros.training.windows_file import WindowsFile


class OfflineDistillation:
    """
    Feeds a distiller from recordings.

    Teacher and distiller are made for the size of the first recording's pictures.

    :param folder: of the versions.
    :param team: the processes that share a step; all else is done by this one.
    """

    def __init__(self, settings: Settings, folder: Path, say: Say, team: Team = Alone()):
        make_plan(settings)                     # what cannot be is said before anything is done
        if any(getattr(settings.crop, side) for side in ('left', 'top', 'width', 'height')):
            raise ConfigError('crop.* is for the node: recordings are learned from as they are')
        self.settings, self.counts = settings, Counter()
        self.events: Deque[Event] = deque(maxlen=1000)
        self.distiller: Optional[Distiller] = None
        self._store, self._say = make_store(settings, folder), say
        self._school: Optional[School] = None
        self._team = team

    @property
    def state(self) -> str:
        """What the distiller is doing."""
        return OFF if self.distiller is None else self.distiller.state

    def learn(self, path: Path, every_s: float, events_topic: Optional[str] = None
              ) -> Iterator[Lesson]:
        """
        Learn from a recording and yield each lesson when it has been learned from.

        :param every_s: least time from one labelled frame to the next.
        :raises MalformedInput: if it has no frames; ConfigError if its pictures are of another
            size than those of the recording before.
        """
        lessons = self._of_windows if path.suffix == '.h5' and is_windows(path) else \
            self._of_sequence
        for lesson in lessons(path, every_s, events_topic):
            self.distiller.add(lesson)
            self._work()
            yield lesson

    def end(self) -> None:
        """Examine the student a last time, and let the teacher go."""
        if self.distiller is not None and self.distiller.has_news:
            self.distiller.examine()
            self._work()
        if self._school is not None:
            self._school.close()

    def _work(self) -> None:
        distiller = self.distiller
        while distiller.work():
            pass
        while distiller.events:
            event = distiller.events.popleft()
            self.events.append(event)
            self._say(f'{event.state}: version {event.version or "factory"}, {event.why}')

    def _of_windows(self, path, every_s, events_topic) -> Iterator[Lesson]:
        file = WindowsFile(path)
        self._prepare(file.height, file.width)
        step = max(1, round(every_s * 1e6 / file.window_us))
        yield from lessons_of_windows(file, self.settings.pairs.n_windows, self._school.see,
                                      self._school.teacher.kind, step)

    def _of_sequence(self, path, every_s, events_topic) -> Iterator[Lesson]:
        with open_sequence(path, events_topic) as sequence:
            if self.settings.rectify and sequence.camera is None:
                raise ConfigError(f'{path} holds no calibration to rectify by')
            self._prepare(sequence.height, sequence.width)
            maker = make_lesson_maker(self.settings, sequence.height, sequence.width,
                                      self._school.teacher.kind)
            view = 'rect' if self.settings.rectify else 'raw'
            try:
                yield from lessons_of_sequence(
                    sequence, maker, self._school.see, view, every_ns=round(every_s * 1e9),
                    middle_ns=round(self.settings.frames.exposure_ms * 0.5e6))
            finally:
                maker.counts.pop('lessons', None)
                self.counts.update(maker.counts)

    def _prepare(self, height: int, width: int) -> None:
        """Make teacher and distiller for the first pictures; others must be of their size."""
        if self.distiller is not None:
            if (height, width) != self._size:
                raise ConfigError(f'recordings of different sizes cannot be learned from in one '
                                  f'go: {width}x{height} after {self._size[1]}x{self._size[0]}')
            return
        self._size = height, width
        self._school = School(self.settings, height, width, self._store, self.counts, self._say,
                              team=self._team)
        self.distiller = self._school.distiller
        self.distiller.adapt()


def is_windows(path: Path) -> bool:
    """Tell whether a .h5 file holds training windows; data sets have that ending too."""
    with open(path, 'rb') as file:
        if file.read(8) != bytes.fromhex('894844460d0a1a0a'):
            return False
    import h5py
    with h5py.File(path, 'r') as file:
        return 'tencode_age' in file
