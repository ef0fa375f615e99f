# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which topics of a recording are the events, the frames and the calibration."""

from dataclasses import dataclass
from typing import List, Optional, Sequence

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.records import TopicInfo

EVENT_TYPES = ('dvs_msgs/msg/EventArray', 'event_camera_msgs/msg/EventPacket')
FRAME_TYPES = ('sensor_msgs/msg/Image',)
CAMERA_INFO_TYPES = ('sensor_msgs/msg/CameraInfo',)


class SeveralTopics(RecordingError):
    """Several topics carry events (``names``), and none was named."""

    def __init__(self, names: Sequence[str]):
        super().__init__(f'{len(names)} topics carry events ({", ".join(names)}): '
                         'name the one to read')
        self.names = names


@dataclass(frozen=True)
class Selection:
    """The topics asked for; None leaves the choice to the recording."""

    events: Optional[str] = None
    frames: Optional[str] = None
    camera_info: Optional[str] = None


@dataclass(frozen=True)
class Chosen:
    """The topics that are read, None where there is none, and remarks on the choice."""

    events: Optional[str]
    frames: Optional[str]
    camera_info: Optional[str]
    notes: tuple = ()


def choose_topics(topics: Sequence[TopicInfo], wanted: Selection) -> Chosen:
    """
    Choose the topics by type, by the wish of the user, and by nearness to the events.

    Frames and calibration belong to the events if they share their namespace. Where several
    pictures are there, the one named image_raw is taken, otherwise none, with a remark.

    :raises RecordingError: if a wished topic is not there, or several topics carry events and
        none was wished; the sentence lists the topics of the right type.
    """
    notes: List[str] = []
    events = _events(topics, wanted.events)
    frames = _beside(topics, FRAME_TYPES, wanted.frames, events, 'image_raw', notes)
    info = _beside(topics, CAMERA_INFO_TYPES, wanted.camera_info, frames or events,
                   'camera_info', notes)
    return Chosen(events, frames, info, tuple(notes))


def names_of(topics: Sequence[TopicInfo], types) -> List[str]:
    """Return the sorted names of the topics of some types."""
    return sorted({topic.name for topic in topics if topic.msgtype in types})


def _events(topics, wanted):
    names = names_of(topics, EVENT_TYPES)
    if wanted is not None:
        return _wished(wanted, names, 'events')
    if len(names) > 1:
        raise SeveralTopics(names)
    return names[0] if names else None


def _wished(wanted, names, what):
    if wanted not in names:
        raise RecordingError(f'the recording has no {what} topic {wanted!r}; '
                             f'topics with {what}: {", ".join(names) or "none"}')
    return wanted


def _beside(topics, types, wanted, anchor, basename, notes):
    names = names_of(topics, types)
    if wanted is not None:
        return _wished(wanted, names, basename)
    near = [name for name in names if _namespace(name) == _namespace(anchor)] or names
    if len(near) == 1:
        return near[0]
    preferred = [name for name in near if name.rsplit('/', 1)[-1] == basename]
    if len(preferred) == 1:
        return preferred[0]
    if near:
        notes.append(f'no {basename} topic is read, as several fit: {", ".join(near)}')
    return None


def _namespace(name):
    return '' if name is None else name.rpartition('/')[0]
