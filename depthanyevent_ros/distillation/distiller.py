# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The distillation itself: lessons in, versions of weights out, none of them worse than what was.

Lessons are added by one thread (``add``), work is done in small pieces by another (``work``): a
step of the learner, an examination, a promotion, a rollback. Whatever goes wrong in there ends in
a count and a state; who runs the weights in use hears only of an Event.
"""

from collections import Counter, deque
from typing import Any, Callable, Deque, Dict, Mapping, Optional, Sequence

from depthanyevent_ros.distillation.lessons.cadence import Cadence
from depthanyevent_ros.distillation.lessons.replay_memory import ReplayMemory
from depthanyevent_ros.distillation.pace import Pace
from depthanyevent_ros.distillation.plan import ADAPTING, COLLECTING, DistillPlan, Event, HOLDING
from depthanyevent_ros.distillation.plan import OFF, PROMOTED, ROLLED_BACK
from depthanyevent_ros.distillation.promotion.in_use import WeightsInUse
from depthanyevent_ros.distillation.promotion.store import FACTORY, Version, WeightsStore
from depthanyevent_ros.distillation.promotion.watch import ROLL_BACK, Trial
from depthanyevent_ros.distillation.protocol import Lesson
from depthanyevent_ros.distillation.student.board import Board, Decision
from depthanyevent_ros.distillation.student.exam import Examiner
from depthanyevent_ros.distillation.student.learner import Learner
from depthanyevent_ros.distillation.student.together import Alone, Team
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.network.weights import Weights

#: By plan.memory.simulated: what simulated lessons are labelled with.
SIMULATED = {'true': lambda examiner, tensors, lessons: lessons,
             'factory': lambda examiner, tensors, lessons: examiner.seen_by(tensors, lessons)}
#: Lessons that wait for the working thread.
MAX_WAITING = 8


class Distiller:
    """
    A student's lessons, learner, examinations and versions.

    :param weights: of the factory; :param height, width: of the pictures.
    :param true: simulated lessons of true depth, to keep what was known; :param exam: others of
        them, that candidates must not get worse at.
    :param store: where versions go; :param teacher: its name, for the lineage.
    :param team: the processes that share a step, each with a batch of the plan.
    :param between: called again and again while something is examined; what it raises ends that.
    """

    def __init__(self, weights: Weights, height: int, width: int, plan: DistillPlan,
                 store: WeightsStore, teacher: str, true: Sequence[Lesson] = (),
                 exam: Sequence[Lesson] = (), team: Team = Alone(), teacher_licence: str = '',
                 between: Callable[[], None] = lambda: None):
        self.plan, self.teacher = plan, teacher
        self.in_use = WeightsInUse(weights, weights.state_dict(), store, teacher, teacher_licence)
        self.problem: Optional[str] = None          # why nothing could be written
        self.counts = Counter()
        self.events: Deque[Event] = deque(maxlen=16)
        self.state, self.frozen = OFF, True
        self.cadence = Cadence(plan.cadence)
        self.agreement: Optional[float] = None      # of the weights in use, last lesson
        self.scores: Dict[str, Dict[str, Any]] = {}     # of the last examination
        self._waiting: Deque[Lesson] = deque()
        config = plan.learner.sized(weights.config)
        self.learner = Learner(config, self.in_use.factory, height, width, plan.learner, team)
        self._examiner = Examiner(config, height, width, plan.learner.n_warm, exam,
                                  weights.output_kind == 'metric', self.learner.device, between)
        self.memory = ReplayMemory(plan.memory, SIMULATED[plan.memory.simulated](
            self._examiner, self.in_use.factory, true))
        self._board = Board(self._examiner, self.in_use.factory, plan.gate)
        self._watch = Trial(plan.watch)
        self._pace, self._examined = Pace(plan), 0

    @property
    def version(self) -> int:
        """The version in use, FACTORY for the first weights."""
        return self.in_use.version

    # --- what others ask for -----------------------------------------------------------------

    def adapt(self) -> None:
        """Begin to learn, or go on."""
        if self.frozen:
            self.state, self.frozen = COLLECTING, False

    def freeze(self) -> None:
        """Learn nothing until ``adapt``; the weights in use stay."""
        self.state, self.frozen = OFF, True
        self._waiting.clear()

    def add(self, lesson: Lesson) -> bool:
        """Take a lesson; False (counted) if it is not wanted or too many wait."""
        if self.frozen or len(self._waiting) >= MAX_WAITING:
            self.counts['lesson_off' if self.frozen else 'lesson_too_many_waiting'] += 1
            return False
        self._waiting.append(lesson)
        return True

    def roll_back(self, why: str, to: Optional[int] = None) -> None:
        """Go back to the weights before these; to a version, or else to those of the factory."""
        self.counts['rolled_back'] += 1
        self.in_use.roll_back()
        while to is not None and self.version not in (to, FACTORY):     # a newer one came between
            self.in_use.roll_back()
        self._watch.end()
        self.learner.begin(self.in_use.tensors)
        self._remember()
        self._say(ROLLED_BACK, why)
        self._pace.begin_rest()

    def resume(self, version: Version, tensors: Mapping[str, Any], parent: Optional[Version],
               former: Mapping[str, Any]) -> None:
        """Go on with weights that were learned before, watched, with the way back to others."""
        self.in_use.resume(version, tensors, parent, former)
        self.scores = dict(version.scores)
        self.learner.begin(self.in_use.tensors)
        self._watch.begin()

    @property
    def is_busy(self) -> bool:
        """Tell whether a further lesson would only wait."""
        return len(self._waiting) > 1

    @property
    def begins_with(self) -> Event:
        """What the one who runs the weights must know at first."""
        return Event(PROMOTED, self.version, 'it was in use before the restart') if self.version \
            else Event(OFF, FACTORY, 'the learner begins with them')

    @property
    def has_news(self) -> bool:
        """Tell whether there was a step since the last examination."""
        return self.learner.n_steps > self._examined * self.plan.examine_every

    # --- the work ----------------------------------------------------------------------------

    def work(self) -> bool:
        """Do the next piece; return False if there is none."""
        if self.frozen:
            return False
        may_step = self._may_step()
        if self._waiting and not (may_step and self._pace.steps_first):
            self._take(self._waiting.popleft())
            return True
        if may_step:
            self._step()
        return may_step

    def _may_step(self) -> bool:
        """Tell whether there is something to learn."""
        if not self._pace.may_step or len(self.memory) < self.plan.min_lessons:
            return False
        if self.cadence.is_idle and not self._watch.is_on_trial:
            self.state = HOLDING                # student and teacher agree
            return False
        return True

    def _take(self, lesson: Lesson) -> None:
        """Compare the weights in use with a new lesson, then keep it."""
        self.agreement, lesson = self._examiner.meet(self.in_use.tensors, lesson)
        self.cadence.agree(self.agreement)
        self.memory.add(lesson)
        self._pace.lesson()
        if self.version and self._watch.is_due():
            former = self._examiner.meet(self.in_use.former, lesson)[0]
            if self._watch.add(self.agreement, former) == ROLL_BACK:
                self.roll_back(f'version {self.version} agrees less with the teacher than what '
                               'was before it')
                return
        if self._watch.is_on_trial:
            return
        if self._pace.rest:
            self._pace.rested()
        elif len(self.memory) >= self.plan.min_lessons:
            self.state = ADAPTING
        else:
            self.state = COLLECTING

    def _step(self) -> None:
        """Take a step; examine the student when it is time."""
        self._pace.step()
        self.learner.step(self.memory.draw(self.plan.batch * self.learner.team.world))
        if not self._watch.is_on_trial:
            self.state = ADAPTING
        due = self.learner.n_steps // self.plan.examine_every
        if due > self._examined and not self._watch.is_on_trial \
                and len(self.memory.held_out) >= self.plan.gate.min_held_out:
            self._examined = due
            self.examine()

    def examine(self) -> None:
        """Promote the student if it may take the place of the weights in use."""
        decision = self._board.decide(self.learner.candidate(), self.in_use,
                                      [packed.unpack() for packed in self.memory.held_out])
        self.counts['examinations'] += 1
        self.scores = self._board.scores(decision)
        if decision.tensors is not None:
            self._promote(decision)
            return
        self.counts[f'not_promoted.{decision.cause}'] += 1
        if decision.cause != 'too_few' \
                and self._pace.failed(decision.cause in ('collapsed', 'not_finite')):
            self.learner.begin(self.in_use.tensors)
            self.state = HOLDING

    def _promote(self, decision: Decision) -> None:
        """Make a version of a candidate; on a full disk the weights in use stay."""
        try:
            version = self.in_use.promote(decision.tensors, self.learner.n_steps, self.scores)
        except RecordingError as error:
            self.counts['not_promoted.cannot_be_written'] += 1
            self.problem = str(error)
            return
        self.problem = None
        self._board.remember(version.number, decision.candidate)
        self._pace.passed()
        self._watch.begin()
        self._remember()
        self.counts['promoted'] += 1
        self._say(PROMOTED, f'it is {100 * decision.gain:.0f} % nearer to the teacher on held-out '
                            'lessons', decision.gain)

    def _remember(self) -> None:
        """Write down which version is in use; a full disk costs only the memory of it."""
        try:
            self.in_use.remember()
        except OSError as error:
            self.counts['not_remembered'] += 1
            self.problem = f'which version is in use cannot be written down: {error}'

    def _say(self, state: str, why: str, gain: Optional[float] = None) -> None:
        self.state = state
        self.events.append(Event(state, self.version, why, gain))
