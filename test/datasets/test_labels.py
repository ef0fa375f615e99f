# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Labels of a teacher, in the layout of DepthAnyEvent's data sets."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.datasets.dsec import DsecSequence
from depthanyevent_ros.datasets.e2depth import E2DepthSequence
from depthanyevent_ros.errors import RecordingError


def write_labels(folder, depths, size=(480, 640), name='{:06d}.npz', **more):
    """Write a label for each number: depth of that value, but for four pixels without any."""
    folder.mkdir(parents=True)
    for k, value in depths.items():
        depth = np.full(size, value, np.float64)
        depth[0, :4] = np.nan, np.inf, 0, -1
        np.savez_compressed(folder / name.format(k), depth=depth, **more)
    return folder


def write_frames(folder, seconds):
    """Write frames of E2Depth's layout at these times since the epoch of the toy files."""
    folder.mkdir(parents=True)
    for k in range(len(seconds)):
        cv2.imwrite(str(folder / f'frame_{k:010d}.png'), np.full((260, 346), k, np.uint8))
    (folder / 'timestamps.txt').write_text(
        ''.join(f'{k} {t:.6f}\n' for k, t in enumerate(seconds)))


@pytest.fixture
def dsec(files, tmp_path):
    """Return a folder of DSEC with frames every 25 ms, and a teacher's labels of all five."""
    folder = files.dsec(tmp_path / 'city')
    write_labels(folder / 'images' / 'left' / 'ev_inf_large', {k: 2.5 + k for k in range(5)})
    return folder


def test_dsec_has_a_label_at_the_stamp_of_each_frame(dsec, files):
    """In the rectified view, as its frames are warped there."""
    with DsecSequence(dsec) as sequence:
        labels = sequence.labels['ev_inf_large']
        expected_ns = (files.OFFSET_US + np.arange(5) * 25_000) * 1000
        np.testing.assert_array_equal(labels.stamps_ns, expected_ns)
        assert labels.frame == 'rect'
        assert [labels.read(k)[9, 9] for k in range(5)] == [2.5, 3.5, 4.5, 5.5, 6.5]


def test_what_counts_for_nothing_upstream_is_unknown(dsec):
    """NaN and infinity, which become 0 there, 0 itself, and less."""
    with DsecSequence(dsec) as sequence:
        depth = sequence.labels['ev_inf_large'].read(0)
    assert depth.dtype == np.float32 and np.isnan(depth[0, :4]).all()
    assert np.isnan(depth).sum() == 4


def test_labels_of_some_frames_are_those_of_their_numbers(dsec, files):
    """Two of five, 2 and 4; one of a frame that is not there belongs to nothing."""
    folder = dsec / 'images' / 'left' / 'ev_inf_large'
    for k in (0, 1, 3):
        (folder / f'{k:06d}.npz').unlink()
    with DsecSequence(dsec) as sequence:
        labels = sequence.labels['ev_inf_large']
        assert (labels.stamps_ns // 1000 - files.OFFSET_US).tolist() == [50_000, 100_000]
        assert [labels.read(k)[9, 9] for k in range(2)] == [4.5, 6.5]
    (folder / '000004.npz').rename(folder / '000077.npz')
    with pytest.raises(RecordingError, match='ev_inf_large has 2 files .*npz, but 5 stamps'):
        DsecSequence(dsec)


def test_each_teacher_has_labels_of_its_own(dsec):
    """By the name of the folder; one without a label is none."""
    write_labels(dsec / 'images' / 'left' / 'ev_inf_small', {k: 1.0 for k in range(5)})
    (dsec / 'images' / 'left' / 'ev_inf_empty').mkdir()
    with DsecSequence(dsec) as sequence:
        assert list(sequence.labels) == ['ev_inf_large', 'ev_inf_small']


def test_e2depth_has_labels_where_it_has_voxel_grids(files, tmp_path):
    """Grids every 50 ms; frames at 50, 75 and 101 ms: nothing shows what was seen at 75."""
    folder = files.e2depth(tmp_path / 's')
    write_frames(folder / 'rgb' / 'davis', files.EPOCH_S + np.array([0.05, 0.075, 0.101]))
    write_labels(folder / 'rgb' / 'davis_large', {0: 3.0, 1: 4.0, 2: 5.0}, (260, 346),
                 'frame_{:010d}.npz')
    with E2DepthSequence(folder) as sequence:
        labels = sequence.labels['davis_large']
        assert [float(labels.read(k)[9, 9]) for k in range(2)] == [3.0, 5.0]
        assert [sequence.voxel_at(int(ns))[0, 0, 0] for ns in labels.stamps_ns] == [1.5, 2.5]
        assert '1 of the 3 labels in davis_large have no voxel grid' in sequence.notes[-1]
        assert len(sequence.frames) == 3 and labels.frame == sequence.depths.frame


def test_labels_of_synchronised_frames_have_their_stamps(files, tmp_path):
    """davis_left_sync_large belongs to davis_left_sync, though it begins with davis_ too."""
    folder = files.e2depth(tmp_path / 's')
    write_frames(folder / 'rgb' / 'davis_left_sync', files.EPOCH_S + np.array([0.05, 0.1]))
    write_frames(folder / 'rgb' / 'davis', files.EPOCH_S + np.array([0.0, 0.05]))
    write_labels(folder / 'rgb' / 'davis_left_sync_large', {0: 3.0, 1: 4.0}, (260, 346))
    with E2DepthSequence(folder) as sequence:
        assert list(sequence.labels) == ['davis_left_sync_large']
        np.testing.assert_array_equal(sequence.labels['davis_left_sync_large'].stamps_ns,
                                      sequence.depths.stamps_ns)


def test_a_label_that_cannot_be_used_is_named(dsec):
    """Cut off, without depth, or of another camera."""
    folder = dsec / 'images' / 'left' / 'ev_inf_large'
    whole = (folder / '000000.npz').read_bytes()
    (folder / '000000.npz').write_bytes(whole[:len(whole) // 2])
    np.savez(folder / '000001.npz', disparity=np.ones((480, 640)))
    np.savez(folder / '000002.npz', depth=np.ones((1, 480, 640)))
    with DsecSequence(dsec) as sequence:
        for k, sentence in enumerate(('000000.npz holds no array depth',
                                      '000001.npz holds no array depth',
                                      r'shape \[1, 480, 640\], not \[480, 640\]')):
            with pytest.raises(RecordingError, match=sentence):
                sequence.labels['ev_inf_large'].read(k)
