# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A plain scene for the bundled recording: textured boxes in a room, seen by a moving camera.

Everything is a textured parallelogram in the world (x right, y down, z forward, metres). A ray
of a pixel is followed to the nearest one. All arithmetic is float64, all textures come from
integers, so that the same seed gives the same scene on every machine.
"""

from dataclasses import dataclass

from numba import njit
import numpy as np

TEXTURE_SIZE = 256


@dataclass(frozen=True)
class Scene:
    """
    Parallelograms: one corner and two edges each, [N, 3], and a texture, [N, 256, 256], 0..1.

    ``sway`` [N, 3] is how far each swings to either side, once in ``SWAY_PERIOD_S``.
    """

    corner: np.ndarray
    edge_u: np.ndarray
    edge_v: np.ndarray
    sway: np.ndarray
    textures: np.ndarray


SWAY_PERIOD_S = 2.4


def make_scene(seed: int) -> Scene:
    """Return a room with a floor, a back wall, three boxes and a post."""
    rng = np.random.default_rng(seed)
    faces = [
        # corner,           edge u,        edge v,         sway,          tiles, contrast
        ((-5, -3.4, 5.0), (10, 0, 0), (0, 4.4, 0), (0, 0, 0), 22, 0.40),
        ((-5, 1.0, 0.3), (10, 0, 0), (0, 0, 4.7), (0, 0, 0), 20, 0.35),
        *_box((-1.9, -0.2, 2.6), (0.9, 1.2, 0.6), (0, 0, 0), 7, 0.5),
        *_box((0.5, 0.1, 1.9), (0.6, 0.9, 0.5), (0.22, 0, 0), 6, 0.6),
        *_box((1.6, -0.9, 3.4), (0.8, 1.9, 0.6), (0, 0, 0), 7, 0.4),
        *_box((-0.55, -1.2, 1.45), (0.16, 2.2, 0.16), (0, 0, 0), 4, 0.5),
    ]
    corner, edge_u, edge_v, sway, tiles, contrast = zip(*faces)
    textures = np.stack([_texture(rng, n, c) for n, c in zip(tiles, contrast)])
    return Scene(*(np.array(part, np.float64) for part in (corner, edge_u, edge_v, sway)),
                 textures)


def _box(corner, size, sway, tiles, contrast):
    """Return the front, the two sides and the top of a box whose front top left is corner."""
    (x, y, z), (w, h, d) = corner, size
    return [
        ((x, y, z), (w, 0, 0), (0, h, 0), sway, tiles, contrast),
        ((x, y, z), (0, 0, d), (0, h, 0), sway, tiles, contrast * 0.6),
        ((x + w, y, z), (0, 0, d), (0, h, 0), sway, tiles, contrast * 0.6),
        ((x, y, z), (w, 0, 0), (0, 0, d), sway, tiles, contrast * 0.8),
    ]


def _texture(rng, tiles, contrast):
    """Return tiles of random brightness around a mean, in eight steps."""
    steps = rng.integers(0, 8, (tiles, tiles))
    mean = 0.25 + 0.05 * rng.integers(0, 6)
    values = mean * (1 + contrast * (steps / 3.5 - 1))
    rows = np.arange(TEXTURE_SIZE) * tiles // TEXTURE_SIZE
    return values[np.ix_(rows, rows)]


def camera_pose(t_s: float):
    """Return the rotation [3, 3] (camera to world) and the position [3] at a time."""
    swing = 2 * np.pi * t_s / 3.0
    position = np.array([0.26 * np.sin(swing), 0.03 * np.sin(2 * swing), 0.06 * t_s])
    yaw, pitch = 0.04 * np.sin(swing + 0.6), 0.012 * np.sin(2 * swing)
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)],
                        [0, np.sin(pitch), np.cos(pitch)]])
    return about_y @ about_x, position


def render(scene: Scene, rays: np.ndarray, t_s: float):
    """
    Return what the rays see at a time.

    :param rays: float64 [M, 3], in the camera's frame, z = 1.
    :returns: brightness float64 [M] in 0..1, and depth along z in m, float64 [M].
    """
    rotation, position = camera_pose(t_s)
    corner = scene.corner + scene.sway * np.sin(2 * np.pi * t_s / SWAY_PERIOD_S) - position
    # A point of face f on the ray d s is corner + u edge_u + v edge_v: three equations in s, u, v.
    normal = np.cross(scene.edge_u, scene.edge_v)
    offset = np.einsum('fi,fi->f', normal, corner)
    dual_u = np.cross(scene.edge_v, normal) / np.einsum('fi,fi->f', normal, normal)[:, None]
    dual_v = np.cross(normal, scene.edge_u) / np.einsum('fi,fi->f', normal, normal)[:, None]
    brightness, depth = np.empty(len(rays)), np.empty(len(rays))
    _trace(rays @ rotation.T, corner, normal, offset, dual_u, dual_v, scene.textures,
           brightness, depth)
    return brightness, depth


@njit(cache=True, nogil=True)
def _trace(directions, corner, normal, offset, dual_u, dual_v, textures, brightness, depth):
    size = textures.shape[1]
    for i in range(len(directions)):
        x, y, z = directions[i]
        nearest, value = np.inf, 0.02
        for f in range(len(corner)):
            along = normal[f, 0] * x + normal[f, 1] * y + normal[f, 2] * z
            if along == 0.0:
                continue
            s = offset[f] / along
            if s <= 0.05 or s >= nearest:
                continue
            px, py, pz = s * x - corner[f, 0], s * y - corner[f, 1], s * z - corner[f, 2]
            u = dual_u[f, 0] * px + dual_u[f, 1] * py + dual_u[f, 2] * pz
            v = dual_v[f, 0] * px + dual_v[f, 1] * py + dual_v[f, 2] * pz
            if 0.0 <= u < 1.0 and 0.0 <= v < 1.0:
                nearest = s
                value = textures[f, int(v * size), int(u * size)]
        brightness[i] = value
        depth[i] = nearest
