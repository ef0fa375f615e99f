# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From events and labelled frames to lessons, and where they are kept."""
