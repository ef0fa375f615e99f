# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""ROS bags, one or a pair of data and ground truth, as the messages of one rosbag2."""

from functools import partial
import heapq
from operator import attrgetter
from typing import Iterator, List, Optional, Tuple

import numpy as np
from rosbags.convert.converter import is_same_wireformat, migrate_bytes
from rosbags.interfaces import Qos

from depthanyevent_ros.datasets.inside import InsideSensor
from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.cdr import (
    parse_event_array, parse_event_packet, ros1_event_array_to_message,
)
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.recordings.conversion.bag_frames import BagFrames, STATIC
from depthanyevent_ros.recordings.conversion.outgoing import Outgoing
from depthanyevent_ros.recordings.cutting import cut
from depthanyevent_ros.recordings.message_types import ros1_types, ros2_types
from depthanyevent_ros.recordings.qos import offered_qos
from depthanyevent_ros.recordings.reordering import in_time_order
from depthanyevent_ros.recordings.republish import EVENT_ARRAY, EVENT_PACKET
from depthanyevent_ros.recordings.serialize import TRANSFORMS
from depthanyevent_ros.recordings.sources.damage import up_to_damage

_PARSERS = {('ros1', EVENT_ARRAY): ros1_event_array_to_message,
            ('ros2', EVENT_ARRAY): parse_event_array,
            ('ros2', EVENT_PACKET): parse_event_packet}


class BagConversion:
    """
    Yields the messages of bags: events written anew, all else in ROS 2's form.

    ``notes`` says what was passed over. Record times are kept; an event message that is cut gets
    that of its last event, counted back from the end of the recorded one, but never one before
    the message in front of it: recorders that write in bursts give close times to long messages.
    """

    n_events = None     # known after reading

    def __init__(self, bags: List, events, packet_ns: int,
                 right_in_left: Optional[np.ndarray] = None):
        """
        Take open BagRecordings, of which all topics are read.

        :param events: a maker of how events are written: each topic has one of its own.
        :param right_in_left: as for BagFrames.
        """
        self._bags = bags
        self._frames = BagFrames(bags, right_in_left)
        self._make_events = events
        self._packet_ns = packet_ns
        self._decoders, self._events = {}, {}
        self._converters, self._newest_ns = {}, {}
        self.n_malformed = 0
        self._inside = {}       # of each topic: the cameras of a pair take turns
        sources = [bag.source for bag in bags]
        self._notes = [note for source in sources for note in source.notes]
        for topic in _unknown(sources):
            self._notes.append(f'{topic.name} is passed over: {topic.msgtype} is not known here')

    @property
    def notes(self):
        """Return what the user should know, one sentence each."""
        lost = f'{self.n_malformed} messages cannot be read and are left out'
        inside = [f'{topic}: {note}' for topic, each in self._inside.items()
                  for note in each.notes]
        return self._notes + ([lost] if self.n_malformed else []) + inside

    def offered(self) -> Iterator[Tuple[str, str, Qos]]:
        """Yield topics that were not offered as usual: name, type and QoS."""
        for bag in self._bags:
            for topic in bag.source.topics:
                if topic.qos is not None and topic.msgtype in ros2_types().fielddefs:
                    is_events = (bag.source.dialect, topic.msgtype) in _PARSERS
                    msgtype = self._make_events().msgtype if is_events else topic.msgtype
                    yield topic.name, msgtype, topic.qos
        if self._frames.has_static:
            yield STATIC, TRANSFORMS, offered_qos(depth=1, transient_local=True)

    def messages(self) -> Iterator[Outgoing]:
        """Yield everything."""
        streams = [in_time_order(self._converted(bag)) for bag in self._bags]
        messages = heapq.merge(*streams, key=attrgetter('record_ns'))
        for k, message in enumerate(messages):
            if k == 0 and self._frames.has_static:
                yield self._frames.static(message.record_ns)
            yield message

    def _converted(self, bag):
        source = bag.source
        wanted = {t.name for t in source.topics if t.msgtype in ros2_types().fielddefs}
        for raw in up_to_damage(source.messages(wanted), bag.path, partial(self._note, bag)):
            try:
                parse = _PARSERS.get((source.dialect, raw.msgtype))
                if parse is None:
                    data = bytes(self._converter(source.dialect, raw.msgtype)(raw.data))
                    message = self._frames.named(
                        Outgoing(raw.record_ns, raw.topic, raw.msgtype, data))
                    yield message
                    yield from self._frames.transforms(message)
                else:
                    yield from self._event_messages(raw, parse(raw.data))
            except MalformedInput:
                self.n_malformed += 1

    def _event_messages(self, raw, message):
        key = (raw.topic, message.encoding)
        if key not in self._decoders:
            self._decoders[key] = make_decoder(message.encoding)
            self._events.setdefault(raw.topic, self._make_events())
        inside = self._inside.setdefault(raw.topic, InsideSensor())
        events = inside.keep(decode_all(self._decoders[key], message), message.width,
                             message.height)
        if not len(events):
            return
        writing, end_ns = self._events[raw.topic], int(events['t_ns'][-1])
        frame_id = message.frame_id or self._frames.frame_of(raw.topic, raw.msgtype)
        newest_ns = min(self._newest_ns.get(raw.topic, raw.record_ns), raw.record_ns)
        self._newest_ns[raw.topic] = raw.record_ns
        for run in cut(events, self._packet_ns):
            record_ns = raw.record_ns - max(end_ns - int(run['t_ns'][-1]), 0)
            record_ns = newest_ns = max(record_ns, newest_ns)
            data = writing.serialize(run, message.width, message.height, frame_id)
            yield Outgoing(record_ns, raw.topic, writing.msgtype, data, len(run))

    def _note(self, bag, remark):
        self._notes.append(f'{bag.path.name}: {remark}')

    def _converter(self, dialect, msgtype):
        if dialect == 'ros2':
            return bytes
        if msgtype not in self._converters:
            self._converters[msgtype] = _ros1_converter(msgtype)
        return self._converters[msgtype]


def _ros1_converter(msgtype):
    """Return the function from ROS 1's bytes to ROS 2's: CameraInfo has other field names."""
    old, new = ros1_types(), ros2_types()
    if msgtype not in old.fielddefs or is_same_wireformat(old, new, msgtype, msgtype):
        return partial(new.ros1_to_cdr, typename=msgtype)
    return partial(migrate_bytes, old, new, msgtype, msgtype, {}, src_is2=False, dst_is2=True)


def _unknown(sources):
    return [topic for source in sources for topic in source.topics
            if topic.msgtype not in ros2_types().fielddefs]
