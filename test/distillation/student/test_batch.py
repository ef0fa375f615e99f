# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lessons side by side."""

import numpy as np
import pytest
import torch

from depthanyevent_ros.distillation.protocol import METRIC, TRUE
from depthanyevent_ros.distillation.student.batch import images_of, labels_of, predict
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.training.unrolled import UnrolledNetwork


@pytest.fixture
def network(config, tensors):
    """Return the small network."""
    built = build_network(config).eval()
    built.load_state_dict(tensors)
    return UnrolledNetwork(built, 40, 56)


def test_images_are_the_windows_of_each_lesson(make_lesson):
    """[T, B, 3, H, W]: red brighter, green age, blue darker."""
    lessons = [make_lesson(0), make_lesson(1)]
    images = images_of(lessons)
    assert images.shape == (4, 2, 3, 40, 56)
    np.testing.assert_array_equal(images[2, 1, 0].numpy() > 0, lessons[1].polarity[2] == 2)
    np.testing.assert_allclose(images[3, 0, 1].numpy(), lessons[0].age[3] / 255, atol=1e-6)


def test_labels_are_sorted_by_kind_and_know_their_place(make_lesson):
    """Those of the windows that only warm up are left out."""
    lessons = [make_lesson(0), make_lesson(1, kind=TRUE)]
    found = labels_of(lessons, first=3)
    assert set(found) == {METRIC, TRUE}
    assert found[TRUE].window.tolist() == [3] and found[TRUE].lane.tolist() == [1]
    assert found[TRUE].weight.max() == 1 and found[METRIC].depth.shape == (1, 40, 56)
    assert not labels_of(lessons, first=4)


def test_a_prediction_has_the_state_of_the_windows_before_it(network, make_lesson):
    """As window after window; and without a gradient into the first ones."""
    images = images_of([make_lesson(0), make_lesson(1)])
    with torch.no_grad():
        whole, _ = network(images, network.zero_state(2))
    found = predict(network, images.requires_grad_(), n_warm=2)
    torch.testing.assert_close(found, whole[2:])
    found.sum().backward()
    assert not images.grad[:2].any() and images.grad[2:].any()
