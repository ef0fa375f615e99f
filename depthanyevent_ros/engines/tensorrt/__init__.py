# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The network compiled for a GPU by TensorRT, its recurrent state kept on the device."""
