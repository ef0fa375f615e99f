# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A data set is known by what lies there, whichever of its files is named."""

import pytest

from depthanyevent_ros.datasets.open_dataset import find_reader
from depthanyevent_ros.errors import RecordingError


@pytest.mark.parametrize('kind, name', [
    ('dsec', 'DSEC'), ('ecd', 'ECD (text)'), ('eventscape', 'EventScape'),
    ('e2depth', 'E2Depth (voxel grids)')])
def test_folders_are_told_apart(files, tmp_path, kind, name):
    """By the file or folder that only this kind has."""
    folder = getattr(files, kind)(tmp_path / 'x')
    with find_reader(folder)(folder) as sequence:
        assert sequence.kind == name


def test_either_file_of_a_pair_will_do(files, tmp_path):
    """The ground truth alone has no events."""
    path = files.mvsec(tmp_path)
    truth = tmp_path / 'toy1_gt.hdf5'
    with find_reader(truth)(truth) as sequence:
        assert sequence.path == path and sequence.n_events == 500
    with find_reader(path)(path, 'right') as sequence:
        assert sequence.n_events == 7
    path.unlink()
    with pytest.raises(RecordingError, match='holds no davis/left/events'):
        find_reader(truth)(truth)


def test_event_file_of_dsec_stands_for_its_folder(files, tmp_path):
    """As its name is the same in every sequence."""
    folder = files.dsec(tmp_path / 'city')
    file = folder / 'events' / 'left' / 'events.h5'
    with find_reader(file)(file) as sequence:
        assert sequence.path == folder and sequence.kind == 'DSEC'


def test_others_have_no_reader(tmp_path):
    """Bags and pictures are for others to read."""
    (tmp_path / 'x.bag').write_bytes(b'#ROSBAG V2.0')
    assert find_reader(tmp_path) is None and find_reader(tmp_path / 'x.bag') is None
