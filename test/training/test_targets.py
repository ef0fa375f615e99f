# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the network is compared with."""

from dataclasses import replace
import math

import pytest
import torch

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.training.batches import Batch
from depthanyevent_ros.training.targets import MixedDepth, TeacherDepth, true_target, TrueDepth


def batch_of(depth_m, lots=(0.0,), frame=1):
    """Return a batch of one window and one row with this depth and frame in every lane."""
    depth = torch.tensor(depth_m, dtype=torch.float16).expand(1, len(lots), 1, -1)
    bytes_ = torch.zeros(depth.shape, dtype=torch.uint8)
    return Batch(bytes_, bytes_, depth, bytes_ + frame, torch.ones(len(lots), dtype=torch.bool),
                 torch.tensor(lots))


def test_depth_is_clipped_and_the_sky_is_far():
    """80 m for both; unknown and impossible depth does not count."""
    target = true_target(torch.tensor([1.5, 200.0, math.inf, math.nan, 0.0, -3.0]))
    assert target.mask.tolist() == [True, True, True, False, False, False]
    assert target.depth[:3].tolist() == [1.5, 80.0, 80.0]
    assert torch.isfinite(target.depth).all()


def test_a_teachers_nonsense_does_not_count():
    """NaN, infinity and what is not in front of the camera."""
    source = TeacherDepth(lambda frame: torch.tensor(
        [[[[2.0, math.nan, math.inf, -1.0, 0.0]]]]))
    target = source.targets(batch_of([1.0] * 5))
    assert target.mask.flatten().tolist() == [True, False, False, False, False]
    assert torch.isfinite(target.depth).all()


def test_a_teacher_says_nothing_of_a_window_without_a_frame():
    """Which is stored black; of a file without frames it is said in a sentence."""
    source = TeacherDepth(lambda frame: torch.full(frame.shape, 7.0))
    assert not source.targets(batch_of([1.0], frame=0)).mask.any()
    with pytest.raises(ConfigError, match='with frames'):
        source.targets(replace(batch_of([1.0]), frame=None))


def test_mixed_targets_are_one_source_per_clip():
    """A share of the clips by their lot."""
    taught = TeacherDepth(lambda frame: torch.full(frame.shape, 7.0))
    source = MixedDepth(TrueDepth(), taught, 0.25)
    target = source.targets(batch_of([3.0, math.nan], (0.1, 0.9)))
    assert target.depth[0, 0, 0].tolist() == [3.0, 0.0] and not target.mask[0, 0, 0, 1]
    assert target.depth[0, 1, 0].tolist() == [7.0, 7.0] and target.mask[0, 1].all()
