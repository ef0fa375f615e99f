# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The interface packages are the published ones, field by field: both type hashes are pinned."""

from pathlib import Path
import re

import pytest
from rosbags.typesys import get_types_from_msg, get_typestore, Stores

INTERFACES = Path(__file__).resolve().parents[1] / 'interfaces'

PUBLISHED_HASHES = {
    'dvs_msgs/msg/EventArray':
        'RIHS01_0ea4aa5f4670adab1336550158b2e3c9bf60fe515a284c4215ed605bd559c995',
    'event_camera_msgs/msg/EventPacket':
        'RIHS01_d6fa176260b1f37e5a40845305315e150a0f18191241eb64f407442aa29844aa',
}

FIELDS = {
    'dvs_msgs/msg/Event':
        ['uint16 x', 'uint16 y', 'builtin_interfaces/Time ts', 'bool polarity'],
    'dvs_msgs/msg/EventArray':
        ['std_msgs/Header header', 'uint32 height', 'uint32 width', 'Event[] events'],
    'event_camera_msgs/msg/EventPacket':
        ['std_msgs/Header header', 'uint32 height', 'uint32 width', 'uint64 seq',
         'uint64 time_base', 'string encoding', 'bool is_bigendian', 'uint8[] events'],
}


def definition(name: str) -> str:
    """Return the text of a message definition of the checkout."""
    return (INTERFACES / f'{name}.msg').read_text()


def fields(text: str) -> list:
    """Return the fields of a definition without comments and spacing."""
    lines = (re.sub(r'\s+', ' ', line.partition('#')[0]).strip() for line in text.splitlines())
    return [line for line in lines if line]


@pytest.mark.parametrize('name', FIELDS)
def test_definition_has_the_published_fields_in_order(name):
    """Names, types and order of the fields are those of ros-event-camera."""
    assert fields(definition(name)) == FIELDS[name]


@pytest.mark.parametrize('name', PUBLISHED_HASHES)
def test_definition_has_the_published_type_hash(name):
    """An independent implementation computes the published hash from our definition."""
    store = get_typestore(Stores.ROS2_JAZZY)
    types = {}
    for each in FIELDS:
        types.update(get_types_from_msg(definition(each), each))
    store.register(types)
    assert store.hash_rihs01(name) == PUBLISHED_HASHES[name]


@pytest.mark.ros
@pytest.mark.parametrize('name', PUBLISHED_HASHES)
def test_installed_type_support_announces_the_published_type_hash(name):
    """What a real publisher of the installed type tells the graph is the published hash."""
    rclpy = pytest.importorskip('rclpy')
    package, _, message = name.split('/')
    module = pytest.importorskip(f'{package}.msg')
    context = rclpy.Context()
    rclpy.init(context=context)
    try:
        node = rclpy.create_node('type_hash', context=context)
        node.create_publisher(getattr(module, message), 'pinned', 1)
        info, = node.get_publishers_info_by_topic('/pinned')
        digest = bytes(info.topic_type_hash.value).hex()
        assert f'RIHS{info.topic_type_hash.version:02d}_{digest}' == PUBLISHED_HASHES[name]
    finally:
        rclpy.try_shutdown(context=context)
