# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Serialised messages of synthetic events without end: what a camera at full rate sends."""

from dataclasses import replace

import numpy as np

from depthanyevent_ros.bench.events import make_messages, synthetic_events
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.cdr import (
    CDR_EVENT_DTYPE, CDR_EVENT_STRIDE, NS_PER_S, serialize_event_array, serialize_event_packet)

FRAME_ID = 'camera_optical_frame'
#: Events that are made; they are sent again and again with other times. 16 MB as EventArray.
KEPT_EVENTS = 1_000_000
#: How long a message of a driver is, ms: packets of 1 ms, EventArrays at about 30 Hz.
MESSAGE_MS = {'packet': 1, 'dvs': 33}
#: Encodings whose packets are placed in time by time_base, so that they can be sent again.
PACKET_ENCODINGS = ('mono', 'libcaer', 'libcaer_cmp')
MS_NS = 1_000_000
#: DDS limits nothing here; a message of this many events is 64 MB.
MAX_MESSAGE_EVENTS = 4_000_000


class EventLoad:
    """
    Messages of equal length and equal numbers of events; event times are spread evenly.

    :param encoding: 'dvs' (EventArray) or one of PACKET_ENCODINGS.
    :param message_ms: length of a message; 0: what drivers send.
    :raises ConfigError: for another encoding, or a rate that gives no event or too many.
    """

    def __init__(self, encoding: str, rate_mev_s: float, message_ms: float = 0.0,
                 width: int = 346, height: int = 260):
        """Make the messages."""
        if encoding != 'dvs' and encoding not in PACKET_ENCODINGS:
            raise ConfigError(f'encoding {encoding!r} is not one of dvs, '
                              f'{", ".join(PACKET_ENCODINGS)}')
        self.event_type = 'dvs' if encoding == 'dvs' else 'packet'
        self.message_ns = round((message_ms or MESSAGE_MS[self.event_type]) * MS_NS)
        self.n_events = round(rate_mev_s * 1e-3 * self.message_ns)     # in each message
        if not 1 <= self.n_events <= MAX_MESSAGE_EVENTS:
            raise ConfigError(f'{rate_mev_s} Mev/s give {self.n_events} events a message; it must '
                              f'be from 1 to {MAX_MESSAGE_EVENTS}')
        n_kept = max(min(KEPT_EVENTS // self.n_events, 100), 2)
        parts = [self._events(k, width, height) for k in range(n_kept)]
        make = _Arrays if encoding == 'dvs' else _Packets
        self._messages = make(encoding, parts, width, height)

    def message(self, k: int, first_ns: int, stamp_ns: int) -> bytes:
        """Return message k: its events begin at ``first_ns``, its header says ``stamp_ns``."""
        return self._messages.message(k, first_ns, stamp_ns)

    def _events(self, seed: int, width: int, height: int) -> np.ndarray:
        """Return the events of a message that begins at 0."""
        events = synthetic_events(self.n_events, width, height, seed)
        even_ns = np.arange(self.n_events) * self.message_ns // self.n_events
        events['t_ns'] = even_ns // 1000 * 1000         # whole us, as cameras say it
        return events


class _Packets:
    """EventPackets: only the header is written anew."""

    def __init__(self, encoding: str, parts, width: int, height: int):
        self._kept = [replace(make_messages(encoding, part, width, height, len(part))[0],
                              frame_id=FRAME_ID) for part in parts]

    def message(self, k: int, first_ns: int, stamp_ns: int) -> bytes:
        kept = self._kept[k % len(self._kept)]
        return serialize_event_packet(
            replace(kept, stamp_ns=stamp_ns, time_base_ns=first_ns, seq=k))


class _Arrays:
    """EventArrays: each event carries its whole time, which is written anew where it lies."""

    def __init__(self, encoding: str, parts, width: int, height: int):
        self._since_ns = parts[0]['t_ns'].astype(np.uint32)     # the same in every message
        self._kept = [np.frombuffer(bytearray(serialize_event_array(
            part, 0, FRAME_ID, width, height)), np.uint8) for part in parts]
        self._n_events = len(parts[0])

    def message(self, k: int, first_ns: int, stamp_ns: int) -> bytes:
        data = self._kept[k % len(self._kept)]
        data[4:12].view('<i4')[0], data[4:12].view('<u4')[1] = divmod(stamp_ns, NS_PER_S)
        sec, nanosec = divmod(first_ns, NS_PER_S)
        in_next = int(np.searchsorted(self._since_ns, NS_PER_S - nanosec))
        begin = len(data) - (CDR_EVENT_STRIDE * self._n_events - 3)
        view = np.ndarray(self._n_events, CDR_EVENT_DTYPE, data, begin - 2, (CDR_EVENT_STRIDE,))
        view['nanosec'] = self._since_ns
        view['nanosec'] += np.uint32(nanosec)
        view['nanosec'][in_next:] -= np.uint32(NS_PER_S)
        view['sec'][:in_next], view['sec'][in_next:] = sec, sec + 1
        return data.tobytes()
