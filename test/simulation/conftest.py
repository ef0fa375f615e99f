# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The slow plain versions that the simulator is held to."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest


def load(name):
    """Return a module that lies beside this one."""
    spec = spec_from_file_location(name, Path(__file__).with_name(f'{name}.py'))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope='session')
def plain_pixels():
    """Return the event pixels in plain NumPy."""
    return load('plain_pixels')


@pytest.fixture(scope='session')
def plain_rays():
    """Return the ray caster in plain NumPy."""
    return load('plain_rays')
