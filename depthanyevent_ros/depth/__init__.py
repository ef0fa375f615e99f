# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of the network's output: depth, marks, points, colour. NumPy and OpenCV only."""
