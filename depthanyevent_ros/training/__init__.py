# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Training: window files, clips, losses, and the recipe that makes weights of them."""
