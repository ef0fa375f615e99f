# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings: which window belongs to which depth map, and where the depth comes from."""

from types import SimpleNamespace

import numpy as np
import pytest

from depthanyevent_ros.datasets.sequence import DepthSeries, FrameSeries, SequenceBase
from depthanyevent_ros.depth.modes import make_depth_mode
from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.evaluation.clean_protocol import CleanProtocol
from depthanyevent_ros.evaluation.depth_meaning import holds_metres
from depthanyevent_ros.evaluation.depth_sources import BagDepth, EngineDepth
from depthanyevent_ros.evaluation.inputs import InputPlan, Moment, moments_of
from depthanyevent_ros.evaluation.recording_evaluation import evaluate_recording
from depthanyevent_ros.evaluation.scores import MethodScores
from depthanyevent_ros.evaluation.shown import Shown
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.recordings.serialize import (
    DIAGNOSTICS, IMAGE, serialize_diagnostics, serialize_image,
)
from depthanyevent_ros.recordings.writer import BagWriter

MS = 1_000_000
SIZE = (4, 6)


class Toy(SequenceBase):
    """An event each ms at pixel (ms modulo 6, 1), depth every 50 ms, one frame."""

    kind, width, height = 'toy', 6, 4

    def __init__(self, depths_ms=(50, 100, 150)):
        super().__init__('toy')
        self.t_first_ns, self.t_last_ns, self.n_events = 0, 160 * MS, 161
        self.depths = DepthSeries(np.array(depths_ms, np.int64) * MS,
                                  lambda i: np.full(SIZE, i + 1.0, np.float32))
        self.frames = FrameSeries(np.array([60 * MS]), lambda i: np.full(SIZE, 8, np.uint8))

    def events_between(self, start_ns, end_ns):
        """Return the events of these times."""
        ms = np.arange(max(-(-start_ns // MS), 0), min(-(-end_ns // MS), 161))
        return make_events(ms % 6, np.ones(len(ms)), ms * MS, np.ones(len(ms)))


def moments(sequence, most=100, **plan):
    """Return the moments of a sequence."""
    return list(moments_of(sequence, InputPlan(**plan), most))


def test_a_window_ends_where_its_depth_map_is():
    """The 50 ms before the stamp, the event at the stamp itself not among them."""
    first, second, _ = moments(Toy())
    assert (first.stamp_ns, first.n_events, second.n_events) == (50 * MS, 50, 50)
    newest = np.argmin(np.where(second.image[0, 1] > 0, second.image[1, 1], 2))
    assert newest == 99 % 6 and second.depth_m[0, 0] == 2


def test_depth_maps_without_events_before_them_are_passed_over():
    """The first of DSEC; one after the end of the events; fewer than half a window's time."""
    assert [m.stamp_ns // MS for m in moments(Toy((0, 10, 50, 150, 200)))] == [50, 150]
    assert len(moments(Toy(), most=2)) == 2


def test_without_depth_or_events_one_sentence_says_so():
    """What a user did wrong, not an exception of numpy."""
    toy = Toy()
    toy.depths = None
    with pytest.raises(RecordingError, match='no depth to compare'):
        moments(toy)
    with pytest.raises(RecordingError, match='events before it'):
        moments(Toy((0,)))
    toy = Toy()
    toy.t_first_ns = None
    with pytest.raises(RecordingError, match='no events'):
        moments(toy)


def test_the_crop_is_the_middle_of_everything():
    """As the official CenterCrop: rows 1 and 2 of 4, columns 1 to 4 of 6."""
    whole, cropped = (moments(Toy(), crop=crop)[1] for crop in (None, (2, 4)))
    np.testing.assert_array_equal(cropped.image, whole.image[:, 1:3, 1:5])
    assert cropped.depth_m.shape == cropped.read_frame().shape == (2, 4)
    with pytest.raises(ConfigError, match='--crop'):
        moments(Toy(), crop=(5, 4))


def test_the_map_of_a_recording_moves_events_to_rectified_depth():
    """Two pixels to the right and one down, truncated; three columns leave the view."""
    toy = Toy()
    toy.depths = DepthSeries(toy.depths.stamps_ns, toy.depths.read, 'rect')
    toy.rectify_map = np.stack(np.meshgrid(np.arange(6) + 2.9, np.arange(4) + 1.9), 2)
    moved, still = moments(toy)[1].image, moments(Toy())[1].image
    np.testing.assert_array_equal(moved[0, 2, 2:], still[0, 1, :4])
    assert not moved[0, 2, :2].any() and not moved[0, 1].any()


def test_voxels_give_five_ages():
    """Tencode of a voxel grid knows five times only."""
    image = moments(Toy(), encoding='voxels')[1].image
    assert set(np.unique(image[1])) <= {0, 0.25, 0.5, 0.75, 1}
    assert image[0, 1].all() and not image[0, 0].any()
    with pytest.raises(ConfigError, match='--encoding'):
        InputPlan(encoding='histogram')


def test_e2depths_voxel_grids_are_read_as_they_are(shared):
    """The fixture: two depth maps, the Tencode of the grid of the same time."""
    from depthanyevent_ros.recordings.open_sequence import open_sequence
    folder = shared / 'fixtures' / 'mini_e2depth' / 'test' / 'mvsec_outdoor_day1'
    with open_sequence(folder) as sequence:
        found = moments(sequence)
        grid = sequence.voxel_of_depth(0)
    assert len(found) == 2 and found[0].image.shape == (3, 260, 346)
    np.testing.assert_array_equal(found[0].image[0], (grid[4] > 0) | (
        (grid[4] == 0) & (grid[3] > 0)) | ((grid[3:] == 0).all(0) & (grid[2] > 0)) | (
        (grid[2:] == 0).all(0) & (grid[1] > 0)) | ((grid[1:] == 0).all(0) & (grid[0] > 0)))


class Counting:
    """An engine whose depth is the number of windows that its state has seen."""

    def __init__(self):
        self.closed = False

    def step(self, image, state):
        """Return a constant map and the count."""
        seen = (state or 0) + 1
        return np.full(image.shape[1:], float(seen), np.float32), seen

    def close(self):
        """Remember that it was closed."""
        self.closed = True


def evaluate(source, sequence=None, most=100):
    """Return the scores of a source."""
    method, shown = MethodScores('m'), Shown(True, {'toy': [1]})
    n = evaluate_recording(sequence or Toy(), 'toy', source, [CleanProtocol(False)], InputPlan(),
                           most, method, shown)
    return n, method.by_protocol['clean'][0].mean(), shown


def test_the_state_goes_from_map_to_map():
    """The counting engine is right exactly if it saw every window once, in order."""
    engine = Counting()
    source = EngineDepth(lambda height, width: engine)
    n, row, shown = evaluate(source)
    source.close()
    assert n == 3 and row['abs_rel'] == 0 and engine.closed
    assert shown.moments[0].title == 'toy, window 1' and shown.moments[0].predicted[0, 0] == 2


def test_a_network_for_frames_sees_the_frame():
    """Three equal channels in 0..1; without frames one sentence."""
    seen = []

    def make(height, width):
        return SimpleNamespace(step=lambda image, state: (seen.append(image) or image[0], None))
    source = EngineDepth(make, 'frames')
    image = np.zeros((3, *SIZE), np.float32)
    source.depth(Moment(0, image, image[0], 0, lambda: np.full(SIZE, 51, np.uint8)))
    np.testing.assert_allclose(seen[0], np.full((3, *SIZE), 0.2), rtol=1e-6)
    with pytest.raises(RecordingError, match='frames'):
        source.depth(Moment(0, image, image[0], 0))


def write_depth_bag(path, stamps_ms, size=SIZE):
    """Write depth maps of 1, 2, ... m, as the depth node's recorder leaves them."""
    with BagWriter(path) as writer:
        for k, ms in enumerate(stamps_ms):
            writer.write('/depth/image_raw', IMAGE, ms * MS, serialize_image(
                np.full(size, k + 1.0, np.float32), '32FC1', ms * MS, 'camera'))
    return path


def test_maps_of_a_bag_are_paired_by_time(tmp_path):
    """Nearest within half a window: 51 and 149 ms pair; the one at 100 ms has none."""
    source = BagDepth(write_depth_bag(tmp_path / 'bag', (51, 74, 149)))
    n, row, _ = evaluate(source)
    source.close()
    assert n == 2 and row['abs_rel'] == 0       # 1 m and 3 m


def said(meaning):
    """Return diagnostics of the depth node with what its depth means."""
    return serialize_diagnostics([
        (0, 'depth: input', '', '', {'events': 3}),
        (0, 'depth: output', '', '', {'maps': 1, 'depth_meaning': meaning})], 0)


def test_maps_of_a_bag_are_metres_unless_the_node_says_that_they_are_not(tmp_path):
    """By REP 118, and by the sentences of the depth modes themselves."""
    write_depth_bag(tmp_path / 'silent', (50,))
    assert holds_metres(tmp_path / 'silent')
    for kind, scale, is_metric in (('relative', {}, False), ('metric', {}, True),
                                   ('aligned', {'scale': 2.0, 'shift_m': 1.0}, True)):
        output = 'metric' if kind == 'metric' else 'relative'
        with BagWriter(tmp_path / kind) as writer:
            writer.write('/diagnostics', DIAGNOSTICS, 0, said(
                make_depth_mode(kind, output, **scale).describe()))
        assert holds_metres(tmp_path / kind) is is_metric


def test_bags_that_do_not_fit_are_refused(tmp_path):
    """Other times, another size, no depth at all."""
    source = BagDepth(write_depth_bag(tmp_path / 'late', (9000,)))
    with pytest.raises(RecordingError, match='clocks'):
        evaluate(source)
    source = BagDepth(write_depth_bag(tmp_path / 'small', (50,), (2, 2)))
    with pytest.raises(RecordingError, match='2x2'):
        evaluate(source)
    with BagWriter(tmp_path / 'none') as writer:
        writer.write('/frames', IMAGE, 0, serialize_image(np.zeros(SIZE, np.uint8), 'mono8', 0,
                                                          'camera'))
    with pytest.raises(RecordingError, match='no depth maps'):
        BagDepth(tmp_path / 'none')
