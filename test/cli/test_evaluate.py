# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The verb evaluate, as a user calls it."""

import json

import cv2
import h5py
import numpy as np
import pytest

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.cli import evaluate_parts
from depthanyevent_ros.recordings.serialize import (
    DIAGNOSTICS, IMAGE, serialize_diagnostics, serialize_image,
)
from depthanyevent_ros.recordings.writer import BagWriter
from depthanyevent_ros.training.windows_file import write_windows

EPOCH_S = 1_505_000_000


pytestmark = pytest.mark.usefixtures('one_thread')


@pytest.fixture
def windows(tmp_path):
    """Return a folder of window files with two kinds."""
    for name, kind, depth_m in (('a', 'room', 2.0), ('b', 'street', 20.0)):
        with write_windows(tmp_path / 'windows' / f'{name}.h5', 64, 96, kind=kind,
                           motion='standing', seed=1, fx=50.0, fy=50.0, cx=48.0, cy=32.0) as file:
            for k in range(4):
                image = np.zeros((3, 64, 96), np.float32)
                image[0, k:k + 9] = 1
                ramp = depth_m * np.linspace(0.6, 1.4, 96) * np.ones((64, 1))
                file.append(image, ramp, k * 50_000_000, 9 * 96)
    return tmp_path / 'windows'


@pytest.fixture
def mvsec(tmp_path):
    """Return a pair of MVSEC files: 3000 events in 0.12 s, two depth maps."""
    rng = np.random.default_rng(0)
    t_us = np.sort(rng.integers(0, 120_000, 3000))
    with h5py.File(tmp_path / 'toy_data.hdf5', 'w') as file:
        file['davis/left/events'] = np.stack([
            rng.integers(0, 346, 3000), rng.integers(0, 260, 3000), EPOCH_S + t_us * 1e-6,
            rng.integers(0, 2, 3000) * 2 - 1], 1)
    with h5py.File(tmp_path / 'toy_gt.hdf5', 'w') as file:
        depth_m = np.tile(np.linspace(3, 30, 346, dtype=np.float32), (2, 260, 1))
        depth_m[:, :60] = np.nan
        file['davis/left/depth_image_raw'] = depth_m
        file['davis/left/depth_image_raw_ts'] = EPOCH_S + np.array([0.05, 0.1])
    return tmp_path / 'toy_data.hdf5'


def test_window_files_against_baselines(windows, small_weights, tmp_path, capsys):
    """Table on the screen, JSON, Markdown and a sheet; untrained weights are called so."""
    out = {name: tmp_path / f'out.{name}' for name in ('json', 'md', 'png')}
    assert main(['evaluate', str(windows), '--weights', str(small_weights()), '--baselines',
                 str(windows), '--json', str(out['json']), '--markdown', str(out['md']),
                 '--sheet', str(out['png'])]) == 0
    text = capsys.readouterr().out
    assert 'UNTRAINED' in text and "mean depth image of the scene's kind" in text
    found = json.loads(out['json'].read_text())
    assert found['groups']['street'] == {'sequences': 1, 'maps': 4}
    of_kind = found['means']["mean depth image of the scene's kind"]
    assert of_kind['clean']['all']['abs_rel'] < 0.01        # the scenes never change
    assert '| room |' in out['md'].read_text()
    assert cv2.imread(str(out['png'])).shape[1] > 1000


def test_a_data_set_beside_the_published_rows(mvsec, small_weights, capsys):
    """MVSEC: the maps with events before them, and what the paper reports."""
    assert main(['evaluate', str(mvsec), '--weights', str(small_weights()), '--engine', 'torch',
                 '--protocol', 'paper', '--encoding', 'voxels']) == 0
    text = capsys.readouterr().out
    assert '1 sequences, 2 maps' in text and 'Published for MVSEC' in text and '0.365' in text


def write_depth(path, depth_m, meaning=None):
    """Write maps of a constant depth at the stamps of the toy sequence, and what they mean."""
    with BagWriter(path) as writer:
        for ms in (50, 100):
            stamp_ns = EPOCH_S * 10**9 + ms * 1_000_000
            writer.write('/depth/image_raw', IMAGE, stamp_ns, serialize_image(
                np.full((260, 346), depth_m, np.float32), '32FC1', stamp_ns, 'camera'))
        if meaning is not None:
            writer.write('/diagnostics', DIAGNOSTICS, stamp_ns, serialize_diagnostics(
                [(0, 'depth: output', '', '', {'depth_meaning': meaning})], stamp_ns))
    return path


def test_depth_of_a_bag_is_scored_in_metres_and_aligned(mvsec, tmp_path, capsys):
    """Both rows without asking; by hand: 15 m against a ramp from 3 to 30 m."""
    bag, out = write_depth(tmp_path / 'bag', 15.0), tmp_path / 'out.json'
    assert main(['evaluate', str(mvsec), '--depth-bag', str(bag), '--json', str(out)]) == 0
    capsys.readouterr()
    found = json.loads(out.read_text())['means']['bag']
    true = np.linspace(3, 30, 346)
    assert found['clean']['all']['abs_rel'] == pytest.approx(np.mean(np.abs(15 - true) / true),
                                                             rel=1e-5)
    assert found['clean_aligned']['all']['rmse'] == pytest.approx(true.std(), rel=1e-5)


def test_relative_depth_of_a_bag_is_scored_aligned_alone(mvsec, tmp_path, capsys):
    """The node that recorded it says that it has no unit."""
    bag = write_depth(tmp_path / 'bag', 15.0, 'relative depth: no unit')
    out = tmp_path / 'out.json'
    assert main(['evaluate', str(mvsec), '--depth-bag', str(bag), '--json', str(out)]) == 0
    capsys.readouterr()
    assert set(json.loads(out.read_text())['means']['bag']) == {'paper', 'clean_aligned'}


def test_what_cannot_be_scored_is_said_before_the_hours_of_the_others(
        mvsec, tmp_path, capsys, monkeypatch):
    """The second of two sequences has no depth: the first is not computed in vain."""
    (tmp_path / 'ecd').mkdir()
    (tmp_path / 'ecd' / 'events.txt').write_text('0.1 1 2 1\n')
    monkeypatch.setattr(evaluate_parts, 'evaluate_recording', None)
    assert main(['evaluate', str(mvsec), str(tmp_path / 'ecd')]) == 1
    assert 'ecd has no depth to compare with' in capsys.readouterr().err


def test_mistakes_end_in_a_sentence(windows, mvsec, small_weights, tmp_path, capsys):
    """Exit code 1 and what is wrong; no traceback."""
    weights = ['--weights', str(small_weights())]
    empty = tmp_path / 'empty'
    empty.mkdir()
    for arguments, part in (
            ([str(tmp_path / 'nowhere')], 'does not exist'),
            ([str(empty)], 'empty'),
            ([str(mvsec), '--baselines', str(windows)], 'for window files'),
            ([str(mvsec), '--most', '0'], '--most'),
            ([str(mvsec), '--depth-bag', str(tmp_path / 'nobag')], 'nobag'),
            ([str(mvsec), '--crop', '900x900', '--engine', 'torch'], '--crop'),
            ([str(mvsec), '--engine', 'abacus'], 'abacus'),
            ([str(windows), '--device', 'abacus'], 'abacus'),
            ([str(mvsec), '--sheet', str(tmp_path / 'x.txt')], 'must end in'),
            ([str(mvsec), '--json', str(tmp_path / 'no' / 'x.json')], 'there is no folder'),
            ([str(mvsec), str(mvsec), '--protocol', 'ramnet', '--most', '2', '--engine',
              'torch'], 'nothing was scored')):
        assert main(['evaluate', *arguments, *weights]) == 1
        assert part in capsys.readouterr().err
    assert main(['evaluate', str(mvsec), '--crop', 'wide']) == 2
