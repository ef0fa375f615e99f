# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The load: well-formed messages whose events follow each other without gap or overlap."""

import numpy as np
import pytest

from depthanyevent_ros.bench.load import EventLoad, MESSAGE_MS, PACKET_ENCODINGS
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.cdr import parse_event_array, parse_event_packet
from depthanyevent_ros.events.decoders import decode_all, make_decoder

MS = 1_000_000
#: 2 ms before the end of a second, in which messages of 33 ms and the fourth of 1 ms cross it.
START_NS = 1_700_000_000_998_000_000


def decoded(load, encoding, n_messages):
    """Return the messages as they are parsed, and all their events."""
    parse = parse_event_array if encoding == 'dvs' else parse_event_packet
    decoder = make_decoder(encoding)
    messages, events = [], []
    for k in range(n_messages):
        data = load.message(k, START_NS + k * load.message_ns, START_NS + k)
        assert type(data) is bytes
        messages.append(parse(data))
        events.append(decode_all(decoder, messages[-1]))
    return messages, np.concatenate(events)


@pytest.mark.parametrize('encoding', ['dvs', *PACKET_ENCODINGS])
def test_every_event_is_there_in_time_order_and_on_the_sensor(encoding):
    """Kept messages are sent again with other times, over the end of a second too."""
    load = EventLoad(encoding, 0.5, width=64, height=48)
    n_messages = 5 if encoding == 'dvs' else 210        # more than are kept
    messages, events = decoded(load, encoding, n_messages)
    assert len(events) == n_messages * load.n_events
    assert load.n_events == 500 * MESSAGE_MS[load.event_type]
    t_ns = events['t_ns']
    assert t_ns[0] == START_NS and np.all(np.diff(t_ns) >= 0)
    assert START_NS + n_messages * load.message_ns - t_ns[-1] <= 3000
    assert events['x'].max() < 64 and events['y'].max() < 48
    assert [message.stamp_ns - START_NS for message in messages] == list(range(n_messages))
    if encoding != 'dvs':
        assert [message.seq for message in messages] == list(range(n_messages))


def test_the_length_of_a_message_can_be_chosen():
    """5 ms at 1 Mev/s: 5000 events."""
    load = EventLoad('mono', 1.0, message_ms=5)
    assert (load.n_events, load.message_ns) == (5000, 5 * MS)


@pytest.mark.parametrize('encoding, rate, word', [
    ('evt3', 1.0, 'evt3'), ('mono', 1e-5, '0 events'), ('mono', 1e6, 'events a message')])
def test_what_cannot_be_sent_is_refused(encoding, rate, word):
    """An encoding that cannot be sent again; no event in a message; more than memory."""
    with pytest.raises(ConfigError, match=word):
        EventLoad(encoding, rate)
