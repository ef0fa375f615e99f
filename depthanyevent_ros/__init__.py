# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Dense depth from a live event stream: DepthAnyEvent-R as a ROS 2 package."""

__version__ = '0.1.0'
