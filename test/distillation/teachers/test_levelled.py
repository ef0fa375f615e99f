# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Dim and flat frames are stretched, good ones stay as they are."""

import numpy as np
import pytest

from depthanyevent_ros.distillation.teachers.levelled import level, Levelled, MOST_GAIN


def test_a_good_frame_is_the_same_frame(frame):
    """Not even copied."""
    assert level(frame) is frame


@pytest.mark.parametrize('dim', [lambda f: f // 4, lambda f: f // 8 + 20, lambda f: f // 8 + 200],
                         ids=['dim', 'flat and dim', 'flat and bright'])
def test_a_dim_or_flat_frame_fills_the_range(frame, dim):
    """Its percentiles go where those of good frames are, and its order is kept."""
    frame = dim(frame).astype(np.uint8)
    levelled = level(frame)
    assert levelled.dtype == np.uint8 and levelled.shape == frame.shape
    low, high = np.percentile(levelled, (1, 99))
    assert abs(low - 30) < 8 and abs(high - 200) < 8
    assert np.corrcoef(levelled.ravel(), frame.ravel())[0, 1] > 0.999


def test_the_gain_is_bounded():
    """Three grey values of noise do not become a picture."""
    frame = np.random.default_rng(1).integers(10, 13, (40, 50)).astype(np.uint8)
    levelled = level(frame)
    assert np.ptp(levelled) == 2 * MOST_GAIN
    assert abs(int(levelled.mean()) - 115) < 8


@pytest.mark.parametrize('value', [0, 7, 128, 255])
def test_a_frame_of_one_value_stays_as_it_is(value):
    """There is nothing to stretch."""
    frame = np.full((20, 30), value, np.uint8)
    assert level(frame) is frame


def test_what_is_clipped_stays_clipped(frame):
    """A saturated frame has contrast enough; nothing is invented."""
    bright = np.clip(frame.astype(int) * 3, 0, 255).astype(np.uint8)
    assert level(bright) is bright


def test_one_bright_lamp_does_not_hide_a_dark_room():
    """Half a percent of the pixels counts for nothing, and is clipped."""
    frame = np.random.default_rng(1).integers(5, 30, (100, 100)).astype(np.uint8)
    frame[:5, :10] = 255
    levelled = level(frame)
    assert np.percentile(levelled, 98) > 150 and (levelled[:5, :10] == 255).all()


def test_the_teacher_sees_the_levelled_frame(pretend, frame):
    """And everything else of it shows through."""
    teacher = pretend(lambda grey: grey + 1.0)
    levelled = Levelled(teacher)
    label = levelled.label(frame // 5)
    assert np.array_equal(teacher.seen[0], level(frame // 5)) and label.depth.shape == frame.shape
    assert (levelled.name, levelled.kind, levelled.licence) == (
        teacher.name, teacher.kind, teacher.licence)
    levelled.close()
    assert teacher.closed


@pytest.mark.parametrize('wrong', [None, np.zeros((0, 4), np.uint8), np.zeros((4, 4), np.float32)])
def test_a_wrong_frame_reaches_the_teacher_as_it_is(pretend, wrong):
    """Which refuses it with its own sentence."""
    teacher = pretend(lambda grey: np.zeros((2, 2)))
    Levelled(teacher).label(wrong)
    assert teacher.seen[0] is wrong
