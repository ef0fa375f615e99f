# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How often the teacher is asked: less while the student agrees with it.

Mullapudi et al., "Online model distillation for efficient video inference" (ICCV 2019): the number
of frames from one label to the next is doubled while the student is good enough and halved when
it is not, between 8 and 64 there.
"""

from dataclasses import dataclass

from depthanyevent_ros.errors import ConfigError


@dataclass(frozen=True)
class CadencePlan:
    """Frames between two that are labelled."""

    least: int = 4
    most: int = 64
    agreed: float = 0.08                # disagreement below which there is little to learn

    def __post_init__(self):
        if not 1 <= self.least <= self.most or self.agreed < 0:
            raise ConfigError('cadence: 1 <= least <= most, and agreed must not be negative')


class Cadence:
    """Chooses frames."""

    def __init__(self, plan: CadencePlan = CadencePlan()):
        self.plan, self.every = plan, plan.least
        self._since = plan.most

    def wants(self) -> bool:
        """Tell of each frame that comes whether it is to be labelled."""
        self._since += 1
        return self._since >= self.every

    def took(self) -> None:
        """A frame was labelled; those that are refused do not count."""
        self._since = 0

    def agree(self, disagreement: float) -> None:
        """Adapt to how far student and teacher were apart; NaN changes nothing."""
        if disagreement <= self.plan.agreed:
            self.every = min(2 * self.every, self.plan.most)
        elif disagreement > self.plan.agreed:
            self.every = max(self.every // 2, self.plan.least)

    @property
    def is_idle(self) -> bool:
        """Tell whether the student has agreed for so long that there is nothing to learn."""
        return self.every == self.plan.most and self.plan.most > self.plan.least
