# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""E2Depth's layout: voxel grids are paired with depth by time and become Tencode images."""

import numpy as np
import pytest

from depthanyevent_ros.datasets.e2depth import E2DepthSequence, tencode_of_voxels
from depthanyevent_ros.errors import RecordingError


def test_grids_are_paired_by_time_not_by_index(files, tmp_path):
    """Three grids, of which the first has no depth."""
    with E2DepthSequence(files.e2depth(tmp_path / 's')) as sequence:
        assert len(sequence.voxels) == 3 and len(sequence.depths) == 2
        for i in range(2):
            assert sequence.depths.read(i)[0, 0] == sequence.voxel_of_depth(i)[0, 0, 0] == i + 1.5
        assert sequence.n_events == 0 and len(sequence.events_between(0, 10**19)) == 0
        assert 'voxel grids' in sequence.notes[0] and sequence.frames is None


def test_missing_first_map_keeps_the_others_with_their_stamps(files, tmp_path):
    """Its stamp is still in the list."""
    folder = files.e2depth(tmp_path / 's')
    (folder / 'events' / 'voxels' / 'event_tensor_0000000000.npy').unlink()
    with E2DepthSequence(folder) as sequence:
        np.testing.assert_array_equal(sequence.voxels.stamps_ns, sequence.depths.stamps_ns)


def test_damaged_map_is_named(files, tmp_path):
    """A download that was cut off."""
    folder = files.e2depth(tmp_path / 's')
    path = folder / 'depth' / 'data' / 'depth_0000000001.npy'
    path.write_bytes(path.read_bytes()[:1000])
    with E2DepthSequence(folder) as sequence, pytest.raises(RecordingError, match='0001.npy'):
        sequence.depths.read(1)


def test_a_folder_without_grids_is_refused(files, tmp_path):
    """Nothing could be evaluated."""
    folder = files.e2depth(tmp_path / 's')
    for file in (folder / 'events' / 'voxels').glob('*.npy'):
        file.unlink()
    with pytest.raises(RecordingError, match='holds no event_tensor'):
        E2DepthSequence(folder)


def test_tencode_of_voxels_agrees_with_the_golden_vector():
    """Worked out by hand from the official recipe; later bins overwrite."""
    voxels = np.zeros((5, 2, 3), np.float32)
    voxels[0, 0, 0], voxels[4, 0, 0], voxels[2, 0, 1], voxels[3, 1, 2] = 1, -1, 0.5, -0.2
    image = tencode_of_voxels(voxels)
    assert image.dtype == np.float32 and image.shape == (3, 2, 3)
    assert image[:, 0, 0].tolist() == [0, 0, 1]
    assert image[:, 0, 1].tolist() == [1, 0.5, 0]
    assert image[:, 1, 2].tolist() == [0, 0.25, 1]
    assert image.sum() == pytest.approx(1 + 1.5 + 1.25)
