# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The network on one GPU: memory, streams, graphs, states; whatever library computes it."""
