# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Each encoding against a slow, obvious reference, hand-made words and real recordings."""

import numpy as np
import pytest

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.decoders import (
    BLOCK_EVENTS, decode_all, ENCODINGS, make_decoder)
from depthanyevent_ros.events.types import EventMessage, make_events

BASE_NS = 1_600_000_000_000_000_000
WORD_ENCODINGS = ('libcaer_cmp', 'evt3')


def message(encoding, payload, time_base_ns=BASE_NS):
    """Return a 640x480 packet; the payload is an array of any type."""
    payload = np.frombuffer(np.ascontiguousarray(payload).tobytes(), np.uint8)
    return EventMessage(0, 'cam', 640, 480, encoding, payload, time_base_ns, 0)


def decode(encoding, payload, time_base_ns=BASE_NS):
    """Return the events of one packet as (x, y, t_ns, p) tuples."""
    events = decode_all(make_decoder(encoding), message(encoding, payload, time_base_ns))
    return as_tuples(events)


def as_tuples(events):
    """Return plain tuples (x, y, t_ns, p)."""
    return [(int(e['x']), int(e['y']), int(e['t_ns']), int(e['p'])) for e in events]


def word(code, data):
    """Return one 16-bit word."""
    return np.uint16(code << 12 | data)


def words(*pairs):
    """Return an array of words from (code, data) pairs."""
    return np.array([word(*pair) for pair in pairs], '<u2')


def slow_mono(data, base_ns):
    """Decode 'mono' with Python integers."""
    values = np.frombuffer(data, '<u8').tolist()
    return [(v >> 32 & 0xFFFF, v >> 48 & 0x7FFF, base_ns + (v & 0xFFFFFFFF), v >> 63)
            for v in values]


def slow_libcaer(data, base_ns):
    """Decode 'libcaer' with Python integers; no wrap inside."""
    pairs = np.frombuffer(data, '<u4').reshape(-1, 2).tolist()
    return [(d >> 17, d >> 2 & 0x7FFF, base_ns + t * 1000, d >> 1 & 1)
            for d, t in pairs if d & 1]


def slow_libcaer_cmp(data, base_ns):
    """Decode one 'libcaer_cmp' packet word by word, from zero state."""
    events, time, x, base = [], [0, 0], None, None
    for w in np.frombuffer(data, '<u2').tolist():
        code, v = w >> 12, w & 0xFFF
        t_ns = base_ns + (time[0] * 4096 + time[1]) * 1000
        if code < 2:
            time[code] = v
        elif code == 2:
            x = v & 2047
        elif code == 3 and x is not None:
            events.append((x, v & 2047, t_ns, v >> 11))
        elif code == 4:
            base = [v & 2047, v >> 11]
        elif code == 5 and base is not None:
            if x is not None:
                events += [(x, base[0] + i, t_ns, base[1]) for i in range(8) if v >> i & 1]
            base[0] += 8
    return events


def slow_evt3(data):
    """Decode an 'evt3' stream word by word, from zero state."""
    events, high, low, timed, y, base, turns = [], None, 0, False, None, None, 0
    for w in np.frombuffer(data, '<u2').tolist():
        code, v = w >> 12, w & 0xFFF
        placed = timed and y is not None
        t_ns = ((turns * 4096 + (high or 0)) * 4096 + low) * 1000
        if code == 0:
            y = v & 2047
        elif code == 2 and placed:
            events.append((v & 2047, y, t_ns, v >> 11))
        elif code == 3:
            base = [v & 2047, v >> 11]
        elif code in (4, 5) and base is not None:
            n = 12 if code == 4 else 8
            if placed:
                events += [(base[0] + i, y, t_ns, base[1]) for i in range(n) if v >> i & 1]
            base[0] += n
        elif code == 6:
            low, timed = v, timed or high is not None
        elif code == 8:
            if high is not None:
                turns += (v - high < -2048) - (v - high >= 2048)
            high = v
    return events


def test_mono_agrees_with_the_reference(rng):
    """Random 64-bit values, more than two blocks of them."""
    values = rng.integers(0, 2**64, 2 * BLOCK_EVENTS + 77, dtype=np.uint64)
    assert decode('mono', values) == slow_mono(values.tobytes(), BASE_NS)


def test_libcaer_agrees_with_the_reference(rng):
    """Random pixels, polarities and validity bits, increasing times."""
    n = BLOCK_EVENTS + 5
    pairs = np.empty((n, 2), '<u4')
    pairs[:, 0] = rng.integers(0, 2**32, n)
    pairs[:, 1] = np.sort(rng.integers(0, 2**30, n))
    decoder = make_decoder('libcaer')
    events = decode_all(decoder, message('libcaer', pairs))
    assert as_tuples(events) == slow_libcaer(pairs.tobytes(), BASE_NS)
    assert decoder.counts['invalid'] == n - len(events) > 0


def test_libcaer_cmp_agrees_with_the_reference(rng, random_words):
    """Random words of all known codes."""
    data = random_words(rng, range(6), 30_000, 0)
    assert decode('libcaer_cmp', data) == slow_libcaer_cmp(data.tobytes(), BASE_NS)


def test_evt3_agrees_with_the_reference(rng, random_words):
    """Random words of all codes, time wrapping about a hundred times."""
    data = random_words(rng, (0, 2, 2, 3, 4, 5, 6, 7, 8, 10, 14, 15), 60_000, 8)
    events = decode('evt3', data)
    assert events == slow_evt3(data.tobytes())
    assert events[-1][2] > 20 * 2**24 * 1000


@pytest.mark.parametrize('encoding', [e for e in ENCODINGS if e != 'dvs'])
def test_an_empty_packet_has_no_events(encoding):
    """Zero bytes are zero events, for every encoding."""
    assert decode(encoding, np.zeros(0, np.uint8)) == []


def test_an_empty_event_array_has_no_events():
    """Zero events in an EventArray are fine too."""
    assert decode('dvs', np.zeros(0, np.uint8)) == []


@pytest.mark.parametrize('encoding, size', [
    ('dvs', 12), ('dvs', 14), ('dvs', 16), ('dvs_ros1', 14), ('mono', 9), ('libcaer', 12),
    ('libcaer_cmp', 3), ('evt3', 1)])
def test_a_payload_of_the_wrong_length_is_refused(encoding, size):
    """A payload that is no whole number of records is 'bad_length'."""
    with pytest.raises(MalformedInput) as error:
        decode(encoding, np.zeros(size, np.uint8))
    assert error.value.cause == 'bad_length'


@pytest.mark.parametrize('encoding', ['mono', 'libcaer', 'libcaer_cmp'])
def test_an_impossible_time_base_is_refused(encoding):
    """time_base is unsigned 64 bit: what cannot be a time in ns is 'bad_time_base'."""
    with pytest.raises(MalformedInput) as error:
        decode(encoding, np.zeros(8, np.uint8), time_base_ns=2**64 - 1)
    assert error.value.cause == 'bad_time_base'


@pytest.mark.parametrize('encoding', ['', 'evt2', 'trigger', 'x' * 10_000])
def test_an_unknown_encoding_is_refused_by_name(encoding):
    """The error lists what there is, and does not repeat a long name."""
    with pytest.raises(MalformedInput, match='libcaer_cmp') as error:
        make_decoder(encoding)
    assert error.value.cause == 'unknown_encoding'
    assert len(str(error.value)) < 200


def libcaer_records(*events):
    """Return libcaer records from (x, y, t_us, p) tuples, all valid."""
    return np.array([[x << 17 | y << 2 | p << 1 | 1, t_us] for x, y, t_us, p in events], '<u4')


def test_libcaer_time_rolls_over_inside_a_packet():
    """After 2^31 - 1 us comes 0: the time goes on."""
    events = decode('libcaer', libcaer_records((1, 2, 2**31 - 1, 1), (3, 4, 0, 0)), 0)
    assert [t for _, _, t, _ in events] == [(2**31 - 1) * 1000, 2**31 * 1000]


def test_libcaer_order_is_free_around_a_roll_over():
    """An event from before the wrap that arrives after it gets its own time."""
    times = (2**31 - 3, 1, 2**31 - 2, 2)
    events = decode('libcaer', libcaer_records(*((0, 0, t, 1) for t in times)), 0)
    assert [t // 1000 for _, _, t, _ in events] == [2**31 - 3, 2**31 + 1, 2**31 - 2, 2**31 + 2]


def test_a_libcaer_packet_that_begins_behind_a_roll_over_may_hold_earlier_events():
    """Late events of before the wrap lie before the packet's time_base, not 35 minutes later."""
    times = (1, 2**31 - 2, 3)
    events = decode('libcaer', libcaer_records(*((0, 0, t, 1) for t in times)))
    assert [(t - BASE_NS) // 1000 for _, _, t, _ in events] == [1, -2, 3]


def test_one_damaged_libcaer_time_spoils_one_event():
    """Events behind a damaged time keep theirs."""
    events = decode('libcaer', libcaer_records((0, 0, 10, 1), (0, 0, 2**31 - 9, 1), (0, 0, 12, 1)))
    assert [events[0][2] - BASE_NS, events[2][2] - BASE_NS] == [10_000, 12_000]


def test_libcaer_events_marked_invalid_or_of_negative_time_are_skipped():
    """The validity bit is obeyed, also on the first record, and what is skipped is counted."""
    records = libcaer_records((1, 1, 5, 1), (2, 2, 6, 1), (3, 3, 2**32 - 1, 1), (4, 4, 7, 0))
    records[0, 0] &= ~np.uint32(1)
    decoder = make_decoder('libcaer')
    events = as_tuples(decode_all(decoder, message('libcaer', records)))
    assert events == [(2, 2, BASE_NS + 6000, 1), (4, 4, BASE_NS + 7000, 0)]
    assert decoder.counts == {'invalid': 2}


def test_libcaer_cmp_by_hand():
    """Times, a single event and a vector of two masks, written out."""
    data = words((2, 100), (3, 1 << 11 | 50), (1, 7), (4, 1 << 11 | 16), (5, 0b1001), (5, 0b1),
                 (0, 1), (3, 51))
    assert decode('libcaer_cmp', data) == [
        (100, 50, BASE_NS, 1), (100, 16, BASE_NS + 7000, 1), (100, 19, BASE_NS + 7000, 1),
        (100, 24, BASE_NS + 7000, 1), (100, 51, BASE_NS + 4_103_000, 0)]


def test_libcaer_cmp_time_begins_anew_in_each_packet():
    """The time words of one packet say nothing about the next."""
    decoder = make_decoder('libcaer_cmp')
    decode_all(decoder, message('libcaer_cmp', words((0, 9), (1, 9), (2, 1), (3, 1))))
    events = decode_all(decoder, message('libcaer_cmp', words((3, 2)), BASE_NS + 5))
    assert as_tuples(events) == [(1, 2, BASE_NS + 5, 0)]


def test_evt3_by_hand():
    """A single event, a vector of 12 and of 8, the base moving on, written out."""
    data = words((8, 1), (6, 2), (0, 30), (2, 1 << 11 | 40), (3, 1 << 11 | 100), (4, 0x801),
                 (5, 0x81))
    t_ns = (4096 + 2) * 1000
    assert decode('evt3', data) == [(40, 30, t_ns, 1), (100, 30, t_ns, 1), (111, 30, t_ns, 1),
                                    (112, 30, t_ns, 1), (119, 30, t_ns, 1)]


def test_evt3_events_before_time_and_row_are_skipped_and_counted():
    """Nothing is guessed: first TIME_HIGH, then TIME_LOW, and ADDR_Y, else no event."""
    decoder = make_decoder('evt3')
    data = words((6, 5), (0, 1), (2, 1), (8, 0), (2, 2), (5, 3), (6, 1), (5, 7), (2, 3))
    assert as_tuples(decode_all(decoder, message('evt3', data))) == [(3, 1, 1000, 0)]
    assert decoder.counts == {'before_sync': 1 + 1 + 2 + 3}


def test_evt3_triggers_and_unknown_words_are_counted_and_make_no_events():
    """EXT_TRIGGER is skipped, codes without a meaning do not stop the decoder."""
    decoder = make_decoder('evt3')
    data = words((8, 0), (6, 0), (0, 0), (10, 1), (9, 5), (1, 5), (14, 0), (7, 0), (15, 0), (2, 9))
    assert as_tuples(decode_all(decoder, message('evt3', data))) == [(9, 0, 0, 0)]
    assert decoder.counts == {'trigger': 1, 'unknown_word': 2}


def test_evt3_time_wraps_every_16_seconds_and_goes_on():
    """TIME_HIGH 4095 is followed by 0: one wrap; a late 4095 then belongs before the wrap."""
    highs = (4094, 4095, 0, 4095, 0, 1)
    data = np.concatenate([words((8, high), (6, 0), (0, 0), (2, 0)) for high in highs])
    times = [t for _, _, t, _ in decode('evt3', data)]
    assert [t // (4096 * 1000) for t in times] == [4094, 4095, 4096, 4095, 4096, 4097]


def test_evt3_resync_skips_until_placed_again_but_keeps_the_wraps():
    """After a loss the row and the time are not trusted, the count of wraps is."""
    decoder = make_decoder('evt3')
    decode_all(decoder, message('evt3', words((8, 4095), (6, 0), (0, 7), (8, 0), (6, 1), (2, 1))))
    decoder.resync()
    data = words((2, 1), (8, 1), (2, 2), (6, 0), (2, 3), (0, 8), (2, 4))
    events = as_tuples(decode_all(decoder, message('evt3', data)))
    assert events == [(4, 8, (4096 + 1) * 4096 * 1000, 0)]
    assert decoder.counts['before_sync'] == 3


def test_evt3_reset_forgets_everything():
    """After a reset the decoder behaves as a new one."""
    data = words((8, 3), (6, 0), (0, 7), (2, 1))
    decoder = make_decoder('evt3')
    first = as_tuples(decode_all(decoder, message('evt3', data)))
    decode_all(decoder, message('evt3', words((8, 4095), (8, 0))))
    decoder.reset()
    assert as_tuples(decode_all(decoder, message('evt3', data))) == first


def test_cutting_an_evt3_stream_anywhere_gives_the_same_events(rng, random_words):
    """Packet boundaries carry no meaning in evt3."""
    data = random_words(rng, (0, 2, 3, 4, 5, 6, 8, 10), 5000, 8)
    whole = decode('evt3', data)
    for _ in range(20):
        decoder = make_decoder('evt3')
        cuts = np.sort(rng.integers(0, len(data), rng.integers(1, 40)))
        parts = [decode_all(decoder, message('evt3', part)) for part in np.split(data, cuts)]
        assert as_tuples(np.concatenate(parts)) == whole


@pytest.mark.parametrize('encoding', ['dvs', *WORD_ENCODINGS, 'mono', 'libcaer'])
def test_blocks_are_bounded_and_in_one_buffer(encoding, rng):
    """However large a message, a block has at most BLOCK_EVENTS and memory is reused."""
    n = 3 * BLOCK_EVENTS
    payload = {
        'dvs': np.zeros(16 * n - 3, np.uint8), 'mono': np.zeros(n, '<u8'),
        'libcaer': libcaer_records((1, 1, 1, 1)).repeat(n, 0),
        'libcaer_cmp': np.concatenate([words((2, 0), (4, 0)), np.full(n // 8, word(5, 255))]),
        'evt3': np.concatenate([words((8, 0), (6, 0), (0, 0), (3, 0)),
                                np.full(n // 12, word(4, 4095))]),
    }[encoding]
    places, total = set(), 0
    for block in make_decoder(encoding).blocks(message(encoding, payload)):
        assert 0 < len(block) <= BLOCK_EVENTS
        places.add(block.ctypes.data)
        total += len(block)
    assert len(places) == 1 and total == n


@pytest.mark.parametrize('encoding', ENCODINGS)
def test_payloads_at_any_address_are_decoded_alike(encoding, rng):
    """A payload at an odd address, read-only or not, gives the same events."""
    size = {'dvs': 16 * 20 - 3, 'dvs_ros1': 13 * 20}.get(encoding, 160)
    data = rng.integers(0, 256, size).astype(np.uint8)
    want = decode_all(make_decoder(encoding), message(encoding, data, 0))
    for offset in range(4):
        room = np.zeros(size + offset, np.uint8)
        room[offset:] = data
        moved = EventMessage(0, '', 640, 480, encoding, room[offset:], 0)
        np.testing.assert_array_equal(decode_all(make_decoder(encoding), moved), want)


def test_random_bytes_never_stop_a_decoder(rng):
    """Any payload of the right length is decoded or refused, nothing else."""
    for encoding in ENCODINGS:
        decoder = make_decoder(encoding)
        for _ in range(50):
            data = rng.integers(0, 256, 16 * rng.integers(1, 60) - 3).astype(np.uint8)
            try:
                decode_all(decoder, message(encoding, data[:len(data) // 8 * 8]))
                decode_all(decoder, message(encoding, data))
            except MalformedInput as error:
                assert error.cause == 'bad_length'


def test_the_real_libcaer_recording_has_the_published_check_sums(real_packets):
    """The sums of event_camera_codecs' own test, on its recording with a roll-over."""
    decoder = make_decoder('libcaer')
    events = np.concatenate([decode_all(decoder, p) for p in real_packets('libcaer_rollover')])
    sums = [int(events[name].astype(np.uint64).sum()) for name in ('t_ns', 'x', 'y', 'p')]
    assert sums == [15762826572202229126, 111651612, 82801007, 181908]
    assert np.all(np.diff(events['t_ns']) >= 0)


def test_the_real_evt3_recording_has_its_343474_events(real_packets):
    """Count and sums of event_camera_codecs' C++ decoder; time runs on without a step back."""
    decoder = make_decoder('evt3')
    packets = real_packets('evt3')
    events = np.concatenate([decode_all(decoder, p) for p in packets])
    assert len(events) == 343_474
    sums = [int(events[name].astype(np.uint64).sum()) for name in ('t_ns', 'x', 'y', 'p')]
    assert sums == [2851601611994000, 116731888, 80879209, 125183]
    assert events['x'].max() < 640 and events['y'].max() < 480
    assert np.all(np.diff(events['t_ns']) >= 0)
    assert set(decoder.counts) <= {'trigger', 'before_sync'}
    stream = np.concatenate([p.payload for p in packets]).tobytes()
    slow = slow_evt3(stream)
    np.testing.assert_array_equal(events, make_events(*np.array(slow, np.int64).T))
