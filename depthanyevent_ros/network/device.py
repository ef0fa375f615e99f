# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Devices of PyTorch by name."""

import torch

from depthanyevent_ros.errors import ConfigError


def usable_device(name: str) -> torch.device:
    """
    Return a device that torch can use here.

    :raises ConfigError: if it cannot; the sentence says why.
    """
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:     # the latter: built without CUDA
        reason = str(error).splitlines()[0]
        raise ConfigError(f'the device {name!r} cannot be used: {reason}') from error
    return torch.device(name)
