# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Simulated recordings are read back by this package's own readers."""

import numpy as np
import pytest

from depthanyevent_ros.datasets.mvsec import MvsecSequence
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.conversion.outgoing import write_all
from depthanyevent_ros.recordings.open_sequence import open_sequence
from depthanyevent_ros.recordings.writer import BagWriter
from depthanyevent_ros.simulation.bag_messages import BagMessages, ros_pose
from depthanyevent_ros.simulation.mvsec_files import MvsecFiles
from depthanyevent_ros.simulation.simulator import Frame, Simulation, Truth

START_NS = 1_767_225_600_000_000_000


def simulation():
    """Return 60 ms in a street, with sky."""
    return Simulation('street', 'walking', 4, 0.06, start_ns=START_NS)


@pytest.fixture(scope='module')
def made():
    """Return its events, frames and truths."""
    items = list(simulation().items())
    return (np.concatenate([item for item in items if isinstance(item, np.ndarray)]),
            [item for item in items if isinstance(item, Frame)],
            [item for item in items if isinstance(item, Truth)])


def write_bag(path):
    """Write the bag."""
    with BagWriter(path) as writer:
        write_all(BagMessages(simulation()).messages(), writer)


def write_mvsec(path):
    """Write the files of MVSEC."""
    with MvsecFiles(path, simulation().camera) as files:
        files.write_all(simulation())
    return files.paths[0]


def test_bag_gives_back_events_depth_and_calibration(made, tmp_path):
    """To the last event and the last bit of depth, sky included."""
    events, frames, truths = made
    write_bag(tmp_path / 'bag')
    with open_sequence(tmp_path / 'bag') as sequence:
        assert np.array_equal(sequence.events_between(START_NS, START_NS + 10**9), events)
        assert sequence.camera == simulation().camera
        assert sequence.frames.stamps_ns.tolist() == [frame.stamp_ns for frame in frames]
        assert np.array_equal(np.squeeze(sequence.frames.read(0)), frames[0].image)
        assert sequence.depths.stamps_ns.tolist() == [truth.stamp_ns for truth in truths]
        assert np.array_equal(sequence.depths.read(1), truths[1].depth_m)
        assert np.isinf(sequence.depths.read(1)).any()
        np.testing.assert_allclose(sequence.poses.read(1), ros_pose(truths[1]), atol=1e-6)


def test_mvsec_files_give_back_events_depth_and_calibration(made, tmp_path):
    """To the us and the last bit of depth; the sky is unknown, as for a lidar."""
    events, frames, truths = made
    with MvsecSequence(write_mvsec(tmp_path / 'walk.hdf5')) as sequence:
        assert np.array_equal(sequence.events_by_index(0, sequence.n_events), events)
        assert sequence.camera.d[:4].tolist() == simulation().camera.d[:4].tolist()
        assert np.array_equal(sequence.frames.read(1), frames[1].image)
        depth_m, expected = sequence.depths.read(1), truths[1].depth_m
        assert np.array_equal(np.isnan(depth_m), np.isinf(expected))
        assert np.array_equal(depth_m[~np.isnan(depth_m)], expected[np.isfinite(expected)])
        inds = sequence._data['davis/left/image_raw_event_inds'][:]
        expected = np.searchsorted(events['t_ns'], [f.stamp_ns for f in frames]) - 1
        assert inds.tolist() == expected.tolist() and inds[0] == -1


def test_rectified_depth_of_flat_ground_is_straight(made, tmp_path):
    """The middle of the picture is the same in both views."""
    with MvsecSequence(write_mvsec(tmp_path / 'walk_data.hdf5')) as sequence:
        raw, rect = sequence.depths.read(0)[131, 174], sequence.depths_rect.read(0)[131, 174]
    np.testing.assert_allclose(rect, raw, rtol=0.02)


def test_camera_goes_forward_along_ros_x(made):
    """REP 103: ahead is x, up is z."""
    poses = [ros_pose(truth) for truth in made[2]]
    step = poses[-1][:3, 3] - poses[0][:3, 3]
    assert step[0] > 0.8 * np.linalg.norm(step)
    assert poses[0][2, 3] > 1.0
    assert poses[0][:3, 2] @ [1, 0, 0] > 0.5            # the optical axis


def test_nothing_is_left_of_a_broken_run_and_nothing_is_overwritten(tmp_path):
    """The folder is as it was."""
    with pytest.raises(ZeroDivisionError):
        with MvsecFiles(tmp_path / 'a.hdf5', simulation().camera):
            raise ZeroDivisionError
    assert not list(tmp_path.iterdir())
    (tmp_path / 'a_gt.hdf5').touch()
    with pytest.raises(RecordingError, match='exists already'):
        MvsecFiles(tmp_path / 'a.hdf5', simulation().camera)
