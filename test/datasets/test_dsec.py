# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""DSEC folders, with each of their traps."""

import subprocess
import sys

import cv2
import h5py
import numpy as np
import pytest

from depthanyevent_ros.datasets.dsec import DsecSequence, warp_grid
from depthanyevent_ros.datasets.open_dataset import find_reader
from depthanyevent_ros.datasets.views import placing
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.events.types import make_events


@pytest.fixture()
def sequence(files, tmp_path):
    """Return 800 events in 100.5 ms, 3 disparity maps, 5 images."""
    with DsecSequence(files.dsec(tmp_path / 'city')) as sequence:
        yield sequence


def times_us(sequence):
    """Return the stored times, us since t_offset."""
    with h5py.File(sequence.path / 'events' / 'left' / 'events.h5') as file:
        return file['events/t'][:].astype(np.int64)


def test_times_are_absolute_beyond_32_bits(sequence, files):
    """A uint32 plus t_offset is an OverflowError in NumPy 2, and a wrong time before."""
    t_us = times_us(sequence)
    events = sequence.events_by_index(0, 800)
    np.testing.assert_array_equal(events['t_ns'], (t_us + files.OFFSET_US) * 1000)
    assert sequence.t_last_ns == (int(t_us[-1]) + files.OFFSET_US) * 1000
    assert set(events['p']) == {0, 1} and (sequence.width, sequence.height) == (640, 480)


def test_windows_agree_with_a_mask(sequence, files):
    """Also within a ms, before the first event, and in the partial ms after the index ends."""
    t_us = times_us(sequence)
    for a, b in ((0, 100_500), (1000, 2000), (1234, 1235), (-10**6, 500), (99_999, 10**7),
                 (100_000, 100_500), (5000, 5000), (50_000, 40_000)):
        window = sequence.events_between((files.OFFSET_US + a) * 1000,
                                         (files.OFFSET_US + b) * 1000)
        wanted = t_us[(t_us >= a) & (t_us < b)]
        np.testing.assert_array_equal(window['t_ns'], (wanted + files.OFFSET_US) * 1000)
    assert len(t_us[t_us >= 100_000]) > 0       # which the official slicer cannot reach


def test_first_disparity_is_dropped(sequence, files):
    """There are no events before it."""
    np.testing.assert_array_equal(sequence.depths.stamps_ns,
                                  (files.OFFSET_US + np.array([50_000, 100_000])) * 1000)
    assert sequence.depths.frame == 'rect' and sequence.depths is sequence.depths_rect


def test_depth_is_focal_length_times_baseline_over_disparity(sequence):
    """570 px * 0.6 m / 20 px = 17.1 m; disparity 0 is no depth."""
    depth_m = sequence.depths.read(0)
    assert depth_m.dtype == np.float32 and depth_m[10, 20] == pytest.approx(17.1)
    assert np.isfinite(depth_m).sum() == 1


def test_depth_agrees_with_opencv(sequence):
    """cv2.reprojectImageTo3D with the matrix of the calibration."""
    q = np.array([[1, 0, 0, -335], [0, 1, 0, -221], [0, 0, 0, 570], [0, 0, 1 / 0.6, 0]])
    disparity = np.full((480, 640), 30, np.float32)
    points = cv2.reprojectImageTo3D(disparity, q)
    assert sequence.depths.read(1)[10, 20] == pytest.approx(points[10, 20, 2], rel=1e-5)


def test_calibration_is_that_of_the_event_camera(sequence):
    """K distorted, P rectified."""
    camera = sequence.camera
    assert (camera.k[0, 0], camera.k[1, 1], camera.p[0, 0]) == (556, 555, 570)
    assert camera.distortion_model == 'plumb_bob' and camera.problem() is None


def test_pictures_are_warped_into_the_view_of_the_events(sequence):
    """Twice the focal length: the corner at (670, 442) of the frame is (335, 221) here."""
    image = sequence.frames.read(2)
    assert image.shape == (480, 640, 3) and len(sequence.frames) == 5
    assert image[219, 333, 0] == 20 and image[223, 337, 0] == 200
    assert image[223, 333, 0] == 20


def test_events_are_rectified_by_the_map_of_the_recording(files, tmp_path):
    """Truncated, as upstream; what it puts outside the view is outside; no calibration in it."""
    folder = files.dsec(tmp_path / 'city')
    with h5py.File(folder / 'events' / 'left' / 'rectify_map.h5', 'a') as file:
        file['rectify_map'][7, 3] = 11.99, 20.5
        file['rectify_map'][7, 4] = -0.25, 20.0
        file['rectify_map'][7, 5] = 639.5, 480.0
        file['rectify_map'][7, 6] = np.nan, 20.0
    with DsecSequence(folder) as sequence:
        x, y = placing(sequence, 'rect')(make_events(
            [3, 4, 5, 6, 100], [7, 7, 7, 7, 50], [1, 2, 3, 4, 5], [1, 1, 1, 1, 1]))
    assert (x[0], y[0], x[4], y[4]) == (11, 20, 100, 50)        # elsewhere it moves nothing
    assert x[1:4].tolist() == [-1, -1, -1]


def test_events_are_rectified_by_the_calibration_where_there_is_no_map(files, tmp_path):
    """By OpenCV, for one pixel; frames need the map."""
    folder = files.dsec(tmp_path / 'city')
    (folder / 'events' / 'left' / 'rectify_map.h5').unlink()
    with pytest.raises(RecordingError, match='rectify_map.h5 is missing'):
        DsecSequence(folder)
    (folder / 'images' / 'timestamps.txt').unlink()
    for file in (folder / 'images' / 'left' / 'rectified').glob('*.png'):
        file.unlink()
    expected = cv2.undistortPoints(
        np.array([[[100.0, 50.0]]]), np.array([[556, 0, 342], [0, 555, 215], [0, 0, 1.0]]),
        np.array([-0.1, 0.2, 0, 0]), P=np.array([[570, 0, 335], [0, 570, 221], [0, 0, 1.0]]))
    with DsecSequence(folder) as sequence:
        x, y = placing(sequence, 'rect')(make_events([100], [50], [1], [1]))
    assert [x[0], y[0]] == expected[0, 0].astype(int).tolist() != [100, 50]


def test_a_map_of_another_camera_is_refused(files, tmp_path):
    """It would put every event somewhere."""
    folder = files.dsec(tmp_path / 'city')
    with h5py.File(folder / 'events' / 'left' / 'rectify_map.h5', 'w') as file:
        file['rectify_map'] = np.zeros((260, 346, 2), np.float32)
    with pytest.raises(RecordingError, match=r'\[260, 346, 2\], not \[480, 640, 2\]'):
        DsecSequence(folder)


def test_warp_is_the_homography_of_infinite_depth():
    """A turn of 10 degrees about y, by hand at one pixel."""
    turn = np.deg2rad(10)
    k = np.array([[500, 0, 320], [0, 500, 240], [0, 0, 1.0]])
    rotation = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0],
                         [-np.sin(turn), 0, np.cos(turn)]])
    grid = warp_grid(np.array([[[320, 240], [420, 240]]], np.float32),
                     k @ rotation @ np.linalg.inv(k))
    expected = [320 + 500 * np.tan(turn), 320 + 500 * np.tan(turn + np.arctan(0.2))]
    np.testing.assert_allclose(grid[0, :, 0], expected, atol=1e-3)


def test_missing_blosc_is_said(files, tmp_path, monkeypatch):
    """h5py alone says that it can't open a directory of plugins."""
    hdf5plugin = pytest.importorskip('hdf5plugin')
    folder = files.dsec(tmp_path / 'city', **hdf5plugin.Blosc(cname='zstd'))
    with DsecSequence(folder) as sequence:
        assert len(sequence.events_by_index(0, 800)) == 800
    monkeypatch.setattr(h5py.h5z, 'filter_avail', lambda number: False)
    with pytest.raises(RecordingError, match='install hdf5plugin'):
        DsecSequence(folder)


def test_what_is_missing_is_named(files, tmp_path):
    """Events are needed, all else is a remark or None."""
    folder = files.dsec(tmp_path / 'city')
    with pytest.raises(RecordingError, match='holds no events of that camera'):
        DsecSequence(folder, 'right')
    (folder / 'disparity' / 'event' / '000004.png').unlink()
    with DsecSequence(folder) as sequence:
        assert sequence.depths is None and '2 disparity maps have 3 stamps' in sequence.notes[0]
    (folder / 'images' / 'left' / 'rectified' / '000001.png').unlink()
    with DsecSequence(folder) as sequence:
        assert sequence.frames is None and 'pictures have' in sequence.notes[0]
    (folder / 'disparity' / 'timestamps.txt').write_text('1.5\n')
    with pytest.raises(RecordingError, match='timestamps.txt is not made of .* stamp in us'):
        DsecSequence(folder)
    (folder / 'calibration' / 'cam_to_cam.yaml').write_text('intrinsics: {}')
    with pytest.raises(RecordingError, match='no calibration of DSEC'):
        DsecSequence(folder)
    (folder / 'calibration' / 'cam_to_cam.yaml').unlink()
    with DsecSequence(folder) as sequence:
        assert sequence.camera is None and 'cam_to_cam' in sequence.notes[0]


def test_the_only_camera_is_taken(files, tmp_path):
    """Who downloads the right one alone does not have to say so."""
    folder = files.dsec(tmp_path / 'city')
    (folder / 'events' / 'left').rename(folder / 'events' / 'right')
    (folder / 'calibration' / 'cam_to_cam.yaml').unlink()       # of one side, in this file
    with find_reader(folder)(folder) as sequence:
        assert (sequence.namespace, sequence.n_events) == ('/dsec/right', 800)


def test_the_filter_of_dsec_is_loaded_by_the_reader(files, tmp_path):
    """In a process of its own, in which nothing else has loaded it."""
    plugin = pytest.importorskip('hdf5plugin')
    folder = files.dsec(tmp_path / 'city', **plugin.Blosc())
    code = ('import sys; from depthanyevent_ros.datasets.dsec import DsecSequence; '
            'assert "hdf5plugin" not in sys.modules; '
            'print(len(DsecSequence(sys.argv[1]).events_by_index(0, 9)))')
    result = subprocess.run([sys.executable, '-c', code, folder], capture_output=True, text=True,
                            timeout=120)
    assert result.stdout == '9\n', result.stderr


def test_damage_within_a_file_is_one_sentence(files, tmp_path):
    """A chunk that cannot be unpacked: what is before it is read, then it is said."""
    folder = files.dsec(tmp_path / 'city', n=300_000, compression='gzip')
    path = folder / 'events' / 'left' / 'events.h5'
    with h5py.File(path) as file:
        chunk = file['events/x'].id.get_chunk_info(1)
    with open(path, 'r+b') as stream:
        stream.seek(chunk.byte_offset)
        stream.write(bytes(64))
    with DsecSequence(folder) as sequence:
        assert len(sequence.events_by_index(0, 100)) == 100
        with pytest.raises(RecordingError, match='events.h5 is damaged in /events/x'):
            sequence.events_by_index(0, 300_000)
    (folder / 'images' / 'left' / 'rectified' / '000001.png').write_bytes(b'x')
    with DsecSequence(folder) as sequence, pytest.raises(RecordingError, match='000001.png'):
        sequence.frames.read(1)
