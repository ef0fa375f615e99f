# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is encoded is decoded again, by our decoders and by hand."""

import numpy as np
import pytest

from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.events.encoders import encode_packet, ENCODERS
from depthanyevent_ros.events.types import make_events

T0 = 1_700_000_000_000_000_000


def round_trip(encoding, events):
    """Encode and decode; evt3 times are compared modulo their range."""
    packet = encode_packet(encoding, events, 346, 260)
    decoded = decode_all(make_decoder(encoding), packet)
    if encoding == 'evt3':
        assert np.all(decoded['t_ns'] == events['t_ns'] // 1000 % 2**24 * 1000)
        decoded['t_ns'] = events['t_ns']
    return decoded


def words_of(encoding, events):
    """Return the payload as (code, data) pairs."""
    words = encode_packet(encoding, events, 346, 260).payload.view('<u2').tolist()
    return [(w >> 12, w & 0xFFF) for w in words]


@pytest.mark.parametrize('encoding', ENCODERS)
@pytest.mark.parametrize('n', [0, 1, 2, 5000, 40_000])
def test_random_events_come_back(encoding, n, rng, random_events):
    """Any number of events with equal stamps among them, in their order."""
    events = random_events(rng, n)
    np.testing.assert_array_equal(round_trip(encoding, events), events)


@pytest.mark.parametrize('encoding', ENCODERS)
@pytest.mark.parametrize('seed', range(5))
def test_edges_come_back(encoding, seed):
    """Rows and columns of events at one time and polarity, as edges give them: vectors."""
    rng = np.random.default_rng(seed)
    n = 4000
    steps = rng.integers(0, 3, (2, n)) * rng.integers(0, 2, (2, n))
    x, y = np.cumsum(steps, 1) % [[346], [260]]
    t = T0 + np.cumsum(rng.random(n) < .1) * 1000
    events = make_events(x, y, t, np.cumsum(rng.random(n) < .05) % 2)
    np.testing.assert_array_equal(round_trip(encoding, events), events)


@pytest.mark.parametrize('encoding', ENCODERS)
def test_disordered_events_come_back(encoding, rng, random_events):
    """Order is kept, whatever the times."""
    events = random_events(rng, 1000)
    events = events[rng.permutation(1000)]
    if encoding == 'evt3':
        events['t_ns'] -= events['t_ns'].min() // 1000 * 1000
    np.testing.assert_array_equal(round_trip(encoding, events), events)


def test_mono_keeps_nanoseconds():
    """'mono' is the only one that does."""
    events = make_events([1, 2], [3, 4], [T0 + 1, T0 + 1234567], [0, 1])
    np.testing.assert_array_equal(round_trip('mono', events), events)
    assert round_trip('libcaer', events)['t_ns'].tolist() == [T0, T0 + 1_234_000]


def test_a_column_becomes_one_vector_in_libcaer_cmp():
    """Rows 16, 17 and 20 at one time and column: base and mask, 4 words for 3 events."""
    events = make_events([9, 9, 9], [16, 17, 20], [T0] * 3, [1, 1, 1])
    assert words_of('libcaer_cmp', events) == [(2, 9), (4, 1 << 11 | 16), (5, 0b10011)]


def test_single_events_of_one_block_keep_their_own_rows_in_libcaer_cmp():
    """Not as the upstream driver, which gives the second event the row of the first."""
    events = make_events([9, 10, 11], [16, 17, 18], [T0] * 3, [1, 1, 1])
    assert words_of('libcaer_cmp', events) == [
        (2, 9), (3, 1 << 11 | 16), (2, 10), (3, 1 << 11 | 17), (2, 11), (3, 1 << 11 | 18)]


def test_a_row_becomes_one_vector_in_evt3():
    """Columns 5, 6 and 16 of one row: a base and one mask of twelve."""
    events = make_events([5, 6, 16], [7, 7, 7], [4097_000] * 3, [0, 0, 0])
    assert words_of('evt3', events) == [(8, 1), (6, 1), (0, 7), (3, 5), (4, 1 | 2 | 1 << 11)]


def test_evt3_packets_decode_by_themselves_and_in_a_row(rng, random_events):
    """A decoder that joins late or follows all along sees the same pixels; time runs on."""
    packets = [encode_packet('evt3', part, 346, 260)
               for part in np.split(random_events(rng, 9000), 9)]
    decoder = make_decoder('evt3')
    stream = [decode_all(decoder, p) for p in packets]
    for follow, packet in zip(stream, packets):
        alone = decode_all(make_decoder('evt3'), packet)
        for field in ('x', 'y', 'p'):
            np.testing.assert_array_equal(alone[field], follow[field])
    assert np.all(np.diff(np.concatenate(stream)['t_ns']) >= 0)


def test_the_packet_says_what_is_in_it():
    """time_base is the earliest time in whole us, the stamp the latest."""
    packet = encode_packet('libcaer', make_events([1], [2], [T0 + 5999], [1]), 346, 260, 'cam',
                           seq=7)
    assert (packet.time_base_ns, packet.stamp_ns, packet.seq) == (T0 + 5000, T0 + 5999, 7)
    assert (packet.width, packet.height, packet.frame_id) == (346, 260, 'cam')


@pytest.mark.parametrize('encoding, events, named', [
    ('mono', ([0, 0], [0, 0], [T0, T0 + 2**31 + 1000]), 'times'),
    ('libcaer_cmp', ([0, 0], [0, 0], [T0, T0 + 2**24 * 1000]), 'times'),
    ('mono', ([0], [2**15], [T0]), 'pixels'),
    ('libcaer', ([2**15], [0], [T0]), 'pixels'),
    ('libcaer_cmp', ([0], [2048], [T0]), 'pixels'),
    ('evt3', ([2048], [0], [T0]), 'pixels')])
def test_what_does_not_fit_is_not_written(encoding, events, named):
    """Times and pixels beyond a format are an error, never wrapped silently."""
    with pytest.raises(ValueError, match=named):
        encode_packet(encoding, make_events(*events, np.ones(len(events[0]))), 346, 260)
