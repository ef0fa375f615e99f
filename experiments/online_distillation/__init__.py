# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Online distillation: what it gains, what it survives, what it costs."""
