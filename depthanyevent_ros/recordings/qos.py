# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The QoS that is written into recordings, so that `ros2 bag play` offers it again."""

from rosbags.interfaces import (
    Qos, QosDurability, QosHistory, QosLiveliness, QosReliability, QosTime,
)

#: What rclpy and rosbag2 write for "no limit".
_FOREVER = QosTime(9223372036, 854775807)


def offered_qos(reliable=True, depth=10, transient_local=False) -> Qos:
    """Return the QoS that a topic was offered with."""
    return Qos(
        QosHistory.KEEP_LAST, depth,
        QosReliability.RELIABLE if reliable else QosReliability.BEST_EFFORT,
        QosDurability.TRANSIENT_LOCAL if transient_local else QosDurability.VOLATILE,
        _FOREVER, _FOREVER, QosLiveliness.AUTOMATIC, _FOREVER, False)
