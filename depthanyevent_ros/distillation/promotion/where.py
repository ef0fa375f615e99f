# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the learned weights of a robot lie: in a folder of its own, below the package's."""

import os
from pathlib import Path

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.paths import cache_dir

DEFAULT_ROBOT = 'default'
#: Bytes of a file's name on the usual file systems.
MAX_BYTES = 255


def stores_folder() -> Path:
    """Return the folder that holds a folder for each robot; it need not be there."""
    return cache_dir() / 'distillation'


def store_folder(robot: str = DEFAULT_ROBOT) -> Path:
    """
    Return the folder of a robot's versions; the store creates it.

    :raises ConfigError: if the name is not that of one folder.
    """
    if not is_plain(robot):
        raise ConfigError(f'robot is {robot!r}: it must be a plain name, like rover, without '
                          'slashes and not beginning with a point')
    return stores_folder() / robot


def is_plain(name: str) -> bool:
    """Tell whether a name is one component of a path and leads nowhere else."""
    return (bool(name) and name.isprintable() and name == name.strip()
            and not name.startswith('.') and not set(name) & {'/', '\\'}
            and len(os.fsencode(name)) <= MAX_BYTES)
