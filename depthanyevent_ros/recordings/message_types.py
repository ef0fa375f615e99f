# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The message definitions that rosbags does not bring along."""

from functools import lru_cache

from rosbags.typesys import get_types_from_msg, get_typestore, Stores

#: Type hashes of the event messages, as published (equal for Humble to Lyrical).
EVENT_ARRAY_HASH = 'RIHS01_0ea4aa5f4670adab1336550158b2e3c9bf60fe515a284c4215ed605bd559c995'
EVENT_PACKET_HASH = 'RIHS01_d6fa176260b1f37e5a40845305315e150a0f18191241eb64f407442aa29844aa'

_DVS_EVENT = """\
uint16 x
uint16 y
builtin_interfaces/Time ts
bool polarity
"""
_DVS_EVENT_ARRAY = """\
std_msgs/Header header
uint32 height
uint32 width
Event[] events
"""
_EVENT_PACKET = """\
std_msgs/Header header
uint32 height
uint32 width
uint64 seq
uint64 time_base
string encoding
bool is_bigendian
uint8[] events
"""


@lru_cache(maxsize=None)
def ros2_types():
    """Return a rosbags type store with ROS 2's common interfaces and both event messages."""
    store = get_typestore(Stores.ROS2_JAZZY)
    store.register({
        **get_types_from_msg(_DVS_EVENT, 'dvs_msgs/msg/Event'),
        **get_types_from_msg(_DVS_EVENT_ARRAY, 'dvs_msgs/msg/EventArray'),
        **get_types_from_msg(_EVENT_PACKET, 'event_camera_msgs/msg/EventPacket'),
    })
    return store


@lru_cache(maxsize=None)
def ros1_types():
    """Return a rosbags type store with ROS 1's common messages."""
    return get_typestore(Stores.ROS1_NOETIC)
