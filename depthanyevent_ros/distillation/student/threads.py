# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How many threads PyTorch takes in this process: for teacher and student together."""

import torch


def use_threads(n: int) -> int:
    """Take so many threads, 0 for as many as it is; return how many that are."""
    if n:
        torch.set_num_threads(n)
    return torch.get_num_threads()
