# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The examining board: which weights may take the place of those in use.

What was learned is a candidate as it is, and on the way to it from the weights of the factory, at
a half and at a quarter: in between there often are weights that have most of what was gained and
forgot little of what was known (Wortsman et al., "Robust fine-tuning of zero-shot models",
CVPR 2022). The first that the gate lets through is taken.
"""

from dataclasses import dataclass, replace
from typing import Any, Dict, Mapping, Optional, Sequence

from torch import Tensor

from depthanyevent_ros.distillation.promotion.gate import GatePlan, why_not
from depthanyevent_ros.distillation.promotion.in_use import WeightsInUse
from depthanyevent_ros.distillation.promotion.store import FACTORY
from depthanyevent_ros.distillation.protocol import Lesson
from depthanyevent_ros.distillation.student.exam import Examiner
from depthanyevent_ros.distillation.student.scores import Score

#: How far candidates are on the way from the weights of the factory to what was learned.
SHARES = (1.0, 0.5, 0.25)
#: What going less far may help against; a candidate that gains nothing is not worth more work.
WORTH_ANOTHER = ('forgets', 'collapsed')


@dataclass(frozen=True)
class Decision:
    """What came of an examination."""

    tensors: Optional[Dict[str, Tensor]]    # to be used, None for none
    cause: Optional[str]                    # why not what was learned as it is, of ``why_not``
    share: float                            # of the last candidate
    candidate: Score                        # its score
    present: Score                          # of the weights in use

    @property
    def gain(self) -> float:
        """Return how much nearer to the teacher the candidate is, relative."""
        return 1 - self.candidate.held_out / self.present.held_out


class Board:
    """Examines candidates; it remembers how versions did on the factory set."""

    def __init__(self, examiner: Examiner, factory: Mapping[str, Tensor], plan: GatePlan):
        self._examiner, self._tensors, self._plan = examiner, factory, plan
        self.factory = examiner.score(factory, [])
        self._known: Dict[int, Score] = {FACTORY: self.factory}

    def decide(self, learned: Mapping[str, Tensor], in_use: WeightsInUse,
               held_out: Sequence[Lesson]) -> Decision:
        """Examine what was learned, and what lies on the way to it."""
        present = replace(self._score_of(in_use),
                          **self._examiner.held_out(in_use.tensors, held_out))
        first: Optional[str] = None
        for share in SHARES:
            tensors = mixed(self._tensors, learned, share)
            score = self._examiner.score(tensors, held_out)
            cause = why_not(score, present, self.factory, len(held_out), self._plan)
            first = first or cause
            if cause not in WORTH_ANOTHER:
                break
        return Decision(None if cause else tensors, first, share, score, present)

    def remember(self, version: int, score: Score) -> None:
        """Take note of the score of a version."""
        # A rollback goes one version back, or to the factory.
        latest = max(self._known)
        self._known = {FACTORY: self.factory, latest: self._known[latest], version: score}

    def scores(self, decision: Decision) -> Dict[str, Dict[str, Any]]:
        """Return what is written down of a decision."""
        return {'candidate': decision.candidate.as_dict(), 'present': decision.present.as_dict(),
                'factory': self.factory.as_dict()}

    def _score_of(self, in_use: WeightsInUse) -> Score:
        if in_use.version not in self._known:       # it was in use before a restart
            self._known[in_use.version] = self._examiner.score(in_use.tensors, [])
        return self._known[in_use.version]


def mixed(first: Mapping[str, Tensor], learned: Mapping[str, Tensor], share: float
          ) -> Dict[str, Tensor]:
    """Return the tensors at ``share`` of the way from the first to what was learned."""
    return {name: tensor.clone() if share == 1 or not tensor.is_floating_point()
            else first[name].lerp(tensor, share) for name, tensor in learned.items()}
