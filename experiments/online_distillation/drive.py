# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A robot that learns while it drives, on a clock that counts the work of one core.

The drive is recorded (simulated), so it could be gone through at any speed. What decides is how
much a small computer can learn in that time: every piece of the learner's work moves its clock by
the processor time that it took, on one thread, while the depth node has the other core. Frames
that pass while it is busy are missed, as on the robot.
"""

from dataclasses import dataclass, field, replace
import time
from typing import Any, Callable, Dict, Iterator, List, Sequence

from experiments.online_distillation.teachings import Stored, Teaching

from depthanyevent_ros.distillation.distiller import Distiller
from depthanyevent_ros.training.windows_file import WindowsFile

FRAMES_PER_S = 25


@dataclass(frozen=True)
class Stretch:
    """Consecutive windows of the drive; the robot has them at ``t_s``."""

    t_s: float
    file: WindowsFile
    start: int
    n_windows: int

    def read(self) -> Stored:
        """Return the windows as they are stored."""
        return self.file.read_stored(self.start, self.n_windows)


def stretches(files: Sequence[WindowsFile], kept: int, n_windows: int, period_s: float
              ) -> List[Stretch]:
    """Return the last ``n_windows`` of each ``kept`` of files, one each ``period_s`` of drive."""
    found = [(file, start + kept - n_windows) for file in files
             for start in range(0, len(file) - kept + 1, kept)]
    return [Stretch(k * period_s, file, start, n_windows)
            for k, (file, start) in enumerate(found, 1)]


@dataclass
class Moment:
    """What the robot runs on from a time on."""

    t_s: float
    version: int
    state: str
    n_steps: int
    tensors: Dict[str, Any] = field(repr=False)


class Robot:
    """
    A distiller on a clock of its own.

    :param on_moment: told of each change of the weights in use, when it happens.
    :param seconds: the processor's time; what the learner's clock is moved by.
    """

    def __init__(self, distiller: Distiller, teaching: Teaching,
                 on_moment: Callable[[Moment], None],
                 seconds: Callable[[], float] = time.process_time):
        self.distiller, self.teaching = distiller, teaching
        self.clock_s, self.busy_s, self.n_missed = 0.0, 0.0, 0
        self._on_moment, self._seconds = on_moment, seconds

    def drive(self, drive: Sequence[Stretch]) -> Iterator[float]:
        """Go through the drive and yield the time after each stretch; the last steps are taken."""
        self.distiller.adapt()
        before_s = 0.0
        for stretch in drive:
            self._work_until(stretch.t_s)
            self._meet(stretch, round((stretch.t_s - before_s) * FRAMES_PER_S))
            before_s = stretch.t_s
            yield stretch.t_s

    def _work_until(self, t_s: float) -> None:
        while self.clock_s < t_s and self._charged(self.distiller.work):
            while self.distiller.events:
                event = self.distiller.events.popleft()
                self._on_moment(Moment(self.clock_s, event.version, event.state,
                                       self.distiller.learner.n_steps,
                                       self.distiller.in_use.tensors))
        self.clock_s = max(self.clock_s, t_s)

    def _meet(self, stretch: Stretch, n_frames: int) -> None:
        """Let the teacher look, if it is wanted and there is time."""
        cadence = self.distiller.cadence
        wanted = sum([cadence.wants() for _ in range(n_frames)])
        if not wanted:
            return
        if self.distiller.is_busy:
            self.n_missed += 1
            return
        stored = stretch.read()
        lesson = self._charged(lambda: self.teaching.lesson(stored))
        cadence.took()
        if lesson is not None:
            self.distiller.add(replace(lesson, origin=str(stretch.file.path)))

    def _charged(self, piece: Callable[[], Any]) -> Any:
        began_s = self._seconds()
        result = piece()
        spent_s = self._seconds() - began_s
        self.clock_s, self.busy_s = self.clock_s + spent_s, self.busy_s + spent_s
        return result
