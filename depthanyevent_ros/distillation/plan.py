# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All that is chosen of a distillation, and what it says of itself."""

from dataclasses import dataclass, field
from typing import Optional

from depthanyevent_ros.distillation.lessons.cadence import CadencePlan
from depthanyevent_ros.distillation.lessons.replay_memory import MemoryPlan
from depthanyevent_ros.distillation.promotion.gate import GatePlan
from depthanyevent_ros.distillation.promotion.watch import WatchPlan
from depthanyevent_ros.distillation.student.learner_plan import LearnerPlan
from depthanyevent_ros.errors import ConfigError

#: What a distillation is doing.
OFF, COLLECTING, ADAPTING, HOLDING, PROMOTED, ROLLED_BACK = STATES = (
    'off', 'collecting', 'adapting', 'holding', 'promoted', 'rolled_back')


@dataclass(frozen=True)
class DistillPlan:
    """The parts' plans, and how they take turns."""

    learner: LearnerPlan = field(default_factory=LearnerPlan)
    memory: MemoryPlan = field(default_factory=MemoryPlan)
    gate: GatePlan = field(default_factory=GatePlan)
    watch: WatchPlan = field(default_factory=WatchPlan)
    cadence: CadencePlan = field(default_factory=CadencePlan)
    batch: int = 4                      # lessons in a step
    min_lessons: int = 16               # collected before the first step
    steps_per_lesson: int = 6           # how often a lesson may be used, on average
    examine_every: int = 40             # steps
    patience: int = 4                   # examinations without a promotion, then it holds
    rest: int = 8                       # lessons for which it holds

    def __post_init__(self):
        least = {'batch': 1, 'min_lessons': 1, 'steps_per_lesson': 1, 'examine_every': 1,
                 'patience': 1, 'rest': 0}
        for name, value in least.items():
            if getattr(self, name) < value:
                raise ConfigError(f'{name} ({getattr(self, name)}) must be {value} or more')


@dataclass(frozen=True)
class Event:
    """Something that the one who runs the weights must know."""

    state: str                          # PROMOTED or ROLLED_BACK
    version: int                        # to use from now on; store.FACTORY are the first weights
    why: str                            # a sentence without its full stop
    gain: Optional[float] = None        # relative, on held-out lessons
