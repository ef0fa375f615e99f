# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events: decoding, windows, Tencode. NumPy and numba only."""
