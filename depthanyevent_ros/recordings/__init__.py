# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings in: rosbag2, ROS 1 bags, aedat4. Recordings out: rosbag2 (mcap)."""

from depthanyevent_ros.recordings.probe import open_recording
from depthanyevent_ros.recordings.records import (
    CameraInfoRecord, EventsRecord, FrameRecord, Record, TopicInfo,
)

__all__ = ['CameraInfoRecord', 'EventsRecord', 'FrameRecord', 'Record', 'TopicInfo',
           'open_recording']
