# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tencode clips: a recorded one to compare engines on, a drawn one to time them on."""

from pathlib import Path
from typing import Iterator

import numpy as np

#: Consecutive windows of 50 ms of the bundled recording, in which a walking camera comes to rest;
#: uint8 [N, 3, H, W], written by tools/make_parity_clip.py.
RECORDED = Path(__file__).resolve().parents[1] / 'data' / 'clip' / 'windows.npz'

#: Rings drawn in one window, oldest first.
SUBSTEPS = 12


def recorded_clip(height: int, width: int) -> np.ndarray:
    """
    Return windows of the bundled recording for a sensor of this size.

    The nearest pixel is taken where the size is another. The values are those of 8-bit images,
    so that an engine that takes bytes and one that takes floats see the same.

    :returns: float32 [24, 3, height, width] in 0..1.
    """
    with np.load(RECORDED) as file:
        windows = file['windows']
    rows = np.arange(height) * windows.shape[2] // height
    columns = np.arange(width) * windows.shape[3] // width
    return windows[:, :, rows[:, None], columns].astype(np.float32) / np.float32(255)


def moving_edges(height: int, width: int, n_windows: int, seed: int = 0) -> Iterator[np.ndarray]:
    """
    Yield the Tencode images of discs that move in front of a still background.

    The leading edge of a disc is brighter or darker than what it covers and its trailing edge the
    opposite; an edge leaves a trace with the age of each pixel, the newest on top. The first two
    images are what real streams hold too: nearly empty.

    :returns: ``n_windows`` float32 [3, height, width] images in 0..1, the same for the same seed.
    """
    random = np.random.RandomState(seed)
    n_discs = 6
    centre = random.random_sample((n_discs, 2)) * (height, width)
    velocity = (random.random_sample((n_discs, 2)) - 0.5) * 0.1 * min(height, width)
    radius = (0.05 + 0.2 * random.random_sample(n_discs)) * min(height, width)
    polarity = random.randint(0, 2, n_discs)
    rows, columns = np.ogrid[:height, :width]
    for window in range(n_windows):
        image = np.zeros((3, height, width), np.float32)
        shown = min(window, n_discs)
        for age in np.linspace(1, 0, SUBSTEPS):
            now = centre[:shown] + velocity[:shown] * (window - age)
            for (row, column), speed, r, p in zip(now, velocity, radius, polarity):
                dy, dx = rows - row % height, columns - column % width
                edge = np.abs(np.hypot(dy, dx) - r) < 0.7
                leading = dy * speed[0] + dx * speed[1] > 0
                for mask, on in ((edge & leading, p), (edge & ~leading, 1 - p)):
                    image[0][mask], image[1][mask], image[2][mask] = on, age, 1 - on
        yield image
