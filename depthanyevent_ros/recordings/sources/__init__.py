# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the undecoded messages of a ROS bag come from: healthy files, and damaged ones."""
