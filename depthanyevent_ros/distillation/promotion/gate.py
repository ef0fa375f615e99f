# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a candidate may take the place of the weights in use; what it must not have harmed."""

from dataclasses import dataclass
from typing import Optional

from depthanyevent_ros.distillation.student.scores import Score
from depthanyevent_ros.errors import ConfigError


@dataclass(frozen=True)
class GatePlan:
    """Bounds, relative ones."""

    min_held_out: int = 8               # lessons without which nothing is promoted
    min_gain: float = 0.02              # of the disagreement on held-out lessons
    factory_loss: float = 0.05          # of AbsRel on the factory set, to that of the factory
    min_spread: float = 0.5             # of the spread of depth, to that of the factory
    min_correlation: float = 0.1        # of teacher and weights in use: else one is no good

    def __post_init__(self):
        if self.min_held_out < 1 or self.min_gain < 0 or self.factory_loss < 0 \
                or not 0 <= self.min_spread < 1 or not -1 <= self.min_correlation < 1:
            raise ConfigError('min_held_out must be 1 or more, min_gain and factory_loss not '
                              'negative, min_spread from 0 and min_correlation from -1 to below 1')


def why_not(candidate: Score, present: Score, factory: Score, n_held_out: int,
            plan: GatePlan) -> Optional[str]:
    """
    Return the cause for which a candidate is not promoted, None if it is.

    :param present: of the weights in use, on the same lessons; :param factory: of the first ones.
    :returns: too_few, not_finite, contradicts (teacher and present weights see things that have
        nothing to do with each other: whoever of them is right, nothing is to be learned blindly),
        collapsed, no_gain or forgets.
    """
    if n_held_out < plan.min_held_out or candidate.held_out is None or present.held_out is None:
        return 'too_few'
    if not candidate.is_finite() or candidate.lacks(factory):
        return 'not_finite'
    if present.correlation is not None and not present.correlation >= plan.min_correlation:
        return 'contradicts'
    if candidate.spread < plan.min_spread * factory.spread:
        return 'collapsed'
    if candidate.held_out > (1 - plan.min_gain) * present.held_out:
        return 'no_gain'
    for name in ('aligned', 'metres'):
        before, now = getattr(factory, name), getattr(candidate, name)
        if before is not None and not now <= (1 + plan.factory_loss) * before:
            return 'forgets'
    return None
