# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the installed files of the package lie, and where it may keep files of its own."""

import os
from pathlib import Path
import sys

from depthanyevent_ros.errors import DepthAnyEventError

NAME = 'depthanyevent_ros'


def share_dir() -> Path:
    """
    Return the folder that holds ``launch/``, ``config/`` and ``models/``.

    :returns: the checkout if this code runs from one, else the package's share folder as the ament
        index has it, else the one of a plain pip installation.
    :raises DepthAnyEventError: where there is none of them.
    """
    checkout = Path(__file__).resolve().parents[1]
    installed = Path(sys.prefix, 'share', NAME)
    for folder in (checkout, _indexed(), installed):
        if folder is not None and (folder / 'package.xml').is_file():
            return folder
    raise DepthAnyEventError(
        f'the share folder of {NAME} is in no prefix of AMENT_PREFIX_PATH: '
        'source the setup file of the workspace it was installed to')


def cache_dir() -> Path:
    """Return the folder for weights, engines and what else is kept; the caller creates it."""
    ros_home = os.environ.get('ROS_HOME') or Path.home() / '.ros'
    return Path(ros_home, NAME)


def _indexed():
    """Return the share folder in the ament index, or None; a plain pip install has no index."""
    try:
        from ament_index_python.packages import get_package_share_directory
        return Path(get_package_share_directory(NAME))
    except (ImportError, LookupError, EnvironmentError):
        return None
