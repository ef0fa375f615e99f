# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events of a sequence as the messages of a recording."""

from typing import Iterator

from depthanyevent_ros.datasets.inside import InsideSensor
from depthanyevent_ros.datasets.sequence import event_blocks, EventSequence
from depthanyevent_ros.events.encoders import encode_packet
from depthanyevent_ros.recordings.cutting import cut, MAX_DURATION_NS
from depthanyevent_ros.recordings.records import EventsRecord


def event_packets(sequence: EventSequence, encoding: str = 'mono', frame_id: str = '',
                  start_ns=None, max_duration_ns: int = MAX_DURATION_NS
                  ) -> Iterator[EventsRecord]:
    """
    Yield the events of a sequence as packets; each is recorded at its last event.

    :param start_ns: packets that end before are left out.
    """
    start = 0 if start_ns is None else _index_at(sequence, start_ns)
    for seq, events in enumerate(_runs(sequence, start, max_duration_ns)):
        last_ns = int(events['t_ns'][-1])
        yield EventsRecord(last_ns, encode_packet(
            encoding, events, sequence.width, sequence.height, frame_id, last_ns, seq))


def _runs(sequence, start, max_duration_ns):
    inside = InsideSensor()
    for block in event_blocks(sequence, start):
        yield from cut(inside.keep(block, sequence.width, sequence.height), max_duration_ns)
    sequence.notes += [note for note in inside.notes if note not in sequence.notes]


def _index_at(sequence, start_ns):
    """Return the index of the first event at start_ns, by bisection: readers know no better."""
    low, high = 0, sequence.n_events
    while low < high:
        middle = (low + high) // 2
        if int(sequence.events_by_index(middle, middle + 1)['t_ns'][0]) < start_ns:
            low = middle + 1
        else:
            high = middle
    return low
