# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Inputs that several event tests use."""

import sqlite3

import numpy as np
import pytest

from depthanyevent_ros.events.cdr import parse_event_packet
from depthanyevent_ros.events.types import make_events


@pytest.fixture
def rng():
    """Return a random generator with a fixed seed."""
    return np.random.default_rng(7)


@pytest.fixture
def random_events():
    """Return a function that makes random events in time order, in whole microseconds."""
    def make(rng, n, width=346, height=260, step_us=3, start_ns=1_700_000_000_000_000_000):
        t_us = np.cumsum(rng.integers(0, step_us + 1, n))
        return make_events(rng.integers(0, width, n), rng.integers(0, height, n),
                           start_ns + t_us * 1000, rng.integers(0, 2, n))
    return make


@pytest.fixture
def random_words():
    """Return a function that makes random words of some codes, 'libcaer_cmp' or 'evt3'."""
    def make(rng, codes, n, high_code):
        """Time-high words advance slowly, so that they wrap and never step back."""
        code = rng.choice(codes, n)
        data = rng.integers(0, 4096, n)
        high = np.cumsum(rng.integers(0, 40, n)) % 4096
        return (code.astype('<u2') << 12 | np.where(code == high_code, high, data)).astype('<u2')
    return make


@pytest.fixture(scope='session')
def real_packets(shared):
    """Return a function that reads all EventPackets of a real rosbag2 (sqlite3) by name."""
    def read(name):
        file = next((shared / 'data' / 'event_camera_bags' / name).glob('*.db3'))
        with sqlite3.connect(f'file:{file}?mode=ro&immutable=1', uri=True) as bag:
            rows = bag.execute('SELECT data FROM messages ORDER BY id').fetchall()
        return [parse_event_packet(row[0]) for row in rows]
    return read
