# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Scenes at some moments, stacked for the GPU: shapes sorted by kind, padded to equal numbers."""

from dataclasses import dataclass
from typing import Dict, Sequence

import numpy as np
import torch

from depthanyevent_ros.simulation.placing import Placed

#: What the shader wants to know of a shape, flattened: map 9 + 3, half 3, light 3, kind 1.
_FLAT = ('linear', 'origin', 'half', 'light')


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


def make_batch(placed: Sequence[Placed], first_texture: Sequence[int], device) -> Batch:
    """
    Stack moments.

    :param first_texture: where the textures of each one's scene begin in the stacked atlas.
    """
    kinds = sorted({int(k) for p in placed for k in np.unique(p.kind)})
    columns, n = {}, 0
    for kind in kinds:
        most = max(int((p.kind == kind).sum()) for p in placed)
        columns[kind] = slice(n, n + most)
        n += most
    linear, origin = np.zeros((len(placed), n, 3, 3), np.float32), np.zeros((len(placed), n, 3))
    flat, face = np.zeros((len(placed), n, 19), np.float32), np.zeros((len(placed), n, 6, 4))
    texture = np.zeros((len(placed), n, 6), np.int64)
    linear[:] = np.eye(3)
    origin[:] = 1e3                 # no ray from there meets the unit shape going z > 0
    for b, p in enumerate(placed):
        for kind, where in columns.items():
            own = np.flatnonzero(p.kind == kind)
            if not len(own):
                continue
            to = np.arange(where.start, where.start + len(own))
            linear[b, to], origin[b, to] = p.linear[own], p.origin[own]
            parts = [getattr(p, name)[own].reshape(len(own), -1) for name in _FLAT]
            flat[b, to] = np.concatenate([*parts, p.kind[own, None]], axis=1)
            face[b, to, :, :2] = p.texels_per_m[own]
            face[b, to, :, 2], face[b, to, :, 3] = p.low[own], p.span[own]
            texture[b, to] = p.texture[own] + first_texture[b]
    sky = np.stack([p.sky for p in placed])
    floats = [torch.from_numpy(a.astype(np.float32)).to(device) for a in (
        linear, origin, flat, face, np.stack([p.to_world for p in placed]), sky[:, :3])]
    sky_texture = sky[:, 3].astype(np.int64) + np.array(first_texture)
    return Batch(columns, floats[0], floats[1], floats[2], floats[3],
                 torch.from_numpy(texture).to(device), floats[4], floats[5],
                 torch.from_numpy(sky_texture).to(device))
