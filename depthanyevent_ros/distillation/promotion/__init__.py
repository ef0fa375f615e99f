# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which weights are used: what a candidate must be, versions on disk, the way back."""
