# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Random numbers for several sensors, each from its own generator, many steps at a time."""

from typing import Sequence

import torch

#: Steps drawn at once: 1.1 MB each for a sensor of 346x260.
STEPS = 8


class Noise:
    """What lies beside a sequence does not change its noise."""

    def __init__(self, seeds: Sequence[int], height: int, width: int, device):
        """Take a seed for each sensor."""
        self._random = [torch.Generator(device).manual_seed(seed) for seed in seeds]
        self._drawn = torch.empty((len(seeds), STEPS, 3, height, width), device=device)
        self._next = STEPS

    def draw(self):
        """Return the next three numbers from 0 to 1 of each pixel, float32 [B, H, W] each."""
        if self._next == STEPS:
            for drawn, random in zip(self._drawn, self._random):
                drawn.uniform_(generator=random)
            self._next = 0
        self._next += 1
        return self._drawn[:, self._next - 1].unbind(1)
