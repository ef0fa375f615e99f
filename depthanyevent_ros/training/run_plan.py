# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How a slice of a training runs, and the names of its files."""

from dataclasses import dataclass
from pathlib import Path

from depthanyevent_ros.errors import DepthAnyEventError

#: In the folder of a training: what it is resumed from, its weights, the best of them.
RESUME, LAST, BEST = 'resume.pth', 'last.pth', 'best.pth'


@dataclass(frozen=True)
class RunPlan:
    """How a slice of a training runs; nothing of this changes what it computes."""

    folder: Path                        # of checkpoints and logs
    resume: bool = False
    workers: int = 1                    # loading processes
    time_limit_s: float = float('inf')
    save_every_s: float = 600.0
    log_every: int = 20                 # steps

    def prepare(self) -> None:
        """
        Make the folder.

        :raises DepthAnyEventError: if a new training would write over one in it.
        """
        if not self.resume and (self.folder / RESUME).exists():
            raise DepthAnyEventError(f'{self.folder} holds a training already: resume it, or '
                                     'choose another folder')
        self.folder.mkdir(parents=True, exist_ok=True)
