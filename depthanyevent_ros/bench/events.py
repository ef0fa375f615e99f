# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How fast events are decoded and accumulated, and windows closed, on one core."""

import time
from typing import Callable, List, Optional, Sequence

import numpy as np

from depthanyevent_ros.bench.event_baselines import (
    draw_numpy, draw_objects, event_objects, numpy_columns)
from depthanyevent_ros.events.cdr import parse_event_array, serialize_event_array
from depthanyevent_ros.events.decoders import BLOCK_EVENTS, make_decoder
from depthanyevent_ros.events.encoders import encode_packet
from depthanyevent_ros.events.last_event_map import make_cells, render_cells
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.events.types import EventMessage, make_events
from depthanyevent_ros.events.window_builder import WindowBuilder
from depthanyevent_ros.events.windows import ByTime

ENCODINGS = ('dvs', 'mono', 'libcaer', 'libcaer_cmp', 'evt3')
#: What the project promises, Mev/s on one core, decoding and accumulating.
GOALS_MEV_S = {'dvs': 100, 'mono': 100, 'libcaer': 50, 'libcaer_cmp': 20, 'evt3': 20}
SIZES = ((346, 260), (640, 480), (1280, 720))
PARTS = ('decode', 'accumulate', 'close')
EVENTS_PER_US = 12              # a DAVIS346's most


def bench_events(n_events: int = 600_000, width: int = 346, height: int = 260,
                 events_per_message: int = 20_000, repeats: int = 7,
                 progress: Optional[Callable[[str], None]] = None,
                 parts: Sequence[str] = PARTS) -> List[dict]:
    """
    Measure with synthetic edges and noise at 12 Mev/s; times are CPU times of one thread.

    :param progress: called with the name of each step as it begins; :param parts: of PARTS.
    :returns: rows ``part``, ``name``, ``mev_s`` (million events per second) or ``us`` (for
        closing), the other one None, ``ratio`` (how many times as fast as the baseline),
        ``baseline`` (the name of that row) and ``goal_mev_s`` where there is one.
    """
    progress = progress or (lambda name: None)
    events = synthetic_events(n_events, width, height)
    rows = []
    if 'decode' in parts:
        for encoding in ENCODINGS:
            progress(encoding)
            rows += _encoding_rows(encoding, events, width, height, events_per_message, repeats)
    if 'accumulate' in parts:
        progress('accumulate')
        rows += _accumulate_rows(events, width, height, repeats)
    if 'close' in parts:
        for size in SIZES:
            progress(f'close {size[0]}x{size[1]}')
            rows += _close_rows(*size, repeats)
    return rows


def synthetic_events(n_events: int, width: int, height: int, seed: int = 0) -> np.ndarray:
    """Return short runs along rows and columns, as edges give them, with a fifth of noise."""
    rng = np.random.default_rng(seed)
    length = np.where(rng.random(n_events) < 0.2, 1, rng.integers(2, 12, n_events))
    length = length[:np.searchsorted(np.cumsum(length), n_events) + 1]
    run = np.repeat(np.arange(len(length)), length)[:n_events]
    step = np.arange(n_events) - np.repeat(np.cumsum(length) - length, length)[:n_events]
    along_x = (rng.random(len(length)) < 0.5)[run]
    x = (rng.integers(0, width - 12, len(length))[run] + step * along_x)
    y = (rng.integers(0, height - 12, len(length))[run] + step * ~along_x)
    t_us = (np.arange(n_events) // EVENTS_PER_US)
    t_us = t_us[np.maximum.accumulate(np.where(step == 0, np.arange(n_events), 0))]
    return make_events(x, y, t_us * 1000, rng.integers(0, 2, len(length))[run])


def make_messages(encoding: str, events: np.ndarray, width: int, height: int,
                  events_per_message: int) -> List[EventMessage]:
    """Return the events as messages of this encoding."""
    parts = [events[i:i + events_per_message] for i in range(0, len(events), events_per_message)]
    if encoding == 'dvs':
        return [parse_event_array(serialize_event_array(part, 0, 'cam', width, height))
                for part in parts]
    return [encode_packet(encoding, part, width, height, seq=k) for k, part in enumerate(parts)]


def _encoding_rows(encoding, events, width, height, events_per_message, repeats) -> List[dict]:
    messages = make_messages(encoding, events, width, height, events_per_message)
    some = messages[:1]                     # the slow ways: a message is enough
    decoder = make_decoder(encoding)

    def ours():
        decoder.reset()
        builder = WindowBuilder(ByTime(), width, height)
        for message in messages:
            for block in decoder.blocks(message):
                for _ in builder.feed(block):
                    pass

    def by_numpy():
        for message in messages:
            draw_numpy(numpy_columns(message), height, width)

    def by_objects():
        for message in some:
            draw_objects(event_objects(message), height, width)

    n_some = min(events_per_message, len(events))
    baseline = f'{encoding}: NumPy'
    slow = _mev_s(by_numpy, len(events), max(repeats // 2, 1))
    return [
        _row('decode', f'{encoding}: decode + accumulate', _mev_s(ours, len(events), repeats),
             slow, baseline, GOALS_MEV_S[encoding]),
        _row('decode', baseline, slow, slow, baseline),
        _row('decode', f'{encoding}: event by event',
             _mev_s(by_objects, n_some, min(repeats, 3)), slow, baseline),
    ]


def _accumulate_rows(events, width, height, repeats) -> List[dict]:
    def ours():
        builder = WindowBuilder(ByTime(), width, height)
        for at in range(0, len(events), BLOCK_EVENTS):
            for _ in builder.feed(events[at:at + BLOCK_EVENTS]):
                pass

    def by_numpy():
        draw_numpy((events['x'], events['y'], events['t_ns'], events['p']), height, width)

    baseline = 'accumulate: NumPy'
    slow = _mev_s(by_numpy, len(events), repeats)
    return [_row('accumulate', 'accumulate', _mev_s(ours, len(events), repeats), slow, baseline),
            _row('accumulate', baseline, slow, slow, baseline)]


def _close_rows(width, height, repeats) -> List[dict]:
    """Compare closing a window with drawing its 200,000 events (50 ms at 4 Mev/s) at the end."""
    events = synthetic_events(200_000, width, height)
    cells = make_cells(width * height)
    pixel = events['y'].astype(int) * width + events['x']
    cells['t_ns'][pixel], cells['mark'][pixel] = events['t_ns'], events['p']
    last_ns = int(events['t_ns'].max())

    def close():
        image = np.empty((3, width * height), np.float32)
        render_cells(cells, 0, 0, last_ns, image)

    def draw():
        encode_tencode(events['x'], events['y'], events['t_ns'], events['p'], height, width)

    name, baseline = f'close {width}x{height}', f'draw {width}x{height} from its events'
    close_us, draw_us = (1e6 * _seconds(f, n) for f, n in ((close, 20 * repeats), (draw, repeats)))
    return [dict(part='close', name=name, mev_s=None, us=close_us, ratio=draw_us / close_us,
                 baseline=baseline, goal_mev_s=None),
            dict(part='close', name=baseline, mev_s=None, us=draw_us, ratio=1.0,
                 baseline=baseline, goal_mev_s=None)]


def _row(part, name, mev_s, slow, baseline, goal=None) -> dict:
    return dict(part=part, name=name, mev_s=mev_s, us=None, ratio=mev_s / slow, baseline=baseline,
                goal_mev_s=goal)


def _mev_s(work: Callable[[], None], n_events: int, repeats: int) -> float:
    return n_events / _seconds(work, repeats) / 1e6


def _seconds(work: Callable[[], None], repeats: int) -> float:
    """Return the median CPU time of this thread; the first call, which warms up, is left out."""
    if repeats > 1:
        work()
    times = []
    for _ in range(repeats):
        began = time.thread_time()
        work()
        times.append(time.thread_time() - began)
    return max(float(np.median(times)), 1e-9)
