# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings and data sets as the messages of a rosbag2: what `convert` writes."""

from depthanyevent_ros.recordings.conversion.open_conversion import open_conversion
from depthanyevent_ros.recordings.conversion.outgoing import write_all

__all__ = ['open_conversion', 'write_all']
