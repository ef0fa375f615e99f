# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lessons of a small camera, and the default network at a small size."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from depthanyevent_ros.distillation.protocol import Lesson, METRIC
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import seeded_state_dict

HEIGHT, WIDTH, N_WINDOWS = 40, 56, 4
CONFIG = ModelConfig(**{**ModelConfig().as_dict(), 'encoder': 'efflite0',
                        'activation': 'softplus', 'inv_prediction': True, 'scale_factor': 10.0,
                        'input_size_height': 64, 'input_size_width': 96})


@pytest.fixture(scope='session')
def config():
    """Return the configuration of a small network."""
    return CONFIG


@pytest.fixture(scope='session')
def tensors(config):
    """Return its weights."""
    return seeded_state_dict(config, 3)


@pytest.fixture(scope='session')
def make_lesson():
    """
    Return a function that makes lessons.

    A plane whose depth grows from left to right by ``slope`` m per pixel, dots of events on it;
    the last two of four windows have labels.
    """
    origins = count()

    def make(seed=0, slope=0.1, kind=METRIC, **changes):
        random = np.random.default_rng(seed)
        shape = N_WINDOWS, HEIGHT, WIDTH
        polarity = random.choice(3, shape, p=(0.8, 0.1, 0.1)).astype(np.uint8)
        age = np.where(polarity > 0, random.integers(1, 256, shape), 0).astype(np.uint8)
        depth = np.tile(2 + slope * np.arange(WIDTH), (2, HEIGHT, 1)).astype(np.float16)
        lesson = Lesson(age, polarity, np.arange(1, 5) * 50_000_000, (2, 3), depth,
                        np.full(depth.shape, 255, np.uint8), kind, (0, 0),
                        origin=str(next(origins)))      # none shares its time with another
        return replace(lesson, **changes)
    return make
