# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames that no teacher takes; values that mean nothing."""

import numpy as np
import pytest

from depthanyevent_ros.distillation.protocol import INVERSE, METRIC
from depthanyevent_ros.distillation.teachers.frames import check_frame, check_size, label_of
from depthanyevent_ros.errors import ConfigError, MalformedInput


@pytest.mark.parametrize('frame, cause, sentence', [
    (np.zeros((4, 5), np.float32), 'frame_type', 'of uint8, not float32'),
    (np.zeros((4, 5), np.uint16), 'frame_type', 'uint16'),
    ([[0, 1], [2, 3]], 'frame_type', 'not list'),
    (None, 'frame_type', 'not NoneType'),
    (np.zeros((4, 5, 3), np.uint8), 'frame_size', r'4x5 pixels.*\(4, 5, 3\)'),
    (np.zeros((5, 4), np.uint8), 'frame_size', r'\(5, 4\)'),
    (np.zeros((0, 0), np.uint8), 'frame_size', r'\(0, 0\)'),
])
def test_other_frames_are_refused_by_cause(frame, cause, sentence):
    """Colour, mono16, another size, nothing at all: each with a key that can be counted."""
    with pytest.raises(MalformedInput, match=sentence) as refused:
        check_frame(frame, 4, 5)
    assert refused.value.cause == cause


@pytest.mark.parametrize('size', [(0, 346), (260, 15), (260, 9000), (-1, -1)])
def test_no_teacher_is_made_for_such_frames(size):
    """The sentence names the side."""
    with pytest.raises(ConfigError, match='of the frames is'):
        check_size(*size)


def test_only_meaningful_values_are_known():
    """Metric depth is above 0; inverse depth may be 0, which is far, or below, by its shift."""
    depth = np.array([[1, 0, -1], [np.nan, np.inf, 2]], np.float32)
    metric, inverse = label_of(depth, METRIC), label_of(depth, INVERSE)
    assert metric.confidence.tolist() == [[1, 0, 0], [0, 0, 1]]
    assert inverse.confidence.tolist() == [[1, 1, 1], [0, 0, 1]]
    for label in (metric, inverse):
        assert np.array_equal(np.isfinite(label.depth), label.confidence > 0)
        assert label.depth.dtype == label.confidence.dtype == np.float32
