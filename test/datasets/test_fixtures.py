# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The synthetic files in ../shared/fixtures read as their description says."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.datasets.open_dataset import find_reader

EVENTS = [
    # path, events, on, first ns, last ns, sum x, sum y
    ('mini_mvsec_data.hdf5', 13_560, 6_767, 1505000000123457000, 1505000000523313000,
     2_352_246, 1_753_764),
    ('mini_dsec/train/mini_city_00_a', 49_120, 24_437, 49599300660000, 49599720418000, None, None),
    ('mini_ecd', 2_660, 1_323, 2_000, 149_925_000, None, None),
    ('mini_eventscape/Town05/sequence_0', 6_004, 2_980, 0, 79_983_000, None, None),
]


@pytest.fixture()
def read(shared):
    """Return a function that opens a fixture."""
    def opened(name, *side):
        path = shared / 'fixtures' / name
        return find_reader(path)(path, *side)
    return opened


@pytest.mark.parametrize('name, n, n_on, first_ns, last_ns, sum_x, sum_y', EVENTS)
def test_events_are_counted(read, name, n, n_on, first_ns, last_ns, sum_x, sum_y):
    """As the description counts them."""
    with read(name) as sequence:
        events = sequence.events_by_index(0, sequence.n_events)
        assert (len(events), int(events['p'].sum())) == (n, n_on)
        assert (sequence.t_first_ns, sequence.t_last_ns) == (first_ns, last_ns)
        assert (events['t_ns'][0], events['t_ns'][-1]) == (first_ns, last_ns)
        assert sum_x in (None, int(events['x'].sum()))
        assert sum_y in (None, int(events['y'].sum()))


def test_mvsec_ground_truth(read):
    """Frame 0 of the rectified depth."""
    with read('mini_mvsec_data.hdf5') as sequence:
        depth_m = sequence.depths_rect.read(0)
        assert np.isfinite(depth_m).sum() == 48_712
        assert depth_m[201, 170] == pytest.approx(4.318106)
        assert np.nanmedian(depth_m) == pytest.approx(8.582226)
        assert len(sequence.frames) == 9 and len(sequence.depths) == 4
        assert len(sequence.poses) == len(sequence.odometry) == 4


def test_mvsec_images_lie_where_the_file_says(read):
    """image_raw_event_inds, the last event before each image, up to events of the same us."""
    last = [-1, 1602, 3120, 4426, 6058, 7698, 8972, 10628, 12285]
    with read('mini_mvsec_data.hdf5') as sequence:
        for index, t_ns in zip(last, sequence.frames.stamps_ns.tolist()):
            before, until = (len(sequence.events_between(0, t_ns + more_ns))
                             for more_ns in (0, 1000))
            assert before <= index + 1 <= until <= before + 5


def test_mvsec_calibration_gives_the_maps_beside_it(read, shared):
    """left_x_map and left_y_map at [100, 50], by OpenCV."""
    with read('mini_mvsec_data.hdf5') as sequence:
        camera = sequence.camera
    point = cv2.fisheye.undistortPoints(np.array([[[50.0, 100.0]]]), camera.k, camera.d,
                                        R=camera.r, P=camera.p)
    np.testing.assert_allclose(point.ravel(), [49.9009, 98.6203], atol=1e-4)


def test_dsec_window_and_depth(read):
    """One window, and the second disparity (the first is dropped)."""
    with read('mini_dsec/train/mini_city_00_a') as sequence:
        window = sequence.events_between(49599400523000, 49599450523000)
        assert (len(window), int(window['x'].sum()), int(window['p'].sum())) == (
            6_266, 1_983_965, 3_131)
        assert len(sequence.depths) == 3 and len(sequence.frames) == 7
        depth_m = sequence.depths.read(0)
        row, column = 351, 320
        disparity = cv2.imread(str(sequence.path / 'disparity' / 'event' / '000002.png'),
                               cv2.IMREAD_UNCHANGED)
        assert depth_m[row, column] == pytest.approx(342 * 256 / disparity[row, column])
        assert sequence.frames.read(0).shape == (480, 640, 3)
    with read('mini_dsec/train/mini_city_00_a', 'right') as right:
        assert right.n_events == 12_280 and right.depths is None


def test_dsec_disparity_of_the_description(shared):
    """Disparity 0: 176,576 valid, 7.015385 m at [351, 320]."""
    from depthanyevent_ros.datasets.dsec import depth_of_disparity
    folder = shared / 'fixtures' / 'mini_dsec' / 'train' / 'mini_city_00_a'
    depth_m = depth_of_disparity(folder / 'disparity' / 'event' / '000000.png', 342)
    assert np.isfinite(depth_m).sum() == 176_576
    assert depth_m[351, 320] == pytest.approx(7.015385)


def test_e2depth_and_the_others_have_depth(read):
    """Two maps each; ECD has poses instead."""
    with read('mini_e2depth/test/mvsec_outdoor_day1') as sequence:
        assert len(sequence.voxels) == len(sequence.depths) == len(sequence.frames) == 2
        assert sequence.voxel_of_depth(1).shape == (5, 260, 346)
    with read('mini_eventscape/Town05/sequence_0') as sequence:
        assert np.nanmax(sequence.depths.read(0)) == 1000
    with read('mini_ecd') as sequence:
        assert len(sequence.frames) == 3 and len(sequence.poses) == 30
