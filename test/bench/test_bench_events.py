# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The event bench: what is compared gives the same result, and every row is there."""

import numpy as np
import pytest

from depthanyevent_ros.bench.event_baselines import (
    draw_numpy, draw_objects, event_objects, numpy_columns)
from depthanyevent_ros.bench.events import (
    bench_events, ENCODINGS, GOALS_MEV_S, make_messages, synthetic_events)
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.events.tencode import encode_tencode


@pytest.mark.parametrize('encoding', ENCODINGS)
@pytest.mark.parametrize('n', [1, 2, 3000])
def test_the_baselines_decode_what_the_decoders_decode(encoding, n):
    """Both slow ways are correct: the comparison is with working code."""
    message, = make_messages(encoding, synthetic_events(n, 64, 48), 64, 48, n)
    events = decode_all(make_decoder(encoding), message)
    assert len(events) == n
    for name, column in zip(('x', 'y', 't_ns', 'p'), numpy_columns(message)):
        np.testing.assert_array_equal(column, events[name])
    objects = np.array(list(event_objects(message)), np.int64).T
    for name, column in zip(('x', 'y', 't_ns', 'p'), objects):
        np.testing.assert_array_equal(column, events[name])


def test_the_baselines_draw_tencode():
    """Their pictures are those of the definition, but for rounding."""
    events = synthetic_events(2000, 64, 48)
    columns = events['x'], events['y'], events['t_ns'], events['p']
    want = encode_tencode(*columns, 48, 64)
    np.testing.assert_allclose(draw_numpy(columns, 48, 64), want, atol=1e-6)
    message, = make_messages('mono', events, 64, 48, 2000)
    np.testing.assert_allclose(draw_objects(event_objects(message), 48, 64), want, atol=1e-6)


def test_synthetic_events_are_in_order_and_inside():
    """Times never run back, pixels are on the sensor, runs share their time."""
    events = synthetic_events(5000, 346, 260)
    assert len(events) == 5000 and np.all(np.diff(events['t_ns']) >= 0)
    assert events['x'].max() < 346 and events['y'].max() < 260


def test_every_part_has_its_rows_and_baselines():
    """A small run: each encoding three ways, accumulation, closing; ratios to rows that exist."""
    parts = []
    rows = bench_events(2000, events_per_message=1000, repeats=1, progress=parts.append)
    names = [row['name'] for row in rows]
    assert len(set(names)) == len(rows) == 3 * len(ENCODINGS) + 2 + 6
    assert parts[0] == 'dvs' and 'accumulate' in parts
    for row in rows:
        assert row['baseline'] in names and row['ratio'] > 0
        assert (row['mev_s'] is None) != (row['us'] is None)
    assert {row['name'].split(':')[0]: row['goal_mev_s'] for row in rows
            if row['goal_mev_s']} == GOALS_MEV_S
