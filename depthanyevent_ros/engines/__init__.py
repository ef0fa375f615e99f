# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What runs a network: PyTorch (the reference) and OpenVINO, the cache and the parity check."""
