# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ROS nodes: the only folder that imports rclpy and ROS messages."""
