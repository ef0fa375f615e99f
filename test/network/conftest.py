# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The tests of the network leave nothing in the user's folder."""

import pytest


@pytest.fixture(autouse=True)
def ros_home(tmp_path, monkeypatch):
    """Keep what the package remembers of weight files in a folder of the test."""
    monkeypatch.setenv('ROS_HOME', str(tmp_path / 'ros_home'))
