# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The verbs train and windows, as a user calls them."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.training.windows_file import WindowsFile, write_windows

RECIPE = """
model: {model_type: RecDAv2, encoder: efflite0, activation: softplus, inv_prediction: true,
        input_size_width: 96, input_size_height: 64}
steps: 3
lanes: 1
clips: {unroll: 2, shortest: 2, longest: 4}
"""


@pytest.fixture
def arguments(tmp_path):
    """Give the command line of a small training, on one thread."""
    random = np.random.default_rng(0)
    for name, seed in (('train', 1), ('validation', 2)):
        with write_windows(tmp_path / 'data' / name / 'a.h5', 64, 96, kind='room', motion='none',
                           seed=seed, fx=50.0, fy=50.0, cx=48.0, cy=32.0) as file:
            for k in range(6):
                image = np.zeros((3, 64, 96), np.float32)
                image[0] = random.random((64, 96)) < 0.1
                file.append(image, np.full((64, 96), 2.0), k * 50_000_000, int(image[0].sum()))
    (tmp_path / 'recipe.yaml').write_text(RECIPE)
    threads = torch.get_num_threads()
    yield ['train', str(tmp_path / 'recipe.yaml'), '--data', str(tmp_path / 'data'),
           '--out', str(tmp_path / 'out'), '--workers', '0', '--threads', '1', '--device', 'cpu']
    torch.set_num_threads(threads)


def test_a_training_in_two_slices_gives_weights(arguments, tmp_path, capsys):
    """The first has no time; the second goes on, says how good it is, and its weights load."""
    assert main([*arguments, '--time-limit', '0']) == 0
    assert '0 of 3 steps' in capsys.readouterr().out
    assert main([*arguments, '--resume']) == 0
    output = capsys.readouterr().out
    assert '3 of 3 steps' in output and '--resume' not in output
    assert 'room' in output and 'AbsRel' in output
    find_weights(str(tmp_path / 'out' / 'best.pth')).network()


def test_mistakes_end_in_a_sentence(arguments, capsys):
    """Exit code 1 and what is wrong."""
    assert main([*arguments, '--set', 'lanez=4']) == 1
    assert 'lanez' in capsys.readouterr().err
    assert main([*arguments, '--resume']) == 1
    assert 'nothing to resume' in capsys.readouterr().err


def test_a_signal_ends_it_in_order(arguments, tmp_path):
    """The step is completed and saved; that is no failure."""
    child = subprocess.Popen([sys.executable, '-m', 'depthanyevent_ros', *arguments,
                              '--set', 'steps=100000'], stderr=subprocess.DEVNULL)
    try:
        log = tmp_path / 'out' / 'train.csv'
        end = time.monotonic() + 60
        while time.monotonic() < end and not log.is_file():
            time.sleep(0.1)
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0
    finally:
        child.kill()
    kept = torch.load(tmp_path / 'out' / 'resume.pth', weights_only=True)
    assert kept['step'] < 100000


@pytest.mark.parametrize('name, n_windows, kind', [
    ('mini_e2depth/test/mvsec_outdoor_day1', 2, 'voxel grids'),
    ('mini_mvsec_data.bag', 2, 'a bag'),
    ('mini_dsec/train/mini_city_00_a', 3, 'DSEC'),
    ('mini_eventscape/Town05/sequence_0', 2, 'EventScape')])
def test_windows_are_made_of_all_that_has_depth(shared, tmp_path, capsys, name, n_windows, kind):
    """Every window has events, depth and a frame."""
    assert main(['windows', str(shared / 'fixtures' / name), str(tmp_path / 'x.h5')]) == 0, kind
    file = WindowsFile(tmp_path / 'x.h5')
    clip = file.read(0, n_windows)
    assert len(file) == n_windows and clip.n_events.min() > 0
    assert np.isfinite(clip.depth_m).any((1, 2)).all() and clip.frame.any((1, 2)).all()


def test_windows_of_a_data_set_train(shared, arguments, tmp_path, capsys):
    """From the layout of MVSEC to a file that the trainer reads."""
    source = shared / 'fixtures' / 'mini_mvsec_data.hdf5'
    assert main(['windows', str(source), str(tmp_path / 'mvsec.h5')]) == 0
    assert 'windows: ' in capsys.readouterr().out
    file = WindowsFile(tmp_path / 'mvsec.h5')
    assert (file.height, file.width, file.kind) == (260, 346, 'street') and len(file) >= 3
    assert main(['windows', str(tmp_path / 'recipe.yaml'), str(tmp_path / 'x.h5')]) == 1
    assert 'is no recording of a known format' in capsys.readouterr().err
