# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How right depth is: protocols, baselines, tables and picture sheets."""
