# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Scenes of known depth, to learn from and to be examined by."""

import numpy as np
import pytest

from depthanyevent_ros.distillation import factory_set as module
from depthanyevent_ros.distillation.factory_set import factory_set, resized_map
from depthanyevent_ros.distillation.protocol import TRUE
from depthanyevent_ros.engines.cache import EngineCache


@pytest.fixture
def few(monkeypatch):
    """Simulate two short scenes."""
    monkeypatch.setattr(module, 'N_SEQUENCES', 2)
    monkeypatch.setattr(module, 'N_WINDOWS', 4)
    monkeypatch.setattr(module, 'EXAM_FRAMES', (1, 3))


def test_one_half_is_learned_from_and_the_other_examines(few, tmp_path):
    """In the size that is asked for; a second call simulates nothing."""
    said = []
    found = factory_set(130, 173, 2, EngineCache(tmp_path), said.append)
    assert len(found.true) == len(found.exam) == 2
    assert {lesson.kind for lesson in found.true + found.exam} == {TRUE}
    lesson = found.exam[0]
    assert lesson.age.shape == lesson.polarity.shape == (2, 130, 173)
    assert lesson.depth.shape == lesson.confidence.shape == (2, 130, 173)
    assert set(np.unique(lesson.polarity)) <= {0, 1, 2} and (lesson.age > 0).any()
    assert found.frames.shape == found.depth_m.shape == (2, 130, 173)
    assert found.frames.dtype == np.uint8 and np.nanmin(found.depth_m) > 0
    assert len(said) == 1
    again = factory_set(130, 173, 2, EngineCache(tmp_path, may_build=False), said.append)
    np.testing.assert_array_equal(again.true[0].age, found.true[0].age)


def test_the_simulation_can_be_ended(few, tmp_path):
    """Between two scenes; the next one begins anew."""
    asked = []

    def once():
        asked.append(1)
        if len(asked) > 1:
            raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        factory_set(130, 173, 2, EngineCache(tmp_path), between=once)
    assert not list(tmp_path.glob('**/*.h5'))
    assert len(factory_set(130, 173, 2, EngineCache(tmp_path)).exam) == 2


def test_pixels_are_picked_and_never_mixed():
    """A map of classes has no half of one; by hand for half and double the size."""
    picture = np.arange(8).reshape(2, 4)
    assert resized_map(picture, (1, 2)).tolist() == [[5, 7]]
    assert resized_map(picture, (2, 8)).tolist() == [[0, 0, 1, 1, 2, 2, 3, 3],
                                                     [4, 4, 5, 5, 6, 6, 7, 7]]
    assert resized_map(picture, (2, 4)) is not picture
    np.testing.assert_array_equal(resized_map(picture, (2, 4)), picture)
