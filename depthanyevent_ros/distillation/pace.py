# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When a step may be taken: lessons are used a few times each, and failures are rested from."""

from depthanyevent_ros.distillation.plan import DistillPlan


class Pace:
    """Counts lessons, steps, examinations that failed, and lessons of rest."""

    def __init__(self, plan: DistillPlan):
        self._plan = plan
        self._credit = self._due = self._failed = 0
        self.rest = 0                           # lessons to come before the next step

    @property
    def may_step(self) -> bool:
        """Tell whether the lessons so far allow one more step."""
        return not self.rest and self._credit > 0

    @property
    def steps_first(self) -> bool:
        """Tell whether steps go before further lessons: a flood of them must not hold up all."""
        return self.may_step and self._due > 0

    def lesson(self) -> None:
        """A lesson came: it allows some steps; what is not used is not saved up for ever."""
        steps = self._plan.steps_per_lesson
        self._credit = min(self._credit + steps, steps * self._plan.min_lessons)
        self._due = steps

    def step(self) -> None:
        """A step is taken."""
        self._credit -= 1
        self._due -= 1

    def passed(self) -> None:
        """An examination was passed."""
        self._failed = 0

    def failed(self, for_good: bool) -> bool:
        """
        Take note of a failed examination; return whether to begin again, after a rest.

        :param for_good: whether one is enough.
        """
        self._failed += 1
        if not for_good and self._failed < self._plan.patience:
            return False
        self._failed = 0
        self.begin_rest()
        return True

    def begin_rest(self) -> None:
        """Learn nothing for some lessons."""
        self.rest = self._plan.rest

    def rested(self) -> None:
        """A lesson has passed."""
        self.rest = max(self.rest - 1, 0)
