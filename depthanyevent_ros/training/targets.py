# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the network is compared with: depth of the scene, depth of a teacher, or both.

Depth is compared at the sensor's size, which is what the engine gives and the evaluation scores;
the true depth is then never interpolated across an edge.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.training.batches import Batch

#: Metres: what is farther, the sky included, is taught as this far (as the paper's targets are).
FAR_M = 80.0
#: Metres: nearer than a lens can focus; nothing true is there.
NEAR_M = 0.05


@dataclass(frozen=True)
class Target:
    """Maps to learn, [T, B, H, W] each."""

    depth: Tensor                       # float32; metres, or a teacher's unit
    mask: Tensor                        # bool: where it counts


class TargetSource(Protocol):
    """Where targets come from."""

    def targets(self, batch: Batch) -> Target:
        """Return the targets of a batch."""


def true_target(depth_m: Tensor, far_m: float = FAR_M) -> Target:
    """Return the target of depth in metres: clipped at ``far_m``; NaN and nonsense masked."""
    depth_m = depth_m.float()
    mask = depth_m > NEAR_M                     # false for NaN
    return Target(depth_m.clamp(max=far_m).nan_to_num(0.0), mask)


class TrueDepth:
    """Supervised: the depth in the files."""

    def __init__(self, far_m: float = FAR_M):
        self.far_m = far_m

    def targets(self, batch: Batch) -> Target:
        """Return the true depth, clipped, with its mask."""
        return true_target(batch.depth_m, self.far_m)


class TeacherDepth:
    """Distilled: what a network for frames, the teacher, sees in the frames of the files."""

    def __init__(self, teacher):
        """Take a teacher: a callable from frames uint8 [T, B, H, W] to depth, same shape."""
        self.teacher = teacher

    def targets(self, batch: Batch) -> Target:
        """
        Return the teacher's depth; where it is not finite (upstream: 0) it does not count.

        Nor does it where the frame is black from edge to edge: that window has none.
        """
        if batch.frame is None:
            raise ConfigError('a teacher needs window files with frames')
        with torch.no_grad():
            depth = self.teacher(batch.frame).float()
        known = (batch.frame != 0).flatten(2).any(2)[:, :, None, None]
        mask = torch.isfinite(depth) & (depth > 0) & known
        return Target(depth.nan_to_num(0.0, 0.0, 0.0), mask)


class MixedDepth:
    """True depth for a share of the clips, a teacher's for the others."""

    def __init__(self, true: TrueDepth, taught: TeacherDepth, true_share: float):
        self.true, self.taught, self.true_share = true, taught, true_share

    def targets(self, batch: Batch) -> Target:
        """Return targets; a clip has the same source from its first window to its last."""
        true, taught = self.true.targets(batch), self.taught.targets(batch)
        use = (batch.lot < self.true_share).view(1, -1, 1, 1)
        return Target(torch.where(use, true.depth, taught.depth),
                      torch.where(use, true.mask, taught.mask))
