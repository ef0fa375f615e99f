# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What `bench` measures, part by part; every figure beside a baseline of the same run."""
