# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The network that learns: what it is compared in, its steps, its examinations."""
