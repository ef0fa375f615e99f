# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The bench of convert: both ways write the same events, and every row is there."""

import numpy as np

from depthanyevent_ros.bench.conversion import (
    BASELINE, bench_conversion, convert, convert_objects, GOAL_MEV_S, VARIANTS,
    write_mvsec_events,
)
from depthanyevent_ros.bench.events import synthetic_events
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.recordings import open_recording
from depthanyevent_ros.recordings.records import EventsRecord


def events_of(bag):
    """Return all events of a bag."""
    with open_recording(bag) as recording:
        messages = [record.message for record in recording.messages()
                    if isinstance(record, EventsRecord)]
    decoder = make_decoder(messages[0].encoding)
    return np.concatenate([decode_all(decoder, message) for message in messages])


def test_both_ways_give_the_events_that_were_written(tmp_path):
    """Column by column, times to the microsecond."""
    events = synthetic_events(5000, 346, 260)
    source = tmp_path / 'a_data.hdf5'
    write_mvsec_events(source, events)
    convert_objects(source, tmp_path / 'objects', 5000)
    for number, (_, kind, storage) in enumerate(VARIANTS):
        convert(source, tmp_path / str(number), kind, storage)
        found = events_of(tmp_path / str(number))
        for name in ('x', 'y', 'p'):
            np.testing.assert_array_equal(found[name], events[name])
        np.testing.assert_array_equal(found['t_ns'] - 1_500_000_000 * 10**9, events['t_ns'])
    slow = events_of(tmp_path / 'objects')
    for name in ('x', 'y', 'p'):
        np.testing.assert_array_equal(slow[name], events[name])
    assert np.abs(slow['t_ns'] - found['t_ns']).max() < 1000    # float64 seconds


def test_there_is_a_row_for_each_way_with_its_ratio(tmp_path):
    """The goal is that of ours alone."""
    rows = bench_conversion(tmp_path, 20_000, 2000)
    assert [row['name'] for row in rows] == [
        *(f'MVSEC (HDF5) to {name}' for name, _, _ in VARIANTS), BASELINE]
    assert [row['goal_mev_s'] for row in rows] == [GOAL_MEV_S] * 3 + [None]
    for row in rows:
        assert row['mev_s'] > 0 and np.isclose(row['ratio'], row['mev_s'] / rows[-1]['mev_s'])
