# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A placement on the device; what never changes is brought there once."""

from dataclasses import dataclass
from typing import Dict

import numpy as np
import torch

from depthanyevent_ros.simulation.torch_twin.stage import Placement, Stage

#: What the shader wants to know of a shape: map 9 + 3, half 3, light 3, kind 1.
N_VALUES = 19


@dataclass(frozen=True)
class Batch:
    """
    B moments with at most S shapes each, on a device.

    ``columns``: kind -> the columns (of S) that hold shapes of this kind; a column that a moment
    does not need holds a shape that no ray meets.
    """

    columns: Dict[int, slice]
    linear: torch.Tensor            # float32 [B, S, 3, 3]
    origin: torch.Tensor            # [B, S, 3]
    shape: torch.Tensor             # [B, S, 19]: linear, origin, half, light, kind
    face: torch.Tensor              # [B, S, 6, 4]: texels per m (u, v), low, span
    texture: torch.Tensor           # int64 [B, S, 6], rows of the stacked atlas
    to_world: torch.Tensor          # [B, 3, 3]
    sky: torch.Tensor               # [B, 3]: ambient, brightness at the horizon, above
    sky_texture: torch.Tensor       # int64 [B]


class Batches:
    """Brings placements of one stage to a device."""

    def __init__(self, stage: Stage, device):
        """Bring what does not change, and the textures of all scenes in one atlas."""
        self._columns, self._device = stage.columns, device
        atlases = [scene.atlas for scene in stage.scenes]
        first = np.cumsum([0, *(len(atlas) for atlas in atlases[:-1])])
        self.atlas = torch.from_numpy(np.concatenate(atlases)).to(device)
        texels, low, span = (stage.stack(name) for name in ('texels_per_m', 'low', 'span'))
        self._face = self._bring(np.concatenate([texels, low[..., None], span[..., None]], -1))
        self._texture = torch.from_numpy(
            stage.stack('texture').astype(np.int64) + first[:, None, None]).to(device)
        lights = [scene.light for scene in stage.scenes]
        self._sky = self._bring(np.array(
            [(light.ambient, light.sky_low, light.sky_high) for light in lights]))
        self._sky_texture = torch.from_numpy(
            np.array([scene.sky_texture for scene in stage.scenes]) + first).to(device)
        self._shape = np.zeros((*stage.own.shape, N_VALUES), np.float32)
        self._shape[..., 12:15], self._shape[..., 18] = stage.stack('half'), stage.stack('kind')

    def of(self, placement: Placement) -> Batch:
        """Return a placement on the device."""
        shape = self._shape
        shape[..., :9] = placement.linear.reshape(*shape.shape[:2], 9)
        shape[..., 9:12], shape[..., 15:18] = placement.origin, placement.light
        values = self._bring(shape)
        return Batch(self._columns, values[..., :9].unflatten(2, (3, 3)), values[..., 9:12],
                     values, self._face, self._texture, self._bring(placement.rotation),
                     self._sky, self._sky_texture)

    def _bring(self, array):
        # A copy, also on the CPU: `shape` is written again while this is in use.
        return torch.tensor(array, dtype=torch.float32, device=self._device)
