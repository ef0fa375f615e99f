# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""DepthAnyEvent and DepthAnyEvent-R in PyTorch, their checkpoints and their weights."""
