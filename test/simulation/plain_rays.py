# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ray caster once more, in float64 and by other formulas: every ray against every shape."""

import numpy as np

from depthanyevent_ros.simulation.scene import BOX, CYLINDER, ELLIPSOID, ROOM

EPS = 1e-9


def plain_look(scene, rays, t_s, rotation, position):
    """
    Return depth and brightness of untextured shapes (low is what they reflect), [N] each.

    :param rays: [N, 2], x / z and y / z.
    """
    directions = np.column_stack([rays, np.ones(len(rays))]) @ rotation.T
    depth, brightness = np.full(len(rays), np.inf), np.zeros(len(rays))
    turned, centres = scene.rotation(t_s), scene.position(t_s)
    for s, kind in enumerate(scene.kind):
        # In metres, in the axes of the shape.
        d, p = directions @ turned[s], (position - centres[s]) @ turned[s]
        found, normal, face = MEET[kind](d, p, scene.half[s])
        nearer = found < depth
        lit = np.maximum(normal @ (turned[s].T @ np.array(scene.light.towards)), 0)
        ambient = scene.light.ambient
        value = scene.low[s][face] * (ambient + (1 - ambient) * lit)
        depth, brightness = np.where(nearer, found, depth), np.where(nearer, value, brightness)
    return depth, brightness


def _planes(d, p, half, axes, sign_of_exit):
    """Meet the faces of a box one by one; those entered (-1) or left (1)."""
    best, normal = np.full(len(d), np.inf), np.zeros((len(d), 3))
    face = np.zeros(len(d), int)
    for axis in axes:
        for side in (-1, 1):
            with np.errstate(all='ignore'):
                s = (side * half[axis] - p[axis]) / d[:, axis]
                q = p + s[:, None] * d
            others = [a for a in range(3) if a != axis]
            inside = np.all(np.abs(q[:, others]) <= half[others] + EPS, axis=1)
            way = np.sign(d[:, axis] * side) == sign_of_exit
            hit = inside & way & (s > 0.02) & (s < best)
            best[hit], face[hit] = s[hit], 2 * axis + (side > 0)
            normal[hit] = -sign_of_exit * side * np.eye(3)[axis]
    return best, normal, face


def _box(d, p, half):
    return _planes(d, p, half, (0, 1, 2), -1)


def _room(d, p, half):
    best, normal, face = _planes(d, p, half, (0, 1, 2), 1)
    return best, -np.abs(normal) * np.sign(p + np.where(np.isfinite(best), best, 0)[:, None] * d
                                           ), face


def _ellipsoid(d, p, half):
    best, q = _roots(d / half, p / half)
    normal = (q * half) / half ** 2
    return best, normal / np.linalg.norm(normal, axis=1, keepdims=True), np.zeros(len(d), int)


def _cylinder(d, p, half):
    flat = np.array([1.0, 0.0, 1.0])
    best, q = _roots(d / half * flat, p / half * flat)
    height = p[1] + np.where(np.isfinite(best), best, 0) * d[:, 1]
    best = np.where(np.abs(height) <= half[1], best, np.inf)
    normal = q * half / half ** 2
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + EPS
    lid, lid_normal, lid_face = _planes(d, p, half, (1,), -1)
    at = p + np.where(np.isfinite(lid), lid, 0)[:, None] * d
    lid = np.where(((at / half)[:, [0, 2]] ** 2).sum(1) <= 1, lid, np.inf)
    nearer = lid < best
    return (np.where(nearer, lid, best), np.where(nearer[:, None], lid_normal, normal),
            np.where(nearer, lid_face, 0))


def _roots(d, p):
    """Return where rays enter the unit ball (or round), and the points."""
    a, b, c = (d * d).sum(1), d @ p, p @ p - 1
    root = b * b - a * c
    s = np.where(root > 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.inf)
    s = np.where(s > 0.02, s, np.inf)
    return s, p + np.where(np.isfinite(s), s, 0)[:, None] * d


MEET = {BOX: _box, ROOM: _room, ELLIPSOID: _ellipsoid, CYLINDER: _cylinder}
