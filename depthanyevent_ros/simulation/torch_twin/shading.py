# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The brightness of what each ray met, as `simulation/shading.py` gives it ray by ray."""

import torch

from depthanyevent_ros.simulation.atlas import N_LEVELS, OFFSETS
from depthanyevent_ros.simulation.scene import ELLIPSOID, ROOM
from depthanyevent_ros.simulation.textures import SIZE


def look_up(atlas, texture, u, v, footprint):
    """
    Return the textures' values, [...], between the two mip levels around each footprint.

    :param atlas: float32 [T, texels]; :param texture: int64 [...], rows of it;
    :param u: column; :param v: row, in texels of level 0.
    """
    level = torch.log2(footprint.clamp(min=1)).clamp(max=N_LEVELS - 1.001)
    lower = level.floor().long()
    fine = _bilinear(atlas, texture, u, v, lower)
    return fine + (level - lower) * (_bilinear(atlas, texture, u, v, lower + 1) - fine)


def _bilinear(atlas, texture, u, v, level):
    size = SIZE >> level
    offset = torch.as_tensor(OFFSETS, device=u.device)[level]
    x, y = u * (size / SIZE) - 0.5, v * (size / SIZE) - 0.5
    x0, y0 = x.floor(), y.floor()
    wx, wy = x - x0, y - y0
    columns = [(x0.long() + k) % size for k in (0, 1)]
    rows = [offset + (y0.long() + k) % size * size for k in (0, 1)]
    (a, b), (c, d) = ([atlas[texture, row + column] for column in columns] for row in rows)
    top, bottom = a + wx * (b - a), c + wx * (d - c)
    return top + wy * (bottom - top)


def shade(batch, rays, depth, who, atlas, angle):
    """
    Return the brightness, float32 [B, N].

    :param depth: [B, N], m; :param who: int64 [B, N], as `intersection.nearest` gives them;
    :param angle: of one pixel, rad, [B, 1].
    """
    met = who.clamp(min=0)
    row = torch.gather(batch.shape, 1, met[..., None].expand(-1, -1, batch.shape.shape[2]))
    m, o, half, light, kind = row.split((9, 3, 3, 3, 1), dim=2)
    kind = kind[..., 0]
    v = torch.einsum('bnij,bnj->bni', m.unflatten(2, (3, 3)), rays)
    q = o + torch.where(torch.isfinite(depth), depth, 1.0)[..., None] * v
    v = v * half
    long = rays.norm(dim=-1)
    round_ = (kind > ROOM) & ((kind == ELLIPSOID) | (q[..., 1].abs() < 0.9999))
    flat = _flat(q, v, half, light, kind)
    curved = _curved(q, v, half, light, kind)
    toward, cosine, u, along, face = (torch.where(round_, c, f) for c, f in zip(curved, flat))
    index = met * 6 + face.long()
    surface = torch.gather(batch.face.flatten(1, 2), 1, index[..., None].expand(-1, -1, 4))
    texture = torch.gather(batch.texture.flatten(1, 2), 1, index)
    cosine = (cosine / long).clamp(min=0.02)
    footprint = depth * long * angle * surface[..., :2].amax(-1) / cosine ** 0.75
    value = look_up(atlas, texture, u * surface[..., 0], along * surface[..., 1],
                    torch.where(torch.isfinite(footprint), footprint, 1.0))
    ambient = batch.sky[:, :1]
    lit = ambient + (1 - ambient) * toward.clamp(min=0)
    value = (surface[..., 2] + surface[..., 3] * value) * lit
    return torch.where(who < 0, _sky(batch, rays, atlas), value)


def _flat(q, v, half, light, kind):
    """Return light, cosine, texture coordinates (m) and face on the sides of boxes and lids."""
    axis = q.abs().argmax(-1)
    axis = torch.where(kind > ROOM, 1, axis)[..., None]
    side, toward, cosine = (torch.gather(a, 2, axis)[..., 0] for a in (q, light, v))
    axis = axis[..., 0]
    at = (q + 1) * half
    u = torch.where(axis == 0, at[..., 2], at[..., 0])
    along = torch.where(axis == 1, at[..., 2], at[..., 1])
    toward = torch.where((side > 0) != (kind == ROOM), toward, -toward)
    return toward, cosine.abs(), u, along, (2 * axis + (side > 0)).float()


def _curved(q, v, half, light, kind):
    """Return the same for round shapes."""
    normal = q / half
    upright = torch.where(kind == ELLIPSOID, normal[..., 1], 0.0)
    normal = torch.stack([normal[..., 0], upright, normal[..., 2]], dim=-1)
    normal = normal / normal.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    u = (torch.atan2(q[..., 2], q[..., 0]) + torch.pi) * half[..., 0]
    return ((normal * light).sum(-1), (normal * v).sum(-1).abs(), u,
            (q[..., 1] + 1) * half[..., 1], torch.zeros_like(u))


def _sky(batch, rays, atlas):
    d = torch.einsum('bij,bnj->bni', batch.to_world, rays)
    up = (-d[..., 1] / d.norm(dim=-1)).clamp(0, 1)
    flat = 64 / (up + 0.2) / torch.sqrt(d[..., 0] ** 2 + d[..., 2] ** 2 + 1e-6)
    cloud = look_up(atlas, batch.sky_texture[:, None].expand(up.shape), d[..., 0] * flat,
                    d[..., 2] * flat, torch.full_like(up, 4.0))
    low, high = batch.sky[:, 1:2], batch.sky[:, 2:3]
    return (low + (high - low) * up) * (0.85 + 0.3 * cloud)
