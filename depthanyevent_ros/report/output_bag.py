# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reading back what the depth node published, from the rosbag2 that was recorded of it."""

from collections import OrderedDict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

import numpy as np
from rosbags.rosbag2 import Reader

from depthanyevent_ros.recordings.message_types import ros2_types
from depthanyevent_ros.recordings.pictures import picture_from_image

DEPTH_TOPICS = ('/depth/image_raw', '/depth/image_rect')
COLOUR_TOPIC, TENCODE_TOPIC = '/depth/image_color', '/depth/tencode'
DIAGNOSTICS_TOPIC, CLOCK_TOPIC = '/diagnostics', '/clock'
#: Outputs of one window arrive close together; more unpaired ones than this never find a pair.
MAX_UNPAIRED = 16


@dataclass(frozen=True)
class ShownDepth:
    """One window's outputs as pictures, bgr8; ``tencode`` is None where it was not recorded."""

    stamp_ns: int
    colour: np.ndarray
    tencode: np.ndarray


@dataclass
class NodeStory:
    """What the node said and when its depth arrived."""

    #: (header stamp, record time), ns, of each depth map, in the order of arrival.
    arrivals: List[Tuple[int, int]] = field(default_factory=list)
    #: (time of the recording, record time), ns: when the player got there, if it said so.
    clock: List[Tuple[int, int]] = field(default_factory=list)
    #: (record time, host - sensor time), ns: what the node added to the end of each window.
    offsets: List[Tuple[int, int]] = field(default_factory=list)
    #: The last word of each part ('engine', 'inference', ...): its values as text.
    parts: Dict[str, Dict[str, str]] = field(default_factory=dict)
    #: The last warnings and errors, by part.
    warnings: Dict[str, str] = field(default_factory=dict)


def read_story(bag: Path) -> NodeStory:
    """Read arrival times and diagnostics; the pictures themselves are not decoded."""
    story = NodeStory()
    wanted = (*DEPTH_TOPICS, DIAGNOSTICS_TOPIC, CLOCK_TOPIC)
    for topic, record_ns, message in _messages(bag, wanted):
        if topic == DIAGNOSTICS_TOPIC:
            _listen(story, message, record_ns)
        elif topic == CLOCK_TOPIC:
            story.clock.append((_ns(message.clock), record_ns))
        else:
            story.arrivals.append((_ns(message.header.stamp), record_ns))
    return story


def _listen(story: NodeStory, message, record_ns: int) -> None:
    for status in message.status:
        name = status.name.rpartition(': ')[2]
        values = story.parts[name] = {pair.key: pair.value for pair in status.values}
        if values.get('clock.offset_s') and int(values.get('events_total', 0)):
            story.offsets.append((record_ns, int(Decimal(values['clock.offset_s']) * 10**9)))
        story.warnings.pop(name, None)
        if status.level:
            story.warnings[name] = status.message


def read_shown(bag: Path) -> Iterator[ShownDepth]:
    """Yield the coloured depth with the events of the same stamp, in the order of arrival."""
    waiting: 'OrderedDict[int, dict]' = OrderedDict()
    for topic, _, message in _messages(bag, (COLOUR_TOPIC, TENCODE_TOPIC)):
        parts = waiting.setdefault(_ns(message.header.stamp), {})
        parts[topic] = _bgr(message)
        if len(parts) == 2:
            # Older ones without a pair go first, so that time does not run back.
            while waiting:
                stamp_ns, parts = waiting.popitem(last=False)
                yield from _shown(stamp_ns, parts)
                if len(parts) == 2:
                    break
        elif len(waiting) > MAX_UNPAIRED:
            yield from _shown(*waiting.popitem(last=False))
    for stamp_ns, parts in waiting.items():
        yield from _shown(stamp_ns, parts)


def _shown(stamp_ns, parts):
    if COLOUR_TOPIC in parts:
        yield ShownDepth(stamp_ns, parts[COLOUR_TOPIC], parts.get(TENCODE_TOPIC))


def _messages(bag, endings):
    """Yield (topic without namespace, record time, message) of topics that end so."""
    types = ros2_types()
    with Reader(bag) as reader:
        wanted = [c for c in reader.connections if c.topic.endswith(endings)]
        if not wanted:
            return
        for connection, record_ns, data in reader.messages(wanted):
            topic = next(ending for ending in endings if connection.topic.endswith(ending))
            yield topic, record_ns, types.deserialize_cdr(data, connection.msgtype)


def _ns(time):
    return time.sec * 10**9 + time.nanosec


def _bgr(message):
    picture = picture_from_image(message.data, message.height, message.width, message.step,
                                 message.encoding, message.is_bigendian)
    return picture[..., ::-1] if message.encoding == 'rgb8' else picture
