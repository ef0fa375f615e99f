# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""After a promotion: are the new weights as good on what comes as they were on what was?"""

from dataclasses import dataclass
import math
from typing import Optional

from depthanyevent_ros.errors import ConfigError

KEEP, ROLL_BACK = 'keep', 'roll_back'


@dataclass(frozen=True)
class WatchPlan:
    """How long, and what is too bad."""

    lessons: int = 8                    # after which the new weights are trusted
    worse: float = 0.05                 # relative to the former weights on the same lessons
    much_worse: float = 0.5             # so bad that HASTE lessons are enough

    def __post_init__(self):
        if self.lessons < 1 or self.worse < 0 or self.much_worse < self.worse:
            raise ConfigError('watch.lessons must be 1 or more, and 0 <= worse <= much_worse')


#: Lessons after which what is much worse is undone.
HASTE = 3


class Watch:
    """Compares the weights in use with those before, lesson by lesson."""

    def __init__(self, plan: WatchPlan):
        self._plan = plan
        self._new = self._former = 0.0
        self.n_lessons = 0

    def add(self, new: float, former: float) -> Optional[str]:
        """
        Take the disagreement of both in one lesson; return a verdict, or None for not yet.

        A lesson of which nothing is known does not count; a disagreement of the new weights that
        is not finite is a verdict of its own.
        """
        if not math.isfinite(former):
            return None
        if not math.isfinite(new):
            return ROLL_BACK
        self._new, self._former = self._new + new, self._former + former
        self.n_lessons += 1
        if self.n_lessons >= HASTE and self._new > (1 + self._plan.much_worse) * self._former:
            return ROLL_BACK
        if self.n_lessons < self._plan.lessons:
            return None
        return ROLL_BACK if self._new > (1 + self._plan.worse) * self._former else KEEP


class Trial:
    """
    Watch after watch over the weights in use: each lesson at first, then one in EVERY.

    ``is_on_trial`` until they have been as good as the former ones for a whole watch: nothing else
    is promoted so long. They are watched after that, for as long as they are in use.
    """

    EVERY = 4

    def __init__(self, plan: WatchPlan):
        self._plan, self._watch = plan, Watch(plan)
        self.is_on_trial, self._n_met = False, 0

    def begin(self) -> None:
        """Other weights are in use."""
        self._watch, self.is_on_trial = Watch(self._plan), True

    def end(self) -> None:
        """They are trusted, or those before them are in use again."""
        self._watch, self.is_on_trial = Watch(self._plan), False

    def is_due(self) -> bool:
        """Tell whether the next lesson is one to compare in."""
        self._n_met += 1
        return self.is_on_trial or self._n_met % self.EVERY == 0

    def add(self, new: float, former: float) -> Optional[str]:
        """Take the disagreement of both in a lesson; return KEEP or ROLL_BACK, or None."""
        verdict = self._watch.add(new, former)
        if verdict == KEEP:
            self.end()
        return verdict
