# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Our decoders against the C++ ones of event_camera_py: each event's pixel, polarity and time.

Its times are int32 and wrap, in units that differ (TIME_UNIT_NS), counted from get_start_time()
where a packet's time is one of the epoch. Left out is where ours differ on purpose: events
marked invalid or not yet placed are skipped, unknown words are counted and not fatal, pixels
outside the sensor are masked behind the decoder, and a time that steps back (in evt3: or on by
half its range) is placed where it is nearest, not behind one more wrap.
"""

from types import SimpleNamespace

import numpy as np
import pytest

from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.events.encoders import encode_libcaer, encode_packet
from depthanyevent_ros.events.types import EventMessage

upstream = pytest.importorskip('event_camera_py', reason='event_camera_py is not installed')

BASE_NS = 1_700_000_000_000_000_000
#: What its times count. 'mono' and 'libcaer' are in ns, whatever its documentation says.
TIME_UNIT_NS = {'mono': 1, 'libcaer': 1, 'libcaer_cmp': 1000, 'evt3': 1000}


def as_msg(message):
    """Return a message with the fields of EventPacket that event_camera_py reads."""
    return SimpleNamespace(
        encoding=message.encoding, width=message.width, height=message.height,
        time_base=message.time_base_ns, events=np.ascontiguousarray(message.payload))


def assert_agreement(messages):
    """Decode one stream with both, compare every event, and return the number of events."""
    encoding = messages[0].encoding
    theirs, ours = upstream.Decoder(), make_decoder(encoding)
    n_events, start = 0, None
    for message in messages:
        theirs.decode(as_msg(message))
        want, have = theirs.get_cd_events(), decode_all(ours, message)
        if encoding in ('libcaer_cmp', 'evt3'):     # those of its decoders that know the sensor
            have = have[(have['x'] < message.width) & (have['y'] < message.height)]
        for field in ('x', 'y', 'p'):
            np.testing.assert_array_equal(have[field], want[field])
        time = have['t_ns'] // TIME_UNIT_NS[encoding]
        if start is None and len(time):
            start = theirs.get_start_time() or 0
            assert start in (0, time[0])
        np.testing.assert_array_equal((time - (start or 0)).astype(np.int32), want['t'])
        n_events += len(have)
    return n_events


def assert_last_times_agree(messages):
    """
    Compare the time of the last event of each packet in full: 64 bits, ns.

    An int32 of ns wraps every 4.3 s and is blind to a wrong roll-over, which is a multiple of it.
    """
    theirs, ours = upstream.Decoder(), make_decoder(messages[0].encoding)
    for message in messages:
        last_ns = int(decode_all(ours, message)['t_ns'][-1])
        assert theirs.decode_until(as_msg(message), last_ns) == (True, last_ns)
        assert theirs.decode_until(as_msg(message), 2**63)[0] is False


@pytest.mark.parametrize('name, n_events', [('libcaer_rollover', 334_331), ('evt3', 343_474)])
def test_real_recordings_agree(real_packets, name, n_events):
    """Every packet of both recordings, the roll-over included."""
    messages = real_packets(name)
    assert assert_agreement(messages) == n_events
    if messages[0].encoding == 'libcaer':
        assert_last_times_agree(messages)


@pytest.mark.parametrize('encoding', list(TIME_UNIT_NS))
def test_encoded_events_agree(encoding, rng, random_events):
    """Our encoders write what both read alike: 50 s of random events in 60 packets."""
    events = random_events(rng, 50_000, step_us=2000)
    assert np.ptp(events['t_ns']) > 2 * 2**24 * 1000    # the time of evt3 wraps twice
    messages = [encode_packet(encoding, part, 346, 260) for part in np.array_split(events, 60)]
    assert assert_agreement(messages) == len(events)
    if TIME_UNIT_NS[encoding] == 1:
        assert_last_times_agree(messages)


def test_a_libcaer_roll_over_inside_a_packet_agrees(rng, random_events):
    """The time wraps in the middle of a packet."""
    events = random_events(rng, 1000, start_ns=BASE_NS + (2**31 - 500) * 1000)
    payload = encode_libcaer(events, BASE_NS)
    assert np.any(np.diff(payload.view('<i4')[1::2]) < 0)
    messages = [EventMessage(0, 'cam', 346, 260, 'libcaer', payload, BASE_NS)]
    assert assert_agreement(messages) == len(events)
    assert_last_times_agree(messages)


@pytest.mark.parametrize('encoding, codes, high_code, placed', [
    ('libcaer_cmp', range(6), 0, [0x0000, 0x1000, 0x2000, 0x4000]),
    # TIME_HIGH three times: two of them never lie half a range apart
    ('evt3', (0, 2, 3, 4, 5, 6, 7, 8, 8, 8, 10, 14, 15), 8, [0x8000, 0x6000, 0x0000, 0x3000])])
def test_random_words_agree(encoding, codes, high_code, placed, rng, random_words):
    """All known words in any order, vectors among them, behind words that place the first."""
    words = np.concatenate([np.array(placed, '<u2'), random_words(rng, codes, 60_000, high_code)])
    messages = [EventMessage(0, 'cam', 1500, 1200, encoding, part.view(np.uint8), BASE_NS)
                for part in np.array_split(words, 50)]
    assert assert_agreement(messages) > 10_000
