# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The network on a GPU in PyTorch: where TensorRT is missing, and what it is measured against."""
