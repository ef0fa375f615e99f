# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every ray against every shape of a kind, as `simulation/intersection.py` does it in tiles."""

import torch

from depthanyevent_ros.simulation.scene import BOX, CYLINDER, ELLIPSOID, ROOM
from depthanyevent_ros.simulation.visibility import NEAR_M

INF = float('inf')


def meet_box(v, o, inside: bool = False):
    """
    Return the depth, [...], +inf where a ray misses.

    :param v: directions in the unit shape, [..., 3]; :param o: origins there, [..., 3].
    """
    p, q = (-1 - o) / v, (1 - o) / v
    enter, leave = torch.minimum(p, q).amax(-1), torch.maximum(p, q).amin(-1)
    depth = leave if inside else enter
    return torch.where((enter <= leave) & (depth > NEAR_M), depth, INF)


def meet_room(v, o):
    """Return the depth of the far side of a box."""
    return meet_box(v, o, inside=True)


def meet_ellipsoid(v, o):
    """Return the depth at which the unit ball is entered."""
    a = 1 / (v * v).sum(-1)
    middle = -(o * v).sum(-1) * a
    nearest = o + middle[..., None] * v
    left = 1 - (nearest * nearest).sum(-1)
    depth = middle - torch.sqrt(left.clamp(min=0) * a)
    return torch.where((left > 0) & (depth > NEAR_M), depth, INF)


def meet_cylinder(v, o):
    """Return the depth at which the unit cylinder with lids is entered."""
    a = 1 / (v[..., 0] ** 2 + v[..., 2] ** 2)
    middle = -(o[..., 0] * v[..., 0] + o[..., 2] * v[..., 2]) * a
    left = 1 - (o[..., 0] + middle * v[..., 0]) ** 2 - (o[..., 2] + middle * v[..., 2]) ** 2
    reach = torch.sqrt(left.clamp(min=0) * a)
    p, q = (-1 - o[..., 1]) / v[..., 1], (1 - o[..., 1]) / v[..., 1]
    enter = torch.maximum(middle - reach, torch.minimum(p, q))
    leave = torch.minimum(middle + reach, torch.maximum(p, q))
    return torch.where((left > 0) & (enter <= leave) & (enter > NEAR_M), enter, INF)


MEET = {BOX: meet_box, ROOM: meet_room, ELLIPSOID: meet_ellipsoid, CYLINDER: meet_cylinder}


def nearest(batch, rays, chunk: int = 8):
    """
    Return depth, float32 [B, N], and whose it is, int64 [B, N] (-1: the sky).

    :param rays: [B, N, 3], z = 1; :param chunk: shapes at a time, which bounds the memory.
    """
    n_moments, n_rays = rays.shape[:2]
    best = torch.full((n_moments, n_rays), INF, device=rays.device)
    who = torch.full((n_moments, n_rays), -1, dtype=torch.int64, device=rays.device)
    for kind, columns in batch.columns.items():
        for start in range(columns.start, columns.stop, chunk):
            part = slice(start, min(start + chunk, columns.stop))
            v = torch.einsum('bsij,bnj->bsni', batch.linear[:, part], rays)
            depth, index = MEET[kind](v, batch.origin[:, part, None]).min(1)
            nearer = depth < best
            best = torch.where(nearer, depth, best)
            who = torch.where(nearer, index + start, who)
    return best, who
