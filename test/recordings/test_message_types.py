# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The definitions that we write into bags are the published ones."""

import pytest

from depthanyevent_ros.recordings.message_types import (
    EVENT_ARRAY_HASH, EVENT_PACKET_HASH, ros2_types,
)


@pytest.mark.parametrize('msgtype, expected', [
    ('dvs_msgs/msg/EventArray', EVENT_ARRAY_HASH),
    ('event_camera_msgs/msg/EventPacket', EVENT_PACKET_HASH),
])
def test_type_hashes_are_those_of_upstream(msgtype, expected):
    """A bag with another hash would not play where the upstream packages are installed."""
    assert ros2_types().hash_rihs01(msgtype) == expected
