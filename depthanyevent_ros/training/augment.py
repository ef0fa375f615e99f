# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Augmentation of chunks of windows.

What changes the scene (flip, zoom, polarity) is drawn once per clip and kept to its end, because
the network remembers; noise is drawn anew per chunk. All of it follows from the clip's number
alone, so that a resumed training, or another number of loading processes, sees the same pictures.
"""

from dataclasses import dataclass, fields
from typing import Dict, Tuple

import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.training.tencode_parts import BRIGHTER, DARKER, NO_EVENT

Arrays = Dict[str, np.ndarray]          # the stored datasets of a chunk, [T, H, W]
PICTURES = ('tencode_age', 'polarity', 'depth_m', 'frame')


@dataclass(frozen=True)
class AugmentPlan:
    """
    Probabilities per clip and upper ends of shares; all zero leaves everything as it is.

    ``zoom`` enlarges the middle or another part of the picture by up to this factor; depth stays
    in metres although the focal length grows with the zoom, so a metric recipe keeps it at 1.
    """

    flip: float = 0.5                   # left and right exchanged
    swap_polarity: float = 0.0          # brighter and darker exchanged
    zoom: float = 1.0                   # largest factor, 1 for none
    drop: float = 0.0                   # largest share of pixels that lose their event
    shorten: float = 0.0                # largest share of the window that is cut off its beginning
    noise: float = 0.0                  # largest share of pixels with an event that is none
    hot: float = 0.0                    # largest share of pixels that fire in every window
    stall: float = 0.0                  # probability per chunk that it holds no event at all
    brightness: float = 0.0             # of frames: largest change of gain and gamma, in log

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            low, high = (1, 4) if field.name == 'zoom' else (0, 1)
            if not low <= value <= high:
                raise ConfigError(f'augment.{field.name} is {value}; it must be from {low} to '
                                  f'{high}')


def augment(arrays: Arrays, plan: AugmentPlan, lot: int, chunk: int) -> Arrays:
    """
    Return an augmented chunk.

    :param arrays: the datasets as stored; not changed.
    :param lot: the number of the clip; :param chunk: which of its chunks this is.
    """
    clip, noise = np.random.default_rng([lot, 0]), np.random.default_rng([lot, 1, chunk])
    # All are drawn whether used or not: one switch of a recipe does not change the others.
    flips, swaps, drop, shorten, hot, noisy = clip.random(6)
    zoomed = 1 + clip.random() * (plan.zoom - 1), clip.random(2)
    gain, gamma = np.exp(clip.uniform(-1, 1, 2) * plan.brightness)
    arrays = dict(arrays)
    if plan.zoom > 1:
        arrays.update(zoom(arrays, *zoomed))
    if flips < plan.flip:
        arrays.update({name: arrays[name][..., ::-1] for name in PICTURES if name in arrays})
    if swaps < plan.swap_polarity:
        arrays['polarity'] = swap_polarity(arrays['polarity'])
    if plan.brightness and 'frame' in arrays:
        arrays['frame'] = relight(arrays['frame'], gain, gamma)
    age, polarity = arrays['tencode_age'], arrays['polarity']
    if plan.shorten:
        age, polarity = shorten_window(age, polarity, 1 - shorten * plan.shorten)
    if plan.drop:
        polarity = polarity * (noise.random(age.shape, np.float32) >= drop * plan.drop)
    if plan.stall and noise.random() < plan.stall:
        polarity = np.zeros_like(polarity)
    if plan.noise or plan.hot:
        where = noise.random(age.shape, np.float32) < noisy * plan.noise
        where |= clip.random(age.shape[1:], np.float32) < hot * plan.hot
        age, polarity = add_events(age, polarity, where, noise)
    arrays['tencode_age'], arrays['polarity'] = np.where(polarity > 0, age, np.uint8(0)), polarity
    return arrays


def zoom(arrays: Arrays, factor: float, place: np.ndarray) -> Arrays:
    """
    Return a part of the pictures, 1 / factor of each side, enlarged to the whole size.

    Nearest neighbour for all, so that an event stays one and no depth is made up between two.
    """
    height, width = arrays['depth_m'].shape[1:]
    rows, columns = ((place[axis] * (size - size / factor)
                      + (np.arange(size) + 0.5) / factor).astype(int)
                     for axis, size in enumerate((height, width)))
    return {name: arrays[name][:, rows[:, None], columns[None]]
            for name in PICTURES if name in arrays}


def swap_polarity(polarity: np.ndarray) -> np.ndarray:
    """Return polarity with brighter and darker exchanged."""
    return np.array([NO_EVENT, BRIGHTER, DARKER], np.uint8)[polarity]


def shorten_window(age: np.ndarray, polarity: np.ndarray, share: float
                   ) -> Tuple[np.ndarray, np.ndarray]:
    """
    Return age and polarity of the last ``share`` of the window.

    Exactly what a shorter window would show, as a pixel keeps its newest event: another rate of
    events for the same picture of depth.
    """
    stretched = np.minimum(np.rint(age * np.float32(1 / share)), 255).astype(np.uint8)
    return stretched, polarity * (age <= 255 * share)


def add_events(age: np.ndarray, polarity: np.ndarray, where: np.ndarray,
               random: np.random.Generator) -> Tuple[np.ndarray, np.ndarray]:
    """Return age and polarity with events of any age and polarity written where they are asked."""
    made = random.integers(0, 512, int(where.sum()), np.uint16)
    age, polarity = age.copy(), polarity.copy()
    age[where], polarity[where] = made & 255, DARKER + (made >> 8)
    return age, polarity


def relight(frame: np.ndarray, gain: float, gamma: float) -> np.ndarray:
    """Return uint8 frames under another light: 255 min(1, gain (frame / 255)^gamma)."""
    table = np.minimum(gain * (np.arange(256) / 255) ** gamma, 1) * 255
    return np.rint(table).astype(np.uint8)[frame]
