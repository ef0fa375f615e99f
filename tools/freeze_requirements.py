# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Write requirements/constraints.txt: the exact versions that are installed where this runs.

Run it with the Python of an environment in which ``make test`` passes. The ROS wheels install a
second, older kind of metadata (egg-info) for the packages inside them: those are no packages of
the index and are left out, and so is whatever was installed from a folder.
"""

from importlib.metadata import distributions
from pathlib import Path
import re

CONSTRAINTS = Path(__file__).resolve().parents[1] / 'requirements' / 'constraints.txt'
HEADER = """\
# Exact versions of everything, so that a fresh clone gets what was tested.
# Written by tools/freeze_requirements.py; no local part, so that any build of torch will do.
"""


def is_from_index(distribution) -> bool:
    """Tell whether pip installed this distribution from a package index."""
    return (distribution.read_text('INSTALLER') is not None
            and distribution.read_text('direct_url.json') is None
            and distribution.metadata['Name'].lower() != 'pip')


def main() -> None:
    """Write the file."""
    pins = {re.sub(r'[-_.]+', '-', each.metadata['Name']).lower(): each.version.partition('+')[0]
            for each in distributions() if is_from_index(each)}
    lines = [f'{name}=={version}\n' for name, version in sorted(pins.items())]
    CONSTRAINTS.write_text(HEADER + ''.join(lines))


if __name__ == '__main__':
    main()
