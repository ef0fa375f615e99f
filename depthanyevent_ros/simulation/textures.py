# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Textures made from random numbers: float32 [256, 256] in 0..1, and they repeat without a seam.

Each maker takes a generator of random numbers. What its values mean (how dark, how bright) is
said where a texture is put on a surface.
"""

import numpy as np

SIZE = 256


def noise(rng, slope=1.0):
    """Return noise whose amplitude falls with spatial frequency to the power -slope."""
    frequency = np.hypot(np.fft.fftfreq(SIZE)[:, None], np.fft.rfftfreq(SIZE)[None])
    frequency[0, 0] = 1.0
    spectrum = np.fft.rfft2(rng.standard_normal((SIZE, SIZE))) * frequency ** -slope
    spectrum[0, 0] = 0.0
    return spread(np.fft.irfft2(spectrum, (SIZE, SIZE)))


def plaster(rng):
    """Return soft stains with a fine grain."""
    return spread(noise(rng, 1.6) + 0.35 * noise(rng, 0.3))


def grain(rng):
    """Return a fine grain, like asphalt or carpet."""
    return spread(noise(rng, 0.2) + 0.5 * noise(rng, 1.2))


def blotches(rng):
    """Return patches with sharp edges, like leaves or camouflage."""
    levels = int(rng.integers(2, 6))
    return spread(np.floor(noise(rng, rng.uniform(0.9, 1.5)) * levels) + 0.3 * noise(rng, 0.3))


def checker(rng):
    """Return a chess board."""
    n = 2 * int(rng.integers(1, 5))
    index = np.arange(SIZE) * n // SIZE
    return worn((index[:, None] + index[None]) % 2, rng)


def stripes(rng):
    """Return bars of random widths and brightness, upright or lying."""
    n = int(rng.integers(4, 14))
    edges = np.sort(rng.integers(0, SIZE, n))
    values = rng.random(n)
    line = values[np.searchsorted(edges, np.arange(SIZE)) % n]
    bars = np.broadcast_to(line, (SIZE, SIZE))
    return worn(bars.T if rng.random() < 0.5 else bars, rng)


def tiles(rng):
    """Return tiles of a few tones with joints between them."""
    n = int(rng.choice([2, 4, 8]))
    return worn(_masonry(rng, n, n, 0, int(rng.integers(2, 5)), rng.uniform(0.1, 0.6)), rng)


def bricks(rng):
    """Return courses of bricks, each shifted by half a brick."""
    return worn(_masonry(rng, int(rng.choice([8, 16])), int(rng.choice([4, 8])), 1,
                         int(rng.integers(2, 4)), 0.4), rng, 0.2)


def planks(rng):
    """Return boards with a grain along them."""
    boards = _masonry(rng, int(rng.choice([4, 8])), 2, 1, 1, 0.6)
    fibres = spread(np.repeat(noise(rng, 0.6)[:, ::8], 8, axis=1))
    return spread(boards + 0.35 * fibres)


def marks(rng):
    """Return lines of small dark strokes on a bright ground, like print."""
    page = np.ones((SIZE, SIZE))
    step = int(rng.choice([8, 16, 32]))
    for row in range(step // 4, SIZE, step):
        column = int(rng.integers(2, 10))
        while column < SIZE - step:
            width = int(rng.integers(1, step // 2 + 1))
            height = int(rng.integers(step // 4, step * 3 // 4))
            page[row:row + height, column:column + width] = rng.uniform(0, 0.4)
            column += width + int(rng.integers(1, 4)) + (step // 2 if rng.random() < 0.2 else 0)
    return worn(page, rng, 0.1)


def patches(rng):
    """Return overlapping rectangles, like posters or clutter on a shelf."""
    picture = np.full((SIZE, SIZE), rng.random())
    for _ in range(int(rng.integers(12, 60))):
        x, y = rng.integers(0, SIZE, 2)
        w, h = rng.integers(6, 90, 2)
        picture[y:y + h, x:x + w] = rng.random()
    return worn(picture, rng, 0.15)


def dots(rng):
    """Return discs of several sizes on a plain ground."""
    picture = np.full((SIZE, SIZE), rng.random())
    rows, columns = np.mgrid[:SIZE, :SIZE]
    for _ in range(int(rng.integers(10, 40))):
        x, y = rng.integers(0, SIZE, 2)
        dx, dy = ((columns - x + SIZE // 2) % SIZE, (rows - y + SIZE // 2) % SIZE)
        disc = (dx - SIZE // 2) ** 2 + (dy - SIZE // 2) ** 2 < rng.integers(3, 26) ** 2
        picture[disc] = rng.random()
    return worn(picture, rng, 0.1)


def windows(rng):
    """Return one floor of a facade: windows in a plain or structured wall."""
    wall = 0.55 + 0.35 * (bricks(rng) if rng.random() < 0.5 else plaster(rng))
    n = int(rng.choice([2, 3, 4]))
    pitch = SIZE // n
    width, top = int(pitch * rng.uniform(0.35, 0.75)), int(rng.integers(40, 80))
    bottom = int(rng.integers(160, 220))
    for i in range(n):
        left = i * pitch + (pitch - width) // 2
        wall[top - 5:bottom + 8, left - 4:left + width + 4] = rng.uniform(0.8, 1.0)
        wall[top:bottom, left:left + width] = rng.uniform(0.0, 0.35)
        wall[top:bottom, left + width // 2 - 2:left + width // 2 + 2] = 0.8
    return worn(wall, rng, 0.1)


#: What covers large surfaces, what covers things, what covers houses.
GROUNDS = (plaster, grain, tiles, planks, checker, bricks, noise)
THINGS = (blotches, checker, stripes, tiles, planks, marks, patches, dots, noise, plaster)


def worn(picture, rng, amount=0.25):
    """Return a picture with stains and grain, so that no part of it is quite plain."""
    return spread(picture + amount * (noise(rng, 1.2) - 0.5) + amount / 2 * noise(rng, 0.2))


def spread(picture):
    """Return a picture with its 1st to 99th percentile stretched to 0..1, float32."""
    low, high = np.percentile(picture, (1, 99))
    return np.clip((picture - low) / max(high - low, 1e-6), 0, 1).astype(np.float32)


def _masonry(rng, rows, columns, shift, joint, variety):
    """Return stones of their own brightness each; every other row is shifted by half a stone."""
    stone_h, stone_w = SIZE // rows, SIZE // columns
    y, x = np.mgrid[:SIZE, :SIZE]
    x = (x + shift * (y // stone_h % 2) * (stone_w // 2)) % SIZE
    stones = 1 - variety * rng.random((rows, columns))
    picture = stones[y // stone_h, x // stone_w]
    picture[(y % stone_h < joint) | (x % stone_w < joint)] = rng.uniform(0, 0.5)
    return picture
