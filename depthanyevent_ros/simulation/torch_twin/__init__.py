# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The simulator once more in torch: many pictures at a time, for machines with a GPU.

No tiles and no order: every ray against every shape, which suits a GPU. Scenes, paths, pacing and
parameters are those of the numba version; pictures and depth agree to float32 rounding.
"""
