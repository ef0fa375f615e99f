# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The outputs of a node are read back from its bag."""

import numpy as np

from depthanyevent_ros.recordings.serialize import IMAGE, serialize_image
from depthanyevent_ros.recordings.writer import BagWriter
from depthanyevent_ros.report.output_bag import MAX_UNPAIRED, read_shown, read_story


def test_the_story_has_every_arrival_and_the_last_word_of_each_part(run_files):
    """Four depths, each 40 ms after its stamp; five parts, one with a warning."""
    files, module = run_files
    story = read_story(files.outputs)
    assert [record - stamp for stamp, record in story.arrivals] == [40 * module.MS] * 4
    assert set(story.parts) == {'engine', 'inference', 'windows', 'input', 'output'}
    assert story.parts['engine']['precision'] == 'bf16'
    assert story.warnings == {'engine': 'the weights are untrained'}


def test_pictures_of_one_stamp_belong_together(run_files):
    """The colours of window k with its events; rgb8 becomes bgr."""
    files, module = run_files
    shown = list(read_shown(files.outputs))
    assert [s.colour[0, 0, 0] for s in shown] == [0, 40, 80, 120]
    assert all(s.tencode[0, 0].tolist() == [0, 0, 255] for s in shown)
    assert shown[0].stamp_ns == module.HOST_NS + 50 * module.MS


def test_topics_may_be_in_a_namespace(run_files, tmp_path):
    """/left/depth/image_raw is depth too."""
    bag = run_files[1].write_outputs(tmp_path / 'bag', prefix='/left')
    assert len(list(read_shown(bag))) == 4 and len(read_story(bag).arrivals) == 4


def test_a_depth_without_events_is_shown_too(run_files, tmp_path):
    """The debug topic need not have been recorded."""
    n_windows = MAX_UNPAIRED + 5
    bag = run_files[1].write_outputs(tmp_path / 'bag', n_windows=n_windows, with_tencode=False)
    shown = list(read_shown(bag))
    assert len(shown) == n_windows and all(s.tencode is None for s in shown)
    assert [s.stamp_ns for s in shown] == sorted(s.stamp_ns for s in shown)


def test_a_missing_picture_does_not_shift_the_others(tmp_path):
    """Window 1 lost its events, window 2 its colours: 0, 1 (alone) and 3 are shown, in order."""
    with BagWriter(tmp_path / 'bag') as writer:
        for k in range(4):
            for topic, encoding, lost in (('image_color', 'bgr8', 2), ('tencode', 'rgb8', 1)):
                if k != lost:
                    picture = np.full((2, 2, 3), k, np.uint8)
                    writer.write(f'/depth/{topic}', IMAGE, 100 + k,
                                 serialize_image(picture, encoding, 10 + k, ''))
    found = [(s.stamp_ns - 10, s.colour[0, 0, 0], None if s.tencode is None
              else s.tencode[0, 0, 0]) for s in read_shown(tmp_path / 'bag')]
    assert found == [(0, 0, 0), (1, 1, None), (3, 3, 3)]


def test_a_bag_without_outputs_is_an_empty_story(run_files):
    """The recording itself holds no depth."""
    assert read_story(run_files[0].recording).arrivals == []
    assert list(read_shown(run_files[0].recording)) == []
