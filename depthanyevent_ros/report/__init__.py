# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a run leaves to look at: panels, a video, stills and one HTML file."""
