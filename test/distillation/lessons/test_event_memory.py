# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The memory of events holds the newest, in order, says what it has lost, and survives damage."""

from threading import Thread
import time

import numpy as np
import pytest

from depthanyevent_ros.distillation.lessons.event_memory import EventMemory
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.types import make_events

MS = 1_000_000


def at(*times_ms):
    """Return an event at each time; x counts them."""
    n = len(times_ms)
    return make_events(np.arange(n), np.zeros(n), np.round(np.array(times_ms) * MS), np.ones(n))


def times(events):
    """Return the times of events, ms."""
    return (events['t_ns'] / MS).tolist()


def memory_of(*blocks, limit=100, **options):
    """Return a memory with blocks of events at these times."""
    memory = EventMemory(limit, **options)
    for block in blocks:
        memory.append(at(*block))
    return memory


def test_what_went_in_comes_out_by_time():
    """The start belongs to a time, the end does not."""
    memory = memory_of([1, 2, 3], [3, 4], [7])
    assert times(memory.between(2 * MS, 4 * MS)) == [2, 3, 3]
    assert times(memory.between(0, 100 * MS)) == [1, 2, 3, 3, 4, 7]
    assert memory.count(2 * MS, 4 * MS) == 3
    assert not len(memory.between(4 * MS, 2 * MS)) and not memory.count(4 * MS, 2 * MS)
    assert memory.between(0, 100 * MS)['x'].tolist() == [0, 1, 2, 0, 1, 0]
    assert not memory.counts


def test_an_empty_memory_knows_nothing():
    """No event, or blocks without events."""
    memory = memory_of([], [])
    assert len(memory) == 0 and memory.newest_ns is None and memory.known_from_ns is None
    assert not len(memory.between(-2**62, 2**62)) and not memory.covers(0, 0)


def test_it_covers_what_lies_between_its_first_event_and_its_newest():
    """Before the first one it knows nothing; after the newest something may still come."""
    memory = memory_of([10, 20, 30])
    assert memory.covers(10 * MS, 30 * MS)
    assert not memory.covers(10 * MS - 1, 30 * MS)
    assert not memory.covers(10 * MS, 30 * MS + 1)


def test_the_oldest_make_room_and_are_counted():
    """Three of five fit; what is left is covered from just after the last one that went."""
    memory = memory_of([1, 2], [3, 4, 5], limit=3)
    assert times(memory.between(0, 9 * MS)) == [3, 4, 5] and memory.counts == {'oldest': 2}
    assert memory.known_from_ns == 2 * MS + 1 and memory.covers(3 * MS, 5 * MS)


def test_equal_stamps_of_which_some_were_dropped_are_not_covered():
    """Four events at one time, two of which fit: that time is not known any more."""
    memory = memory_of([5, 5, 5, 5], limit=2)
    assert len(memory) == 2 and not memory.covers(5 * MS, 5 * MS)
    assert memory.known_from_ns == 5 * MS + 1


def test_a_block_larger_than_the_memory_leaves_its_newest():
    """Into an empty memory and into a full one."""
    for before in ([], [1, 2]):
        memory = memory_of(before, range(10, 20), limit=4)
        assert times(memory.between(0, 99 * MS)) == [16, 17, 18, 19]
        assert memory.counts['oldest'] == 6 + len(before)
        assert memory.known_from_ns == 15 * MS + 1


@pytest.mark.parametrize('seed', range(20))
def test_it_agrees_with_a_plain_list(seed):
    """Blocks of any size into rings of any size, some out of order by less than 10 ms."""
    rng = np.random.default_rng(seed)
    limit = int(rng.integers(1, 60))
    memory, plain, now = EventMemory(limit), at()[:0], 0
    for _ in range(30):
        block = at(*np.sort(now + rng.integers(0, 30, rng.integers(0, 25))))
        now += 20
        block['t_ns'] -= rng.integers(0, 4, len(block)) * MS
        if len(plain):
            block = block[block['t_ns'] > plain['t_ns'].max() - 9 * MS]
        memory.append(block)
        plain = np.concatenate([plain, block])
        plain = plain[np.argsort(plain['t_ns'], kind='stable')][-limit:]
        start, end = np.sort(rng.integers(now - 60, now + 40, 2)) * MS
        expected = plain[(plain['t_ns'] >= start) & (plain['t_ns'] < end)]
        np.testing.assert_array_equal(memory.between(start, end), expected)
        for most in (1, 3, 7):
            step = max(1, -(-len(expected) // most))
            np.testing.assert_array_equal(memory.between(start, end, most), expected[::step])
    assert len(memory) == len(plain) and not memory.epoch


def test_events_out_of_order_are_put_in_their_place():
    """Within a block and across blocks, those of equal time in the order in which they came."""
    memory = memory_of([1, 5, 3], [4, 6, 5])
    assert times(memory.between(0, 9 * MS)) == [1, 3, 4, 5, 5, 6]
    assert memory.between(5 * MS, 6 * MS)['x'].tolist() == [1, 2]
    assert memory.counts == {'unsorted': 3} and memory.newest_ns == 6 * MS


def test_a_jump_back_clears_it_and_is_counted():
    """A bag begins again: the old events belong to another time."""
    memory = memory_of([1000, 1001], [10, 11, 12])
    assert times(memory.between(0, 2000 * MS)) == [10, 11, 12]
    assert memory.counts == {'jump_back': 1} and memory.epoch == 1
    assert memory.known_from_ns == 10 * MS


def test_a_jump_back_is_seen_where_every_block_has_one_event():
    """The first one is held back until the second agrees with it."""
    memory = memory_of([1000], [1001], [10], [11])
    assert times(memory.between(0, 2000 * MS)) == [10, 11] and memory.epoch == 1


def test_a_gap_clears_it_too():
    """After 1 s without an event the recurrent state begins anew, and so do lessons."""
    memory = memory_of([1, 2], [1003, 1004])
    assert times(memory.between(0, 2000 * MS)) == [1003, 1004]
    assert memory.counts == {'jump_ahead': 1}


@pytest.mark.parametrize('damage_ms', [10**9, -10**9, 5000])
def test_a_lone_event_far_off_is_dropped(damage_ms):
    """Neither later nor earlier nonsense costs more than itself."""
    memory = memory_of([1, 2, damage_ms, 3], [4, damage_ms], [5])
    assert times(memory.between(-2**62, 2**62)) == [1, 2, 3, 4, 5]
    assert memory.counts == {'outlier': 2} and memory.newest_ns == 5 * MS


@pytest.mark.parametrize('t_ns', [2**63 - 1, -2**63, 2**62, -2**62])
def test_times_that_cannot_be_are_dropped(t_ns):
    """At the start, in the middle and twice in a row; no difference overflows."""
    odd = make_events([0], [0], [t_ns], [1])
    memory = EventMemory(10)
    memory.append(np.concatenate([odd, at(1, 2), odd, odd, at(3)]))
    memory.append(odd)
    memory.append(at(4))
    assert times(memory.between(-2**62, 2**62)) == [1, 2, 3, 4]
    assert memory.counts['outlier'] == 4 and not memory.epoch


def test_a_first_event_of_another_time_is_got_rid_of():
    """The next two agree with each other, not with it."""
    memory = memory_of([10**9, 1, 2, 3])
    assert times(memory.between(-2**62, 2**62)) == [1, 2, 3] and memory.epoch == 1


def test_garbage_is_left_out_and_does_not_take_long():
    """Random times: after a number of jumps the rest of a block is not looked at."""
    rng = np.random.default_rng(0)
    events = make_events(np.zeros(200_000), np.zeros(200_000),
                         rng.integers(-2**63, 2**63 - 1, 200_000), np.ones(200_000))
    memory = EventMemory(1000)
    started = time.monotonic()
    memory.append(events)
    assert time.monotonic() - started < 2
    assert memory.counts['time_disorder'] > 199_000
    memory.append(at(*range(50)))
    memory.append(at(*range(50, 100)))
    assert times(memory.between(60 * MS, 63 * MS)) == [60, 61, 62]


def test_events_may_be_overwritten_after_they_were_given():
    """Decoders reuse their buffer; the held one is a copy as well."""
    memory, block = EventMemory(10), at(1, 2)
    memory.append(block)
    block['t_ns'] = 0
    lone = at(5000)
    memory.append(lone)
    lone['t_ns'] = 0
    memory.append(at(5001))
    assert times(memory.between(0, 2**62)) == [5000, 5001]


def test_clearing_counts_why():
    """And forgets the one that was held back."""
    memory = memory_of([1, 2], [5000])
    memory.clear('asked')
    memory.append(at(5001))
    assert memory.counts == {'asked': 1} and times(memory.between(0, 2**62)) == [5001]


def test_what_is_no_memory_and_what_are_no_events_is_refused():
    """Programming errors, not input."""
    with pytest.raises(ConfigError, match='at least 1'):
        EventMemory(0)
    with pytest.raises(TypeError, match='EVENT_DTYPE'):
        EventMemory(1).append(np.zeros(3))


def test_memory_is_bounded_and_appending_copies_only_what_is_new():
    """16 bytes per event; a block costs the same whatever the size of the ring."""
    memory = EventMemory(2_000_000)
    assert memory.nbytes == 32_000_000
    block = at(*np.linspace(0, 1, 1000))
    started = time.monotonic()
    for _ in range(3000):
        memory.append(block)
        block['t_ns'] += MS
    seconds = time.monotonic() - started
    assert len(memory) == 2_000_000 and memory.counts['oldest'] == 1_000_000
    assert seconds < 3                          # 64 GB would have to be copied otherwise


def test_one_thread_may_read_while_another_appends():
    """What is read is in order, and all of it."""
    memory = EventMemory(5000)
    events = at(*range(1000))

    def write():
        for _ in range(300):
            memory.append(events)
            events['t_ns'] += 1000 * MS
    writer = Thread(target=write)
    writer.start()
    while writer.is_alive():
        t_ns = memory.between(-2**62, 2**62)['t_ns']
        assert (np.diff(t_ns) == MS).all()
    writer.join()
