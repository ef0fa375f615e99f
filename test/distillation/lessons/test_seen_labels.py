# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Labels are kept small, bounded and in order, and join the window that they are nearest to."""

import numpy as np
import pytest

from depthanyevent_ros.distillation.lessons.seen_labels import pack_label, SeenLabel, SeenLabels
from depthanyevent_ros.distillation.protocol import Label
from depthanyevent_ros.errors import MalformedInput

ENDS = np.array([50, 100, 150, 200])


def seen(stamp_ns):
    """Return a label of that time."""
    return SeenLabel(stamp_ns, np.zeros((1, 1), np.float16), np.ones((1, 1), np.uint8))


def joined(stamps, tolerance_ns=10, last=200):
    """Return windows and stamps of the labels that join a lesson that ends at 200."""
    labels = SeenLabels(1000, 100)
    for stamp_ns in stamps:
        labels.add(seen(stamp_ns))
    at, found = labels.joining(seen(last), ENDS, tolerance_ns)
    return at, [label.stamp_ns for label in found]


def test_a_label_takes_a_third_of_its_memory():
    """Depth to 11 bits, confidence to 1/255."""
    depth = np.array([[1.0, 2.5], [0.001, 300.0]], np.float32)
    label = pack_label(7, Label(depth, np.array([[1, 0.5], [0.01, 2.0]], np.float32)), 2, 2)
    assert (label.depth.dtype, label.confidence.dtype) == (np.float16, np.uint8)
    np.testing.assert_allclose(label.depth, depth, rtol=2 ** -11)
    assert label.confidence.tolist() == [[255, 128], [3, 255]] and label.stamp_ns == 7


@pytest.mark.parametrize('depth, confidence', [
    (np.nan, 1), (np.inf, 1), (-np.inf, 1), (1e5, 1), (3, 0), (3, np.nan), (3, -1), (3, 0.001)])
def test_what_is_not_known_is_nowhere_taken_for_known(depth, confidence):
    """Not finite, too large for float16, or without confidence: NaN and 0."""
    maps = (np.full((1, 2), value, np.float32) for value in (depth, confidence))
    label = pack_label(0, Label(*maps), 1, 2)
    assert np.isnan(label.depth).all() and not label.confidence.any()


@pytest.mark.parametrize('shapes', [((2, 3), (2, 2)), ((2, 2), (2, 3)), ((4,), (4,))])
def test_labels_of_another_size_are_refused(shapes):
    """A teacher that answers at its own size, for example."""
    with pytest.raises(MalformedInput) as error:
        pack_label(0, Label(*(np.zeros(shape, np.float32) for shape in shapes)), 2, 2)
    assert error.value.cause == 'label_size'


def test_they_are_bounded_in_time_and_number():
    """Older than the span of the newest, or more than the limit: the oldest go."""
    labels = SeenLabels(100, 3)
    for stamp_ns in (10, 110, 111, 112, 109):
        labels.add(seen(stamp_ns))
    assert len(labels) == 3 and not labels.has(10) and not labels.has(109) and labels.has(110)
    labels.add(seen(1000))
    assert len(labels) == 1
    labels.clear()
    assert len(labels) == 0


def test_labels_join_where_they_are_near_enough():
    """60 is 10 from the end at 50; 111 is 11 from 100 and has no window."""
    assert joined([60, 111, 141, 200]) == ((0, 2, 3), [60, 141, 200])
    assert joined([60, 111, 141, 200], 9) == ((2, 3), [141, 200])
    assert joined([]) == ((3,), [200])


def test_the_nearest_label_joins_and_each_only_once():
    """Of 96 and 101 the second; with a tolerance of half a window 75 belongs to one of two."""
    assert joined([101, 96]) == ((1, 3), [101, 200])
    assert joined([75], 25) == ((0, 3), [75, 200])


def test_labels_after_the_last_one_do_not_join():
    """They wait for their own lesson; the last window has its own label alone."""
    assert joined([190, 205, 250], 25) == ((3,), [200])
