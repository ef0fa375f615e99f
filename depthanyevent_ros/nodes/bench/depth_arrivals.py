# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How late depth maps reach a subscriber."""

from collections import deque
import struct
import time

from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image

QOS = QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=10,
                 reliability=ReliabilityPolicy.RELIABLE)
#: The latest so many are kept: an hour at 20 Hz.
KEPT = 72_000
#: CDR: 4 bytes of encapsulation, then header.stamp (int32 s, uint32 ns).
STAMP = struct.Struct('<iI')
STAMP_OFFSET = 4


class DepthArrivals:
    """
    Subscribes to the depth and notes, for each map, the host's time less the map's stamp.

    The stamp is the end of the window, in host time (docs/time.md), so that this is the age of
    the newest event that a map shows, as a user of the map finds it.
    """

    def __init__(self, node, topic: str = 'depth/image_raw'):
        """Subscribe."""
        self.late_ms = deque(maxlen=KEPT)
        self._subscription = node.create_subscription(
            Image, topic, self._on_depth, QOS, raw=True)

    def _on_depth(self, data: bytes) -> None:
        sec, nanosec = STAMP.unpack_from(data, STAMP_OFFSET)
        self.late_ms.append((time.time_ns() - sec * 10**9 - nanosec) * 1e-6)
