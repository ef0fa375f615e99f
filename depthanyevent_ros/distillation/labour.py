# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The teacher node's work: events and frames in, lessons and learning in a thread of its own.

Whoever receives messages calls ``add_events`` and ``offer`` (cheap), all else happens in the
thread. Whatever is raised there ends the learning with a sentence, and nothing beside it.
"""

from collections import Counter
from pathlib import Path
import threading
import time
import traceback
from typing import Callable, Optional

import numpy as np

from depthanyevent_ros.distillation.assembly import make_lesson_maker, make_store, Say
from depthanyevent_ros.distillation.distiller import Distiller
from depthanyevent_ros.distillation.lessons.frame_desk import Frame, FrameDesk
from depthanyevent_ros.distillation.lessons.lesson_maker import LessonMaker
from depthanyevent_ros.distillation.lessons.lesson_view import LessonView
from depthanyevent_ros.distillation.plan import Event, OFF, ROLLED_BACK
from depthanyevent_ros.distillation.school import School
from depthanyevent_ros.distillation.spare_time import be_nice, use_spare_time_only
from depthanyevent_ros.distillation.wishes import Wishes
from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.parameters import Settings

#: How long the thread sleeps when there is nothing to do.
POLL_S = 0.02


class Stopped(Exception):
    """The thread was told to stop in the middle of something."""


class Labour:
    """
    Teacher, lessons and learner, in one thread.

    :param folder: of the versions; :param say: told what is being done, in the thread.
    :param on_event: told which weights are to be used, at first and after each change.
    """

    def __init__(self, settings: Settings, folder: Path, say: Say,
                 on_event: Callable[[Event], None]):
        self.settings, self.counts = settings, Counter()
        self.doing = 'waiting for the size of the camera'
        self.problem: Optional[str] = None
        self.distiller: Optional[Distiller] = None
        self.maker: Optional[LessonMaker] = None
        self.desk: Optional[FrameDesk] = None
        self.view: Optional[LessonView] = None
        self._folder, self._say, self._on_event = folder, say, on_event
        self._wishes, self._wanted, self._introduced = Wishes(), settings.adapt, False
        self._thread: Optional[threading.Thread] = None
        self._school: Optional[School] = None

    @property
    def state(self) -> str:
        """What the distiller is doing."""
        return OFF if self.distiller is None else self.distiller.state

    def begin(self, view: LessonView) -> None:
        """Start the thread for pictures of this view; if it runs, go on with this one."""
        self.view = view
        if self._thread is None:
            # Its kind is the teacher's, which is not known yet: nothing is labelled before.
            self.maker = make_lesson_maker(self.settings, view.height, view.width, 'metric')
            self.desk = FrameDesk(self.maker, self.counts, self.settings.frames.find_offset)
            self._thread = threading.Thread(target=self._run, name='distillation')
            self._thread.start()

    def add_events(self, events: np.ndarray) -> None:
        """Remember events of the sensor."""
        self.maker.add_events(self.view.events(events))

    def offer(self, middle_ns: int, grey: np.ndarray) -> None:
        """Take a frame of the sensor, uint8 of its size; the middle of its exposure."""
        self.counts['frames'] += 1
        self.desk.put(Frame(middle_ns, self.view.frame(grey)))

    def reset(self, reason: str) -> None:
        """Forget everything that depends on past time."""
        if self.maker is not None:
            self.maker.reset(reason)
            self.desk.clear()
            self._wishes.put(lambda: self.desk.reset(reason))

    def adapt(self) -> None:
        """Begin to learn, when everything is ready."""
        self._wanted = True
        self._wishes.put(self._adapt)

    def freeze(self) -> None:
        """Learn nothing from now on."""
        self._wanted = False
        self._wishes.put(lambda: self.distiller.freeze())

    def roll_back(self) -> None:
        """
        Go back to the weights before these, at once; the learner follows when it can.

        :raises DepthAnyEventError: if there are none.
        """
        if self.distiller is None or not self.distiller.version:
            raise DepthAnyEventError('the weights of the factory are in use: there is nothing '
                                     'before them')
        to = self.distiller.in_use.former_version
        self._on_event(Event(ROLLED_BACK, to, 'asked for'))
        self._wishes.put(lambda: self.distiller.roll_back('asked for', to))
        if self.problem:                        # the thread is over: nobody else works
            self._wishes.grant()

    def close(self) -> None:
        """Stop the thread and wait for it."""
        self._wishes.close()
        if self._thread is not None:
            self._thread.join()

    # --- the thread --------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._prepare()
            while not self._wishes.closed:
                began_s = time.monotonic()
                if self._turn():
                    spent_s = time.monotonic() - began_s
                    self._wishes.rest(spent_s * (1 / self.settings.budget - 1))
                else:
                    self._wishes.rest(POLL_S)
        except Stopped:
            pass
        except DepthAnyEventError as error:
            self._end(str(error))
        except Exception as error:  # a fault of ours ends the learning, not the node
            self._end(f'the learning ended by a fault: {error!r}')
            self._say(''.join(traceback.format_exception(error)))
        finally:
            if self._school is not None:
                self._school.close()

    def _tell(self, sentence: str) -> None:
        """Say what is being prepared; this is where a wish to stop is heard."""
        self._between()
        self._say(sentence)

    def _begin(self, what: str) -> None:
        self.doing = what

    def _between(self) -> None:
        """In the middle of something that may take a minute."""
        if self._wishes.closed:
            raise Stopped

    def _end(self, sentence: str) -> None:
        self.problem, self.doing = sentence, 'nothing'
        if self.distiller is not None:
            self.distiller.freeze()
        self._say(sentence)

    def _prepare(self) -> None:
        """Make what takes its time."""
        settings = self.settings
        be_nice(settings.nice)
        if settings.spare_time and not use_spare_time_only():
            self._say('this system does not tell spare time from other time (SCHED_IDLE): the '
                      'learner is merely nice')
        self._school = School(settings, self.maker.height, self.maker.width,
                              make_store(settings, self._folder), self.counts, self._tell,
                              self._begin, between=self._between)
        self.maker.kind, self.distiller = self._school.teacher.kind, self._school.distiller
        if self.distiller.version:
            self._introduce()
        if self._wanted:
            self._adapt()
        self.doing = 'ready'

    def _adapt(self) -> None:
        self._introduce()
        self.distiller.adapt()

    def _introduce(self) -> None:
        """Say which weights the learner begins with: before that nobody's are touched."""
        if not self._introduced:
            self._introduced = True
            self._on_event(self.distiller.begins_with)

    def _turn(self) -> bool:
        """Do one piece of work; return False if there was none."""
        self._wishes.grant()
        did = self._frame()
        did = self.distiller.work() or did
        while self.distiller.events:
            self._on_event(self.distiller.events.popleft())
        return did

    def _frame(self) -> bool:
        """Use the oldest frame whose events have come; return whether there was one."""
        frame = self.desk.take()
        if frame is None:
            return False
        distiller = self.distiller
        if not distiller.frozen:
            self.desk.compare(frame)
            if distiller.cadence.wants() and not distiller.is_busy and self.desk.is_good(frame):
                self._label(frame)
        return True

    def _label(self, frame: Frame) -> None:
        """Let the teacher look at a frame, and learn from it."""
        self.distiller.cadence.took()
        self.maker.add_label(frame.middle_ns, self.view.label(self._school.see(frame.grey)))
        lesson = self.maker.next_lesson()
        if lesson is not None:
            self.distiller.add(lesson)
