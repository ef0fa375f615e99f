# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The verb simulate."""

import pytest

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.recordings import open_recording
from depthanyevent_ros.recordings.summary import summarize
from depthanyevent_ros.training.windows_file import WindowsFile

SHORT = ['--motion', 'standing', '--duration', '0.1', '--seed', '3']


def test_windows_file_of_one_sequence(tmp_path, capsys):
    """Two windows of 50 ms."""
    assert main(['simulate', *SHORT, str(tmp_path / 'a.h5')]) == 0
    file = WindowsFile(tmp_path / 'a.h5')
    assert (len(file), file.kind, file.motion, file.seed) == (2, 'room', 'standing', 3)
    assert 'a.h5' in capsys.readouterr().out


def test_rosbag2_of_one_sequence(tmp_path):
    """It is a DAVIS346's."""
    assert main(['simulate', *SHORT, str(tmp_path / 'bag')]) == 0
    with open_recording(tmp_path / 'bag') as recording:
        found = summarize(recording)
    assert (found.width, found.height, found.n_frames) == (346, 260, 3)
    assert found.n_events > 100 and not found.malformed


def test_mvsec_files_of_one_sequence(tmp_path):
    """The pair and its calibration."""
    assert main(['simulate', *SHORT, str(tmp_path / 'a.hdf5')]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        'a_data.hdf5', 'a_gt.hdf5', 'camchain-imucam-a.yaml']


def test_dataset_is_continued_where_it_was_left(tmp_path, capsys):
    """What is there is kept; what is missing is written."""
    arguments = ['simulate', '--dataset', str(tmp_path), '--windows', '1', '--seed', '5']
    assert main([*arguments, '--sequences', '1']) == 0
    first, = tmp_path.iterdir()
    stamp = first.stat().st_mtime_ns
    assert main([*arguments, '--sequences', '2']) == 0
    assert len(list(tmp_path.glob('*.h5'))) == 2 and first.stat().st_mtime_ns == stamp
    assert '1 sequences written, 1 kept' in capsys.readouterr().out


def test_dataset_can_be_made_with_torch(tmp_path, monkeypatch):
    """One window by the twin; it has no frames."""
    from depthanyevent_ros.cli import simulate_dataset
    monkeypatch.setattr(simulate_dataset, 'plan_sequences', lambda *_: [
        simulate_dataset.Sequence('corridor', 'standing', 8)])
    assert main(['simulate', '--dataset', str(tmp_path), '--windows', '1', '--sequences', '1',
                 '--device', 'cpu']) == 0
    file = WindowsFile(tmp_path / 'corridor_standing_000000008.h5')
    assert len(file) == 1 and not file.has_frames
    clip = file.read(0, 1)
    assert clip.n_events[0] > 0 and clip.depth_m.max() > 3


@pytest.mark.parametrize('arguments, words', [
    ([], 'nothing to write'), (['a.txt'], 'must end in'), (['--seed', '-1', 'a'], '--seed'),
    (['--dataset', 'x', '--windows', '0'], '--windows'),
    (['--dataset', '.', '--device', 'abacus'], 'device'), (['--duration', '0', 'b'], 'duration')])
def test_what_cannot_be_done_is_said_in_one_sentence(arguments, words, tmp_path, monkeypatch,
                                                     capsys):
    """And nothing is written."""
    monkeypatch.chdir(tmp_path)
    assert main(['simulate', *arguments]) == 1
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_not_overwritten(tmp_path, capsys):
    """A file of that name stays as it is."""
    (tmp_path / 'a.h5').write_text('mine')
    assert main(['simulate', *SHORT, str(tmp_path / 'a.h5')]) == 1
    assert 'exists already' in capsys.readouterr().err
    assert (tmp_path / 'a.h5').read_text() == 'mine'


def test_dataset_of_one_kind(tmp_path):
    """Warehouses are in no training set; a test set of them is asked for by name."""
    assert main(['simulate', '--dataset', str(tmp_path), '--kind', 'warehouse', '--windows', '1',
                 '--sequences', '1', '--seed', '6']) == 0
    file, = map(WindowsFile, tmp_path.glob('*.h5'))
    assert (file.kind, file.seed) == ('warehouse', 60_000_000)


@pytest.mark.parametrize('arguments, part', [
    (['x.h5', '--dataset', 'd'], 'not both'), (['--dataset', 'd', '--motion', 'standing'],
                                               '--motion goes with OUT'),
    (['--dataset', 'd', '--duration', '2'], '--duration goes with OUT'),
    (['x.h5', '--device', 'cpu'], '--device goes with --dataset'),
    (['x.h5', '--jobs', '2'], '--jobs goes with --dataset'),
    (['--dataset', 'd', '--batch', '2'], '--batch goes with --device'),
    (['--dataset', 'd', '--jobs', '2', '--device', 'cpu'], '--jobs does not go'),
    (['x.h5', '--duration', '0.02'], 'less than a window')])
def test_nothing_that_is_asked_for_is_passed_over(tmp_path, monkeypatch, capsys, arguments, part):
    """It is done or refused, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    assert main(['simulate', *arguments]) == 1
    assert part in capsys.readouterr().err and not list(tmp_path.rglob('*.h5'))


def test_files_of_another_length_are_not_kept_silently(tmp_path, capsys):
    """A data set of 1 window each does not become one of 2 by asking again."""
    arguments = ['simulate', '--dataset', str(tmp_path), '--seed', '5', '--sequences', '1']
    assert main([*arguments, '--windows', '1']) == 0
    assert main([*arguments, '--windows', '2']) == 1
    assert 'with 1 windows, not 2' in capsys.readouterr().err
