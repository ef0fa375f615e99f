# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""MVSEC in HDF5, with each of its traps."""

import os
import tracemalloc

import h5py
import numpy as np
import pytest

from depthanyevent_ros.datasets.mvsec import ground_truth_of, MvsecSequence
from depthanyevent_ros.datasets.sequence import event_blocks
from depthanyevent_ros.errors import RecordingError


@pytest.fixture()
def sequence(files, tmp_path):
    """Return 500 events in 0.1 s, 3 images, 2 depth maps."""
    with MvsecSequence(files.mvsec(tmp_path)) as sequence:
        yield sequence


def test_columns_become_events(sequence, files):
    """x, y, t, p in this order; polarity -1 is 0; epoch seconds become exact microseconds."""
    x, y, t_us, p = files.random_events(500)
    events = sequence.events_by_index(0, 10**9)
    for name, column in (('x', x), ('y', y), ('p', p)):
        np.testing.assert_array_equal(events[name], column)
    np.testing.assert_array_equal(events['t_ns'], files.EPOCH_S * 10**9 + t_us * 1000)
    assert (sequence.n_events, sequence.width, sequence.height) == (500, 346, 260)
    assert (sequence.t_first_ns, sequence.t_last_ns) == (events['t_ns'][0], events['t_ns'][-1])


def test_windows_are_half_open(sequence):
    """Consecutive windows give every event once; nothing is outside."""
    first_ns, end_ns = sequence.t_first_ns, sequence.t_last_ns + 1
    borders = np.linspace(first_ns, end_ns, 8).astype(int).tolist()
    parts = [sequence.events_between(a, b) for a, b in zip(borders, borders[1:])]
    np.testing.assert_array_equal(np.concatenate(parts), sequence.events_by_index(0, 500))
    assert len(sequence.events_between(0, first_ns)) == 0
    assert len(sequence.events_between(end_ns, end_ns + 10**12)) == 0
    assert len(sequence.events_between(end_ns, first_ns)) == 0


def test_image_before_the_first_event_is_kept(sequence, files):
    """Its index of events is -1, which as an index would mean the last one: it is not used."""
    assert len(sequence.frames) == 3
    assert sequence.frames.stamps_ns[0] == files.EPOCH_S * 10**9 - 5_000_000
    assert [int(sequence.frames.read(i).max()) for i in range(3)] == [0, 1, 2]
    assert len(sequence.events_by_index(-1, 5)) == 5


def test_depth_is_in_metres_with_nan_where_there_is_none(sequence):
    """The raw view goes with the events; the rectified one is there too."""
    depth_m = sequence.depths.read(1)
    assert depth_m.dtype == np.float32 and depth_m[1, 1] == 7.5 and np.isnan(depth_m[0, 0])
    assert (sequence.depths.frame, sequence.depths_rect.frame) == ('raw', 'rect')
    assert sequence.depths_rect.read(1)[1, 1] == 15
    np.testing.assert_array_equal(sequence.poses.read(1)[:3, 3], [1, 2, 3])
    assert sequence.odometry is None


def test_calibration_is_found_in_the_folder_of_the_scene(sequence):
    """Equidistant, which OpenCV calls fisheye; r and p rectify."""
    camera = sequence.camera
    assert camera.distortion_model == 'equidistant' and camera.problem() is None
    assert (camera.k[0, 0], camera.k[1, 1], camera.k[0, 2]) == (223, 222, 174.5)
    assert (camera.p[0, 0], camera.r[0, 1]) == (199.5, -1)


def test_calibration_of_another_scene_is_not_taken(files, tmp_path):
    """Of several, the one that begins the name of the file."""
    path = files.mvsec(tmp_path)
    other = tmp_path / 'toy_calib' / 'camchain-imucam-other.yaml'
    other.write_text((tmp_path / 'toy_calib' / 'camchain-imucam-toy.yaml').read_text().replace(
        '223.0', '999.0'))
    with MvsecSequence(path) as sequence:
        assert sequence.camera.k[0, 0] == 223
    other.write_text('cam1: {}')
    other.rename(tmp_path / 'toy_calib' / 'camchain-imucam-toy.yaml')
    with pytest.raises(RecordingError, match='no calibration of MVSEC'):
        MvsecSequence(path)


def test_calibration_of_another_name_is_used_with_a_note(files, tmp_path):
    """The only one that is there may be meant."""
    path = files.mvsec(tmp_path).rename(tmp_path / 'other_data.hdf5')
    with MvsecSequence(path) as sequence:
        assert sequence.camera is not None
        assert 'camchain-imucam-toy.yaml, of another scene' in sequence.notes[0]


def test_right_camera_has_events_but_no_images(files, tmp_path):
    """As in outdoor_day, where its images are missing; ground truth is of the left one."""
    with MvsecSequence(files.mvsec(tmp_path), 'right') as sequence:
        assert (sequence.n_events, sequence.frames, sequence.depths) == (7, None, None)
        assert sequence.namespace == '/davis/right' and sequence.camera is not None


def test_without_ground_truth_there_is_a_note(files, tmp_path):
    """Events can still be played."""
    path = files.mvsec(tmp_path, calibration=False)
    (tmp_path / 'toy1_gt.hdf5').unlink()
    with MvsecSequence(path) as sequence:
        assert sequence.depths is None
        assert 'no calibration' in sequence.notes[0] and 'no ground truth' in sequence.notes[1]
        assert sequence.camera is None and len(sequence.frames) == 3
    assert ground_truth_of(path) is None and ground_truth_of(tmp_path / 'x.bag') is None


@pytest.mark.parametrize('content, word', [
    ({'davis/left/events': np.zeros((3, 5))}, 'rows of x, y, t, p'),
    ({'davis/left/events': np.zeros((3, 4), 'S2')}, 'rows of x, y, t, p'),
    ({'davis/left/events/x': [1]}, 'holds a group davis/left/events'),
    ({'numbers': [1]}, 'holds no davis/left/events')])
def test_other_files_are_refused(tmp_path, content, word):
    """In one sentence."""
    with h5py.File(tmp_path / 'x.hdf5', 'w') as file:
        for name, values in content.items():
            file[name] = values
    with pytest.raises(RecordingError, match=word):
        MvsecSequence(tmp_path / 'x.hdf5')


def test_events_that_cannot_be_lie_outside_the_sensor(tmp_path):
    """They keep their place, so that an index stays one; time goes on."""
    nan = np.nan
    with h5py.File(tmp_path / 'x.hdf5', 'w') as file:
        file['davis/left/events'] = np.array([
            [1, 1, nan, 1], [-1, 2, 3.0, 1], [70_000, 2, 4.0, 1], [nan, 2, 5.0, 1],
            [5, 6, nan, 1], [7, 8, 6.0, -1]])
    with MvsecSequence(tmp_path / 'x.hdf5') as sequence:
        events = sequence.events_by_index(0, 6)
        assert events['x'].tolist() == [65535, 65535, 65535, 65535, 65535, 7]
        assert (events['t_ns'] // 10**9).tolist() == [3, 3, 4, 5, 5, 6]
        assert (sequence.t_first_ns, sequence.t_last_ns) == (3 * 10**9, 6 * 10**9)
        assert len(sequence.events_between(4 * 10**9, 6 * 10**9)) == 3


def test_sequence_without_events_is_empty(tmp_path):
    """Not an error: it has no first and last."""
    with h5py.File(tmp_path / 'x.hdf5', 'w') as file:
        file['davis/left/events'] = np.zeros((0, 4))
    with MvsecSequence(tmp_path / 'x.hdf5') as sequence:
        assert sequence.t_first_ns is None and len(sequence.events_between(0, 10**19)) == 0
        assert list(event_blocks(sequence)) == []


def test_twenty_gigabytes_are_read_in_slices(tmp_path):
    """A sparse file of 700 million rows, of which the last ones hold events."""
    n, n_last = 700_000_000, 200_000
    t_us = np.arange(n_last) * 10
    with h5py.File(tmp_path / 'big_data.hdf5', 'w') as file:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        properties.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        group = file.create_group('davis/left')
        h5py.h5d.create(group.id, b'events', h5py.h5t.NATIVE_DOUBLE,
                        h5py.h5s.create_simple((n, 4)), properties)
        rows = np.stack([t_us % 346, t_us % 260, 1_505_000_000 + t_us * 1e-6,
                         np.ones(n_last)], 1)
        group['events'][n - n_last:] = rows
    size = os.stat(tmp_path / 'big_data.hdf5')
    assert size.st_size > 20e9 and size.st_blocks * 512 < 100e6
    tracemalloc.start()
    with MvsecSequence(tmp_path / 'big_data.hdf5') as sequence:
        start_ns = 1_505_000_000 * 10**9 + 1_000_000_000
        window = sequence.events_between(start_ns, start_ns + 50_000_000)
        for block in event_blocks(sequence, n - 300_000):
            assert len(block) <= 131_072
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(window) == 5000 and window['t_ns'][0] == start_ns
    assert peak_bytes < 32e6
