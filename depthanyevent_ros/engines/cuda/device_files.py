# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether there seems to be a GPU of NVIDIA, found out without touching it."""

from pathlib import Path

#: Where the kernel's part of NVIDIA's driver shows: desktops and servers, Jetsons, WSL.
NVIDIA_DEVICES = (Path('/dev/nvidiactl'), Path('/dev/nvhost-gpu'), Path('/dev/nvhost-ctrl-gpu'),
                  Path('/dev/dxg'))


def has_nvidia_device() -> bool:
    """Tell whether a GPU of NVIDIA with its driver seems to be there."""
    return any(path.exists() for path in NVIDIA_DEVICES)
