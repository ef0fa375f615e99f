# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Window files from the readers of data sets."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.datasets.sequence import DepthSeries, FrameSeries, SequenceBase
from depthanyevent_ros.datasets.views import frame_reader, placing
from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.training.from_sequence import write_sequence
from depthanyevent_ros.training.windows_file import WindowsFile

MS = 1_000_000
W, H = 32, 24
EVENTS = make_events(np.arange(200) % W, np.arange(200) % H, np.arange(200) * MS,
                     np.arange(200) % 3 == 0)


class Reader(SequenceBase):
    """A sequence of 200 ms: depth every 45 ms, k metres deep, a frame at 100 ms."""

    def __init__(self, view='raw', camera=None):
        super().__init__('made up')
        self.width, self.height, self.n_events, self.camera = W, H, len(EVENTS), camera
        self.t_first_ns, self.t_last_ns = 0, 199 * MS
        self.depths = DepthSeries(np.arange(8) * 45 * MS,
                                  lambda k: np.full((H, W), k, np.float32), view)
        self.frames = FrameSeries(np.array([100 * MS]), lambda k: np.full((H, W, 3), 90, np.uint8))

    def events_between(self, start_ns, end_ns):
        """Return the events of a time."""
        return EVENTS[(EVENTS['t_ns'] >= start_ns) & (EVENTS['t_ns'] < end_ns)]


def test_windows_end_at_the_depth_stamps(tmp_path):
    """The first one has no events before it, those after 220 ms have few or none."""
    done = []
    assert write_sequence(Reader(), tmp_path / 'a.h5', 'street', progress=done.append) == 4
    clip = WindowsFile(tmp_path / 'a.h5').read(0, 4)
    assert (clip.stamp_ns // MS).tolist() == [45, 90, 135, 180] and done[-1] == 8
    assert clip.n_events.tolist() == [45, 50, 50, 50]
    assert clip.depth_m[:, 0, 0].tolist() == [1, 2, 3, 4]
    assert clip.frame.max((1, 2)).tolist() == [0, 90, 90, 0]   # 80 ms away is another scene
    inside = EVENTS[40:90]
    image = encode_tencode(inside['x'], inside['y'], inside['t_ns'], inside['p'], H, W)
    np.testing.assert_allclose(clip.tencode[1], image, atol=0.003)


def test_events_go_where_rectified_depth_is(tmp_path):
    """The principal point moves 2.5 px to the right and 0.5 down; events are truncated."""
    k, p = [20, 0, 15, 0, 20, 11, 0, 0, 1], [20, 0, 17.5, 0, 0, 20, 11.5, 0, 0, 0, 1, 0]
    camera = CameraModel.from_values(W, H, k, [0] * 5, 'plumb_bob', None, p)
    write_sequence(Reader('rect', camera), tmp_path / 'a.h5', 'street')
    write_sequence(Reader(), tmp_path / 'b.h5', 'street')
    moved, still = (WindowsFile(tmp_path / name).read(0, 1).tencode[0]
                    for name in ('a.h5', 'b.h5'))
    np.testing.assert_allclose(moved[0, :, 2:], still[0, :, :-2])
    assert WindowsFile(tmp_path / 'a.h5').intrinsics == (20, 20, 17.5, 11.5)


def test_frames_go_where_rectified_depth_is():
    """Checked against OpenCV's own maps of a strongly distorting lens."""
    k = np.array([[30, 0, 15], [0, 30, 11], [0, 0, 1.0]])
    p = np.array([[25, 0, 16.5, 0], [0, 25, 11.5, 0], [0, 0, 1, 0.0]])
    d = np.array([-0.3, 0.1, 0.01, -0.01, 0.0])
    turn = cv2.Rodrigues(np.array([0.02, -0.03, 0.01]))[0]
    reader = Reader('rect', CameraModel.from_values(W, H, k, d, 'plumb_bob', turn, p))
    picture = np.random.default_rng(0).integers(0, 256, (H, W), np.uint8)
    reader.frames = FrameSeries(np.array([100 * MS]), lambda k: picture)
    expected = cv2.remap(picture, *cv2.initUndistortRectifyMap(
        k, d, turn, p[:, :3], (W, H), cv2.CV_32FC1), cv2.INTER_LINEAR)
    found = frame_reader(reader, 'rect')(100 * MS)
    assert np.abs(found.astype(int) - expected).max() <= 1
    assert np.abs(picture.astype(int) - expected).max() > 50
    np.testing.assert_array_equal(frame_reader(reader, 'raw')(100 * MS), picture)


@pytest.mark.parametrize('frame', [None, np.full((H, W + 1), 9, np.uint8)])
def test_where_no_frame_is_known_it_is_black(frame):
    """None at all, another camera's, or one of another time."""
    reader = Reader()
    reader.frames = None if frame is None else FrameSeries(np.array([100 * MS]), lambda k: frame)
    assert frame_reader(reader, 'raw')(100 * MS).max() == 0
    reader = Reader()
    assert frame_reader(reader, 'raw')(151 * MS).max() == 0


def test_the_middle_is_kept_of_everything(tmp_path):
    """Rows 4 to 19 and columns 6 to 25; the principal point goes with the corner."""
    camera = CameraModel.from_values(W, H, [20, 0, 15, 0, 20, 11, 0, 0, 1], [0] * 5, 'plumb_bob')
    write_sequence(Reader('raw', camera), tmp_path / 'a.h5', 'street', crop=(16, 20))
    write_sequence(Reader('raw', camera), tmp_path / 'b.h5', 'street')
    part, whole = WindowsFile(tmp_path / 'a.h5'), WindowsFile(tmp_path / 'b.h5')
    assert (part.height, part.width, part.intrinsics) == (16, 20, (20, 20, 9, 7))
    a, b = part.read(0, 4), whole.read(0, 4)
    np.testing.assert_array_equal(a.tencode, b.tencode[:, :, 4:20, 6:26])
    np.testing.assert_array_equal(a.frame, b.frame[:, 4:20, 6:26])
    np.testing.assert_array_equal(a.n_events, b.n_events)


def test_a_crop_beyond_the_sensor_is_refused(tmp_path):
    """With a sentence, and no file is left."""
    with pytest.raises(ConfigError, match='25x20 is larger than 24x32'):
        write_sequence(Reader(), tmp_path / 'a.h5', 'street', crop=(25, 20))
    assert list(tmp_path.iterdir()) == []


def test_events_outside_the_sensor_are_not_moved_into_the_rectified_view():
    """x = W of one row would be x = 0 of the next in the table, y = H beyond its end."""
    k, p = [20, 0, 15, 0, 20, 11, 0, 0, 1], [20, 0, 15.5, 0, 0, 20, 11.5, 0, 0, 0, 1, 0]
    camera = CameraModel.from_values(W, H, k, [0] * 5, 'plumb_bob', None, p)
    x, y = placing(Reader('rect', camera), 'rect')(
        make_events([W, 3, 4], [0, H, 5], [1, 2, 3], [0, 1, 1]))
    assert x.tolist() == [-1, -1, 4] and y[2] == 5


def test_windows_end_at_frames_for_a_teacher(tmp_path):
    """No depth is needed and none is known; rectified depth does not move the events."""
    camera = CameraModel.from_values(W, H, [20, 0, 15, 0, 20, 11, 0, 0, 1], [0] * 5, 'plumb_bob')
    reader = Reader('rect', camera)
    reader.frames = FrameSeries(np.array([90, 135]) * MS, lambda k: np.full((H, W), 7, np.uint8))
    assert write_sequence(reader, tmp_path / 'a.h5', 'street', at='frames') == 2
    clip = WindowsFile(tmp_path / 'a.h5').read(0, 2)
    assert (clip.stamp_ns // MS).tolist() == [90, 135] and np.isnan(clip.depth_m).all()
    assert (clip.frame == 7).all()
    inside = EVENTS[40:90]
    image = encode_tencode(inside['x'], inside['y'], inside['t_ns'], inside['p'], H, W)
    np.testing.assert_allclose(clip.tencode[0], image, atol=0.003)
    reader.frames = None
    with pytest.raises(RecordingError, match='no frames with events'):
        write_sequence(reader, tmp_path / 'b.h5', 'street', at='frames')


def test_windows_at_frames_have_the_labels_of_a_teacher(tmp_path):
    """In the view of the labels, with what the teacher did not know unknown."""
    reader = Reader()
    label = np.full((H, W), 1.5, np.float32)
    label[0, 0] = np.nan
    reader.labels['ev_inf_large'] = DepthSeries(np.array([70, 115]) * MS,
                                                lambda k: label * (k + 1), 'raw')
    assert write_sequence(reader, tmp_path / 'a.h5', 'street', at='frames') == 2
    clip = WindowsFile(tmp_path / 'a.h5').read(0, 2)
    assert (clip.stamp_ns // MS).tolist() == [70, 115]
    assert clip.depth_m[:, 5, 5].tolist() == [1.5, 3.0] and np.isnan(clip.depth_m[:, 0, 0]).all()
    reader.labels['ev_inf_small'] = reader.labels['ev_inf_large']
    with pytest.raises(RecordingError, match='several teachers .ev_inf_large, ev_inf_small.:'):
        write_sequence(reader, tmp_path / 'b.h5', 'street', at='frames')


def test_a_sequence_without_depth_is_refused(tmp_path):
    """With a sentence, and no file is left."""
    reader = Reader()
    reader.depths = None
    with pytest.raises(RecordingError, match='no depth .* it has frames: --at frames'):
        write_sequence(reader, tmp_path / 'a.h5', 'street')
    reader.labels['ev_inf_large'] = None
    with pytest.raises(RecordingError, match='no depth .* labels of a teacher: --at frames'):
        write_sequence(reader, tmp_path / 'a.h5', 'street')
    reader = Reader()
    reader.depths = DepthSeries(np.array([-10 * MS]), reader.events_between)
    with pytest.raises(RecordingError, match='no depth with 50000 us'):
        write_sequence(reader, tmp_path / 'a.h5', 'street')
    assert list(tmp_path.iterdir()) == []
