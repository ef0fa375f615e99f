# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Make an editable pip installation look like one by ``colcon build --symlink-install``.

An editable installation has neither share files nor executables where ROS 2 looks for them. This
links both: what ``data_files`` in setup.py names, to the checkout, so that an edited launch or
config file counts at once; and the executables into ``lib/depthanyevent_ros``, where ``ros2 run``
and ``ros2 launch`` look for them.
"""

from importlib.metadata import distribution
import os
from pathlib import Path
import shutil
import sys

import setuptools  # noqa: F401, I100, I202  it provides distutils where Python has none
from distutils.core import run_setup  # noqa: I100, I201

NAME = 'depthanyevent_ros'
CHECKOUT = Path(__file__).resolve().parents[1]


def link(path: Path, target: Path) -> None:
    """Make ``path`` a link to ``target``, whatever was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def main() -> None:
    """Link the share files and the executables of the environment that runs this."""
    prefix = Path(sys.prefix)
    for folder in ('share', 'lib'):
        shutil.rmtree(prefix / folder / NAME, ignore_errors=True)
    os.chdir(CHECKOUT)
    for folder, files in run_setup('setup.py', stop_after='init').data_files:
        for file in files:
            link(prefix / folder / Path(file).name, CHECKOUT / file)
    for script in distribution(NAME).entry_points.select(group='console_scripts'):
        link(prefix / 'lib' / NAME / script.name, prefix / 'bin' / script.name)


if __name__ == '__main__':
    main()
