# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Streams of one file are put into one order of time, with bounded memory."""

from collections import namedtuple

from depthanyevent_ros.recordings.reordering import in_time_order

Stamped = namedtuple('Stamped', 'record_ns name')


def names(records, **limits):
    """Return the order in which records come out."""
    stamped = [Stamped(ns, name) for ns, name in records]
    return ''.join(record.name for record in in_time_order(iter(stamped), **limits))


def test_records_within_the_horizon_are_sorted_and_equal_times_keep_their_order():
    """A frame that is written after events of a later time comes before them."""
    assert names([(0, 'a'), (5, 'c'), (3, 'b'), (5, 'd')], horizon_ns=10) == 'abcd'


def test_jump_back_beyond_the_horizon_is_passed_on():
    """A new epoch of the sensor's clock is no disorder."""
    assert names([(100, 'a'), (101, 'b'), (0, 'c'), (1, 'd')], horizon_ns=10) == 'abcd'


def test_no_more_than_the_limit_is_held_back():
    """With room for one, the second record pushes the first out."""
    held = 0
    source = iter([Stamped(k, 'x') for k in range(10)])
    stream = in_time_order(source, horizon_ns=10**9, max_held=2)
    next(stream)
    held = 10 - 1 - len(list(source))
    assert held == 2
