# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Lessons that are kept: the latest, some of the past, those to be examined by, and true ones.

A student that sees nothing but the last minute forgets the rest, so every batch mixes the latest
lessons with a fair sample of all that went before and with simulated ones of true depth. One
lesson in ``held_out_every`` is never learned from: candidates are scored on those. Lessons follow
each other closely and share windows and frames, so those beside a held-out one are left out.
"""

from collections import Counter, deque
from dataclasses import dataclass
import random
from typing import List, Sequence

from depthanyevent_ros.distillation.lessons.packed_lesson import PackedLesson
from depthanyevent_ros.distillation.protocol import Lesson
from depthanyevent_ros.errors import ConfigError


#: The depth that the factory's weights see in them (Li and Hoiem, "Learning without forgetting",
#: ECCV 2016), or the true one. Measured after two minutes in another domain (the experiment, all
#: parameters adapt): AbsRel there .376 and .385, in the factory's domain .253 and .278 (before:
#: .247): a few simulated scenes are soon learned by heart, and all others pay for it.
SIMULATED = ('factory', 'true')


@dataclass(frozen=True)
class MemoryPlan:
    """How much is kept, and in which shares it is given out."""

    limit_bytes: int = 256_000_000      # of the latest and of the past, half each
    held_out_every: int = 5
    held_out: int = 24                  # lessons that candidates are scored on
    past_share: float = 0.25            # of a batch
    true_share: float = 0.5             # of the simulated ones
    simulated: str = 'factory'          # what those are labelled with: see SIMULATED

    def __post_init__(self):
        if self.simulated not in SIMULATED:
            raise ConfigError(f'memory.simulated is {self.simulated!r}; it must be one of '
                              f'{", ".join(SIMULATED)}')
        if self.held_out_every < 2 or self.held_out < 1 or self.limit_bytes < 0:
            raise ConfigError('held_out_every must be 2 or more, held_out 1 or more, and '
                              'limit_bytes not negative')
        if not (self.past_share >= 0 <= self.true_share and
                self.past_share + self.true_share < 1):
            raise ConfigError('past_share and true_share must not be negative and together below '
                              '1')


#: What becomes of a lesson.
LEARN, HOLD_OUT, LEAVE_OUT = 'learn', 'held_out', 'beside_held_out'
#: Lessons after which one that was learned from is not just behind: it is of an earlier pass.
JUST_BEHIND = 64


class ReplayMemory:
    """
    A bounded memory of lessons.

    ``counts`` has 'lessons', and of them those 'beside_held_out' and 'forgotten'.

    :param true: lessons of true depth, the same for ever.
    """

    def __init__(self, plan: MemoryPlan, true: Sequence[Lesson] = (), seed: int = 0):
        self.plan, self.counts = plan, Counter()
        self.held_out = deque(maxlen=plan.held_out)
        self._true = [PackedLesson(lesson) for lesson in true]
        self._latest, self._past = deque(), []
        self._latest_bytes = self._past_bytes = 0
        self._n_used = 0                        # learned from or held out
        self._n_left = 0                        # left out, one after the other
        self._n_passed, self._was_full = 0, False       # lessons that have left the latest
        self._random = random.Random(seed)

    @property
    def nbytes(self) -> int:
        """Return the bytes of what is learned from, the true ones left out (any thread)."""
        return self._latest_bytes + self._past_bytes

    def __len__(self) -> int:
        """Return how many lessons a teacher gave are learned from."""
        return len(self._latest) + len(self._past)

    def add(self, lesson: Lesson) -> bool:
        """Take a lesson; return whether it is held out."""
        self.counts['lessons'] += 1
        packed = PackedLesson(lesson)
        packed.number = self.counts['lessons']
        fate = self._fate(packed)
        if fate == LEAVE_OUT:
            self.counts[LEAVE_OUT] += 1
            self._n_left += 1
            return False
        self._n_used, self._n_left = self._n_used + 1, 0
        if fate == HOLD_OUT:
            self.held_out.append(packed)
            return True
        self._latest.append(packed)
        self._latest_bytes += packed.nbytes
        while len(self._latest) > 1 and self._latest_bytes > self.plan.limit_bytes // 2:
            first = self._latest.popleft()
            self._latest_bytes -= first.nbytes
            self._pass(first)
        return False

    def _fate(self, lesson: PackedLesson) -> str:
        """Return what becomes of a lesson: none that is held out meets one that is learned."""
        # Nothing can be promoted before there are some of them: at first every second one is.
        every = self.plan.held_out_every if 3 * len(self.held_out) >= self.plan.held_out else 2
        if (self._n_used + 1) % every == 0:
            met = [one.number for part in (self._latest, self._past) for one in part
                   if lesson.span.meets(one.span)]
            if not met:
                return HOLD_OUT
            # Those just learned from will lie behind soon; those of an earlier pass never will.
            if min(met) > lesson.number - JUST_BEHIND and self._n_left < JUST_BEHIND:
                return LEAVE_OUT
        return LEAVE_OUT if any(lesson.span.meets(one.span) for one in self.held_out) else LEARN

    def draw(self, n: int) -> List[Lesson]:
        """
        Return lessons to learn from, in the shares of the plan.

        Where there is nothing past or true, the latest take its place; none if there are none.
        """
        if not self._latest:
            return []
        parts = [self._part() for _ in range(n)]
        return [self._random.choice(part).unpack() for part in parts]

    def clear_held_out(self) -> None:
        """Forget what candidates were scored on: another scene has begun."""
        self.held_out.clear()

    def _part(self):
        lot = self._random.random()
        if lot < self.plan.true_share and self._true:
            return self._true
        if lot < self.plan.true_share + self.plan.past_share and self._past:
            return self._past
        return self._latest

    def _pass(self, lesson: PackedLesson) -> None:
        """Keep a lesson of the past with the chance that all have (Vitter's algorithm R)."""
        self._n_passed += 1
        limit = self.plan.limit_bytes // 2
        fits = self._past_bytes + lesson.nbytes <= limit
        self._was_full = self._was_full or not fits
        # Room that a large one left is no privilege: from the first time on all have one chance.
        places = len(self._past) + fits
        if lesson.nbytes > limit or (
                self._was_full and self._random.randrange(self._n_passed) >= places):
            self.counts['forgotten'] += 1
            return
        self._past.append(lesson)
        self._past_bytes += lesson.nbytes
        while self._past_bytes > limit and len(self._past) > 1:
            gone = self._past.pop(self._random.randrange(len(self._past) - 1))
            self._past_bytes -= gone.nbytes
            self.counts['forgotten'] += 1
