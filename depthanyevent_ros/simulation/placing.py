# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A scene as the camera has it at one moment: what the ray caster works on."""

from typing import NamedTuple

import numpy as np

from depthanyevent_ros.simulation.scene import Scene


class Placed(NamedTuple):
    """The shapes in the camera's frame, all float32 but kind and texture (int32)."""

    kind: np.ndarray            # [S]
    centre: np.ndarray          # [S, 3], in the camera's frame, m
    axes: np.ndarray            # [S, 3, 3], columns: half axes in the camera's frame, m
    linear: np.ndarray          # [S, 3, 3], direction in the camera's frame -> unit shape
    origin: np.ndarray          # [S, 3], the camera's position in the unit shape
    half: np.ndarray            # [S, 3], m
    light: np.ndarray           # [S, 3], towards the light, in the shape's axes
    texture: np.ndarray         # [S, 6]
    texels_per_m: np.ndarray    # [S, 6, 2]
    low: np.ndarray             # [S, 6]
    span: np.ndarray            # [S, 6]
    to_world: np.ndarray        # [3, 3], the camera's rotation, for the sky
    sky: np.ndarray             # ambient share, brightness at the horizon, above; its texture


def place(scene: Scene, t_s: float, rotation: np.ndarray, position: np.ndarray) -> Placed:
    """
    Return what a camera sees at a time, before any ray is cast.

    :param rotation: float64 [3, 3], camera to world; :param position: [3], m.
    """
    turned = scene.rotation(t_s)
    in_camera = np.einsum('ji,sjk->sik', rotation, turned)          # R_c^T R_s
    offset = scene.position(t_s) - position
    linear = np.swapaxes(in_camera, 1, 2) / scene.half[:, :, None]
    light = scene.light
    arrays = [
        offset @ rotation, in_camera * scene.half[:, None, :], linear,
        -np.einsum('sji,sj->si', turned, offset) / scene.half, scene.half,
        np.einsum('sji,j->si', turned, np.array(light.towards))]
    return Placed(
        scene.kind, *(np.ascontiguousarray(a, np.float32) for a in arrays), scene.texture,
        scene.texels_per_m, scene.low, scene.span, rotation.astype(np.float32),
        np.array([light.ambient, light.sky_low, light.sky_high, scene.sky_texture], np.float32))
