# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Small window files of a closed-form scene, and a small recipe.

A near textured plane before a far one, the camera moving sideways.
"""

import numpy as np
import pytest

from depthanyevent_ros.training.recipe import recipe_of
from depthanyevent_ros.training.windows_file import write_windows

FOCAL_PX = 60.0
TREE = {
    'model': {'model_type': 'RecDAv2', 'encoder': 'efflite0', 'activation': 'softplus',
              'inv_prediction': True, 'scale_factor': 4.0, 'input_size_width': 96,
              'input_size_height': 64},
    'steps': 4, 'lanes': 2, 'seed': 1, 'validate_every': 100,
    'clips': {'unroll': 2, 'shortest': 2, 'longest': 8},
    'optimiser': {'warm_up': 2, 'learning_rate': 1e-3},
}


def texture(random, width):
    """Return a wide row of random stripes, bool."""
    return np.repeat(random.random(width) < 0.5, 3)


def window(random, back, front, near_m, far_m, k, height, width):
    """
    Return Tencode, depth and frame of window k.

    The upper half shows the far plane, the lower half the near one; each moves by
    k * focal / depth pixels, and a pixel has an event where its stripe changed.
    """
    image = np.zeros((3, height, width), np.float32)
    depth_m = np.full((height, width), far_m, np.float32)
    depth_m[height // 2:] = near_m
    frame = np.zeros((height, width), np.uint8)
    for rows, stripes, z in ((slice(0, height // 2), back, far_m),
                             (slice(height // 2, None), front, near_m)):
        now, before = (stripes[int((k + back_by) * FOCAL_PX / z) + np.arange(width)]
                       for back_by in (1, 0))
        image[0, rows], image[2, rows] = now & ~before, before & ~now
        image[1, rows] = (now ^ before) * random.random(width).round(2)
        frame[rows] = now * 200
    return image, depth_m, frame


def write_planes(path, n=12, height=70, width=98, kind='room', seed=1, near_m=2.0, far_m=6.0,
                 with_frames=False, hole=0):
    """Write a file of n windows, the first ``hole`` rows without depth; return its path."""
    random = np.random.default_rng(seed)
    back, front = (texture(random, width + 2 * int(n * FOCAL_PX / near_m)) for _ in range(2))
    with write_windows(path, height, width, kind=kind, motion='sideways', seed=seed, fx=FOCAL_PX,
                       fy=FOCAL_PX, cx=width / 2, cy=height / 2, with_frames=with_frames) as file:
        for k in range(n):
            image, depth_m, frame = window(random, back, front, near_m, far_m, k, height, width)
            depth_m[:hole] = np.nan
            file.append(image, depth_m, (k + 1) * 50_000_000, int((image[0] + image[2]).sum()),
                        frame if with_frames else None)
    return path


@pytest.fixture(name='write_planes')
def planes():
    """Return what writes a small window file."""
    return write_planes


@pytest.fixture(autouse=True)
def quiet(one_thread):
    """Take one thread in every test of the training."""


@pytest.fixture(scope='session')
def windows(tmp_path_factory):
    """Return a folder of small window files with frames, two kinds, with validation."""
    folder = tmp_path_factory.mktemp('windows')
    for seed, kind in enumerate(('room', 'street', 'room'), 1):
        write_planes(folder / 'train' / f'{seed}.h5', kind=kind, seed=seed, near_m=seed,
                     far_m=4 * seed, with_frames=True)
    write_planes(folder / 'validation' / 'v.h5', seed=20, n=5, with_frames=True)
    return folder


@pytest.fixture(scope='session')
def windows_with_holes(tmp_path_factory):
    """Return a folder of two files, the depth of one of them half unknown."""
    folder = tmp_path_factory.mktemp('holes')
    for seed in (1, 2):
        write_planes(folder / 'train' / f'{seed}.h5', seed=seed, near_m=seed, far_m=4 * seed,
                     hole=30 * (seed - 1))
    return folder


@pytest.fixture
def make_recipe():
    """Return a function that makes the small recipe with changes, by section or at the top."""
    def make(**changes):
        tree = {**TREE, **{name: {**TREE[name], **value} if isinstance(TREE.get(name), dict)
                           else value for name, value in changes.items()}}
        return recipe_of(tree)
    return make
