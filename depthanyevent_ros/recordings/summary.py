# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is in a recording: counts, times and rates, from one pass over it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Dict, List, Optional

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.decoders import make_decoder
from depthanyevent_ros.recordings.records import CameraInfoRecord, EventsRecord, TopicInfo
from depthanyevent_ros.recordings.sequence_recording import SequenceRecording


@dataclass
class Summary:
    """
    What a pass over a recording found.

    Times of events are sensor time, ``duration_s`` is from the first to the last event (of the
    records where there is no event). ``malformed`` counts the messages that could not be read,
    ``skipped`` what decoders left out inside of messages (triggers, invalid events), by cause.
    """

    path: str
    kind: str
    events_topic: Optional[str]
    frames_topic: Optional[str]
    camera_info_topic: Optional[str]
    topics: List[TopicInfo]
    width: int = 0
    height: int = 0
    n_events: int = 0
    n_on: int = 0
    t_first_ns: Optional[int] = None
    t_last_ns: Optional[int] = None
    n_event_messages: int = 0
    n_frames: int = 0
    n_camera_infos: int = 0
    encodings: Dict[str, int] = field(default_factory=dict)
    lost_messages: int = 0
    time_jumps_back: int = 0
    first_record_ns: Optional[int] = None
    last_record_ns: Optional[int] = None
    malformed: Dict[str, int] = field(default_factory=dict)
    skipped: Dict[str, int] = field(default_factory=dict)
    notes: List[str] = field(default_factory=list)

    @property
    def duration_s(self) -> float:
        """Return the length of the recording in s."""
        first, last = self.t_first_ns, self.t_last_ns
        if first is None:
            first, last = self.first_record_ns, self.last_record_ns
        return 0.0 if first is None else (last - first) * 1e-9

    @property
    def rate_mev_s(self) -> float:
        """Return the mean rate in 10^6 events per second."""
        return self.n_events * 1e-6 / self.duration_s if self.duration_s > 0 else 0.0


def summarize(recording, on_record=None) -> Summary:
    """
    Read a recording once and decode all of its events.

    :param on_record: called with each record, to show progress.
    """
    summary = Summary(str(recording.path), recording.kind, recording.events_topic,
                      recording.frames_topic, recording.camera_info_topic,
                      list(recording.topics))
    if isinstance(recording, SequenceRecording):        # the size is known without a message
        summary.width, summary.height = recording.sequence.width, recording.sequence.height
    events = _EventCounter(summary)
    for record in recording.messages():
        summary.first_record_ns = min(summary.first_record_ns or record.record_ns,
                                      record.record_ns)
        summary.last_record_ns = max(summary.last_record_ns or record.record_ns,
                                     record.record_ns)
        if isinstance(record, EventsRecord):
            events.count(record.message)
        elif isinstance(record, CameraInfoRecord):
            summary.n_camera_infos += 1
        else:
            summary.n_frames += 1
        if on_record is not None:
            on_record(record)
    summary.malformed = dict(sorted((recording.counts + events.malformed).items()))
    summary.skipped = dict(sorted(events.skipped().items()))
    summary.notes = list(recording.notes)
    return summary


class _EventCounter:
    """Counts events, one decoder per encoding."""

    def __init__(self, summary):
        self._summary = summary
        self._decoders = {}
        self.malformed = Counter()
        self._last_seq = None

    def skipped(self):
        return sum((decoder.counts for decoder in self._decoders.values()), Counter())

    def count(self, message):
        summary = self._summary
        summary.n_event_messages += 1
        summary.encodings[message.encoding] = summary.encodings.get(message.encoding, 0) + 1
        summary.width = message.width or summary.width
        summary.height = message.height or summary.height
        self._count_losses(message)
        try:
            for block in self._decoder(message.encoding).blocks(message):
                self._count_block(block)
        except MalformedInput as error:
            self.malformed[error.cause] += 1

    def _decoder(self, encoding):
        if encoding not in self._decoders:
            self._decoders[encoding] = make_decoder(encoding)
        return self._decoders[encoding]

    def _count_losses(self, message):
        if message.seq is not None and self._last_seq is not None:
            self._summary.lost_messages += max(message.seq - self._last_seq - 1, 0)
        self._last_seq = message.seq

    def _count_block(self, block):
        if not len(block):
            return
        summary = self._summary
        first_ns, last_ns = int(block['t_ns'][0]), int(block['t_ns'][-1])
        summary.n_events += len(block)
        summary.n_on += int(block['p'].sum())
        if summary.t_last_ns is not None and first_ns < summary.t_last_ns:
            summary.time_jumps_back += 1
        if summary.t_first_ns is None:
            summary.t_first_ns = first_ns
        summary.t_last_ns = last_ns
