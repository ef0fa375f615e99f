# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the package finds its files, however it was installed."""

from pathlib import Path

import pytest

from depthanyevent_ros import paths
from depthanyevent_ros.errors import DepthAnyEventError

CHECKOUT = Path(__file__).resolve().parents[1]


def install(prefix: Path) -> Path:
    """Lay out what colcon and pip install, in a prefix; return the share folder."""
    share = prefix / 'share' / paths.NAME
    marker = prefix / 'share' / 'ament_index' / 'resource_index' / 'packages' / paths.NAME
    for file in (share / 'package.xml', marker):
        file.parent.mkdir(parents=True)
        file.touch()
    return share


@pytest.fixture
def away_from_the_checkout(monkeypatch, tmp_path):
    """Let the module believe that it was imported from a site-packages folder."""
    module = tmp_path / 'lib' / 'python3' / 'site-packages' / paths.NAME / 'paths.py'
    monkeypatch.setattr(paths, '__file__', str(module))
    monkeypatch.setattr(paths.sys, 'prefix', str(tmp_path / 'elsewhere'))
    monkeypatch.delenv('AMENT_PREFIX_PATH', raising=False)


def test_share_dir_of_a_checkout_is_the_checkout():
    """Code and share files belong together."""
    assert paths.share_dir() == CHECKOUT


def test_share_dir_is_looked_up_in_the_ament_index(away_from_the_checkout, monkeypatch, tmp_path):
    """After colcon build the index knows it; an underlay before it does not matter."""
    pytest.importorskip('ament_index_python')
    share = install(tmp_path / 'overlay')
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'{tmp_path / "underlay"}:{tmp_path / "overlay"}')
    assert paths.share_dir() == share


def test_share_dir_of_a_plain_pip_installation_is_in_the_prefix(
        away_from_the_checkout, monkeypatch, tmp_path):
    """Without AMENT_PREFIX_PATH the environment's own prefix is looked at."""
    share = install(tmp_path / 'environment')
    monkeypatch.setattr(paths.sys, 'prefix', str(tmp_path / 'environment'))
    assert paths.share_dir() == share


def test_missing_share_dir_is_one_clear_error(away_from_the_checkout):
    """The sentence names the variable and the way out."""
    with pytest.raises(DepthAnyEventError, match='AMENT_PREFIX_PATH.*source'):
        paths.share_dir()


def test_cache_dir_is_under_ros_home(monkeypatch, tmp_path):
    """$ROS_HOME where it is set and not empty, else ~/.ros; nothing is created."""
    monkeypatch.setenv('ROS_HOME', str(tmp_path / 'ros'))
    assert paths.cache_dir() == tmp_path / 'ros' / 'depthanyevent_ros'
    assert not (tmp_path / 'ros').exists()
    for unset in (lambda: monkeypatch.setenv('ROS_HOME', ''),
                  lambda: monkeypatch.delenv('ROS_HOME')):
        unset()
        assert paths.cache_dir() == Path.home() / '.ros' / 'depthanyevent_ros'
