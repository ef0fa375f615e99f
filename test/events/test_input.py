# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The event input: everything malformed is counted under its cause, and the next one works."""

from dataclasses import replace

import numpy as np
import pytest

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.cdr import (
    parse_event_array, parse_event_packet, serialize_event_array, serialize_event_packet)
from depthanyevent_ros.events.encoders import encode_packet
from depthanyevent_ros.events.input import EventInput
from depthanyevent_ros.events.types import EventMessage


def take(event_input, message):
    """Return the number of events of a message, or the cause of its refusal."""
    try:
        return sum(len(block) for block in event_input.blocks(message))
    except MalformedInput as error:
        return error.cause


@pytest.fixture
def packets(rng, random_events):
    """Return a function that makes five packets of 100 events, seq from 10 on."""
    def make(encoding):
        parts = np.split(random_events(rng, 500), 5)
        return [encode_packet(encoding, part, 346, 260, seq=10 + k)
                for k, part in enumerate(parts)]
    return make


@pytest.mark.parametrize('encoding', ['mono', 'libcaer', 'libcaer_cmp', 'evt3'])
def test_good_packets_pass_and_are_counted(encoding, packets):
    """Messages, events and bytes; no cause at all."""
    events, messages = EventInput(), packets(encoding)
    assert [take(events, m) for m in messages] == [100] * 5
    assert (events.n_messages, events.n_events, events.size) == (5, 500, (346, 260))
    assert events.n_bytes == sum(len(m.payload) for m in messages)
    assert not events.all_counts()


def test_serialised_messages_of_both_types_pass(rng, random_events, packets):
    """From bytes to events, more than two blocks of them."""
    events, some = EventInput(), random_events(rng, 40_000)
    message = parse_event_array(serialize_event_array(some, 0, 'cam', 346, 260))
    np.testing.assert_array_equal(
        np.concatenate([block.copy() for block in events.blocks(message)]), some)
    assert (events.first_event_ns, events.last_event_ns) == (some['t_ns'][0], some['t_ns'][-1])
    data = serialize_event_packet(packets('mono')[0])
    assert take(EventInput(), parse_event_packet(data)) == 100


def test_a_message_without_events_is_fine(packets):
    """It counts as a message and yields nothing."""
    events = EventInput()
    empty = replace(packets('mono')[0], payload=np.zeros(0, np.uint8))
    assert take(events, empty) == 0
    assert events.n_messages == 1 and not events.counts
    assert events.first_event_ns is None and events.last_event_ns is None


def test_another_size_is_refused(packets):
    """The first size stays; each refusal is counted; the next good message passes."""
    events, messages = EventInput(), packets('mono')
    other = replace(messages[1], width=640, height=480)
    assert [take(events, m) for m in (messages[0], other, messages[2])] == [
        100, 'size_change', 100]
    assert events.counts == {'size_change': 1}
    assert events.size == (346, 260)


@pytest.mark.parametrize('width, height', [(0, 0), (346, 0), (5000, 260), (2**32 - 1, 2**32 - 1)])
def test_a_first_message_without_a_usable_size_is_refused(width, height, packets):
    """Zero, or so large that the buffers would take all memory."""
    events = EventInput()
    message = packets('mono')[0]
    assert take(events, replace(message, width=width, height=height)) == 'bad_size'
    assert take(events, message) == 100


def test_a_given_size_is_used_where_the_message_says_none(packets):
    """Recordings without a size play with the size of the camera info."""
    events = EventInput(width=346, height=260)
    assert take(events, replace(packets('mono')[0], width=0, height=0)) == 100


def test_a_change_of_encoding_is_a_reset(packets):
    """A new decoder, the reason told before the first new event; none at the start."""
    reasons = []
    events = EventInput(on_reset=reasons.append)
    assert take(events, packets('mono')[0]) == 100 and not reasons
    blocks = events.blocks(replace(packets('evt3')[1], seq=11))
    next(blocks)
    assert reasons == ['encoding_change'] and events.encoding == 'evt3'


def test_an_unknown_encoding_is_refused_and_the_old_decoder_stays(packets):
    """One odd message does not reset the stream."""
    reasons = []
    events, messages = EventInput(on_reset=reasons.append), packets('mono')
    odd = replace(messages[1], encoding='evt2')
    assert [take(events, m) for m in (messages[0], odd, messages[2])] == [
        100, 'unknown_encoding', 100]
    assert events.counts == {'unknown_encoding': 1} and not reasons


@pytest.mark.parametrize('encoding', ['mono', 'libcaer', 'libcaer_cmp', 'evt3'])
def test_a_damaged_payload_is_refused_and_the_next_packet_passes(encoding, packets):
    """A payload of odd length is 'bad_length'."""
    events, messages = EventInput(), packets(encoding)
    damaged = replace(messages[1], payload=messages[1].payload[:-1])
    assert [take(events, m) for m in (messages[0], damaged, messages[2])] == [
        100, 'bad_length', 100]


def test_lost_packets_are_counted_by_seq(packets):
    """Missing numbers are lost packets; running back and wild jumps have their own names."""
    events, messages = EventInput(), packets('mono')
    for seq in (10, 11, 15, 16, 3, 4, 2**60, 2**60 + 1):
        take(events, replace(messages[0], seq=seq))
    assert events.counts == {'lost_packets': 3, 'seq_back': 1, 'seq_jump': 1}


def test_publishers_that_do_not_count_lose_nothing(packets):
    """No seq, or one that stays 0, is not a loss."""
    events, messages = EventInput(), packets('evt3')
    for message in messages:
        assert take(events, replace(message, seq=0)) == 100
    for message in messages:
        assert take(events, replace(message, seq=None)) == 100
    assert not events.all_counts()


def test_evt3_skips_what_it_cannot_place_after_a_loss():
    """An event whose row and time came in the lost packet is not guessed."""
    def packet(seq, *words):
        return EventMessage(0, '', 346, 260, 'evt3', np.array(words, '<u2').view(np.uint8),
                            0, seq)
    events = EventInput()
    assert take(events, packet(1, 0x8000, 0x6000, 0x0005, 0x2001)) == 1
    assert take(events, packet(2, 0x2001)) == 1
    assert take(events, packet(4, 0x2001, 0x8000, 0x6001, 0x0006, 0x2002)) == 1
    assert events.all_counts() == {'lost_packets': 1, 'before_sync': 1}


def test_counts_of_a_replaced_decoder_are_kept(packets):
    """What an earlier decoder skipped stays in the sum."""
    events = EventInput()
    take(events, EventMessage(0, '', 346, 260, 'evt3', np.array([0x2001], '<u2').view(np.uint8)))
    take(events, packets('mono')[0])
    assert events.all_counts() == {'before_sync': 1}


def test_resync_starts_the_decoder_and_seq_anew(packets):
    """After it neither a gap nor a row from before counts."""
    events, messages = EventInput(), packets('evt3')
    take(events, messages[0])
    events.resync()
    assert take(events, messages[4]) == 100
    assert not events.all_counts()


def test_random_bytes_as_messages_never_stop_the_input(rng, packets):
    """Damage anywhere in a serialised packet: refused or decoded, and then all goes on."""
    events, good = EventInput(), packets('libcaer')[0]
    take(events, good)
    whole = np.frombuffer(serialize_event_packet(good), np.uint8)
    for _ in range(300):
        data = whole.copy()
        data[rng.integers(0, 80, 4)] = rng.integers(0, 256, 4)
        try:
            list(events.blocks(parse_event_packet(data)))
        except MalformedInput:
            pass
    assert take(events, good) == 100
