# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How many threads PyTorch takes in this process: for teacher and student together."""

import torch


def use_threads(n: int) -> None:
    """Take so many threads; 0 leaves it as it is."""
    if n:
        torch.set_num_threads(n)
