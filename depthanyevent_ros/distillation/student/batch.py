# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lessons side by side as tensors, and what a network says at their labels."""

from collections import defaultdict
from dataclasses import dataclass, fields
from typing import Dict, List, Sequence

import numpy as np
import torch
from torch import Tensor

from depthanyevent_ros.distillation.protocol import Lesson
from depthanyevent_ros.training.tencode_parts import join_tencode
from depthanyevent_ros.training.unrolled import next_state, UnrolledNetwork


@dataclass(frozen=True)
class Labels:
    """Labels of one kind: which window and lane, and what the teacher said."""

    window: Tensor                      # int64 [N]
    lane: Tensor                        # int64 [N]
    depth: Tensor                       # float32 [N, H, W]
    weight: Tensor                      # float32 [N, H, W]
    anchor: Tensor                      # float32 [N], NaN where there is none

    def to(self, device: torch.device) -> 'Labels':
        """Return the labels on a device."""
        return Labels(*(getattr(self, field.name).to(device) for field in fields(self)))


def images_of(lessons: Sequence[Lesson]) -> Tensor:
    """Return the Tencode images, float32 [T, B, 3, H, W]; all lessons have T windows."""
    return torch.from_numpy(np.stack(
        [join_tencode(lesson.age, lesson.polarity) for lesson in lessons], 1))


def labels_of(lessons: Sequence[Lesson], first: int = 0) -> Dict[str, Labels]:
    """Return the labels of the windows from ``first`` on, by kind."""
    rows: Dict[str, List[tuple]] = defaultdict(list)
    for lane, lesson in enumerate(lessons):
        anchors = lesson.anchor or (float('nan'),) * len(lesson.at)
        for k, window in enumerate(lesson.at):
            if window >= first:
                rows[lesson.kind].append((window, lane, lesson.depth[k], lesson.confidence[k],
                                          anchors[k]))
    return {kind: Labels(torch.tensor([row[0] for row in found]),
                         torch.tensor([row[1] for row in found]),
                         torch.from_numpy(np.stack([row[2] for row in found])).float(),
                         torch.from_numpy(np.stack([row[3] for row in found])).float() / 255,
                         torch.tensor([row[4] for row in found]))
            for kind, found in rows.items()}


def predict(network: UnrolledNetwork, images: Tensor, n_warm: int) -> Tensor:
    """
    Return the depth of the windows from ``n_warm`` on, [T - n_warm, B, H, W], on its device.

    The first windows give the state that the others begin with, without a gradient, as it is
    when the network runs: not the zero state.
    """
    images = images.to(network.device)
    state = network.zero_state(images.shape[1])
    if n_warm:
        with torch.no_grad():
            _, state = network(images[:n_warm], state)
        state = next_state(state, torch.zeros(
            images.shape[1], dtype=torch.bool, device=network.device))
    return network(images[n_warm:], state)[0]
