# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What an examination gives."""

from dataclasses import asdict, dataclass
import math
from typing import Dict, Optional


@dataclass(frozen=True)
class Score:
    """What one set of weights got; smaller is better, but for the last two."""

    held_out: Optional[float]           # disagreement with the teacher; None without lessons
    aligned: Optional[float]            # AbsRel on the factory set after scale and shift
    metres: Optional[float]             # AbsRel on the factory set as it is; None if relative
    spread: float                       # mean standard deviation of log depth in a map
    correlation: Optional[float] = None     # with the teacher, on the held-out lessons, -1..1

    def is_finite(self) -> bool:
        """Tell whether all that there is is finite."""
        return all(math.isfinite(value) for value in self.as_dict().values() if value is not None)

    def lacks(self, factory: 'Score') -> bool:
        """Tell whether the factory's weights have a score on the factory set that this lacks."""
        return any(mine is None and theirs is not None for mine, theirs in (
            (self.aligned, factory.aligned), (self.metres, factory.metres)))

    def as_dict(self) -> Dict[str, Optional[float]]:
        """Return plain values."""
        return asdict(self)
