# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames that a teacher should not see are told from those it should, by their cause."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.distillation.lessons.frame_quality import FrameQuality
from depthanyevent_ros.errors import MalformedInput

ENOUGH = 10_000
QUALITY = FrameQuality()


@pytest.fixture(scope='module')
def scene():
    """Return a sharp scene with noise, uint8 [200, 240]: boxes, discs and a wall with texture."""
    rng = np.random.default_rng(0)
    picture = 100 + 12 * cv2.GaussianBlur(rng.standard_normal((200, 240)), (0, 0), 2)
    for _ in range(12):
        x, y, level = rng.integers(0, 200), rng.integers(0, 160), float(rng.integers(20, 220))
        cv2.rectangle(picture, (x, y), (x + 50, y + 30), level, -1)
        cv2.circle(picture, (y, x), 18, 255 - level, -1)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.7) + rng.normal(0, 2, picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def moved(picture, length_px, degrees, noise=2.0):
    """Return a picture that moved during its exposure, with the sensor's noise after that."""
    line = np.zeros((length_px, length_px), np.float32)
    line[length_px // 2] = 1
    turn = cv2.getRotationMatrix2D(((length_px - 1) / 2,) * 2, degrees, 1)
    line = cv2.warpAffine(line, turn, (length_px, length_px))
    blurred = cv2.filter2D(picture.astype(np.float32), -1, line / line.sum())
    blurred += np.random.default_rng(1).normal(0, noise, picture.shape)
    return np.clip(np.rint(blurred), 0, 255).astype(np.uint8)


def times(picture, gain):
    """Return a picture exposed longer or shorter."""
    return np.clip(picture * float(gain), 0, 255).astype(np.uint8)


def test_a_sharp_frame_is_taken(scene):
    """With events, or where they are no criterion; darker or of less contrast too."""
    assert QUALITY.why_not(scene, ENOUGH) is None
    assert QUALITY.why_not(scene) is None
    assert QUALITY.why_not(times(scene, 0.3)) is None
    assert QUALITY.why_not((100 + scene // 6).astype(np.uint8)) is None


@pytest.mark.parametrize('degrees', [0, 30, 45, 90, 135])
@pytest.mark.parametrize('noise', [0, 2, 4])
def test_motion_blur_is_seen_in_any_direction_and_through_noise(scene, degrees, noise):
    """15 px, though the edges along the motion stay sharp."""
    assert QUALITY.why_not(moved(scene, 15, degrees, noise)) == 'blurred'


def test_a_frame_out_of_focus_is_blurred(scene):
    """A disc of 4 px."""
    assert QUALITY.why_not(cv2.GaussianBlur(scene, (0, 0), 4)) == 'blurred'


@pytest.mark.parametrize('gain', [0, 0.02, 0.05])
def test_a_black_frame_is_black(scene, gain):
    """A lens cap, or an exposure far too short."""
    assert QUALITY.why_not(times(scene, gain)) == 'black'


def test_an_over_exposed_frame_is_saturated(scene):
    """Four times too long; and one that is white all over."""
    assert QUALITY.why_not(times(scene, 4)) == 'saturated'
    assert QUALITY.why_not(np.full((200, 240), 255, np.uint8)) == 'saturated'


def test_noise_is_no_contrast():
    """A wall is flat, however much noise the sensor adds to it."""
    rng = np.random.default_rng(2)
    for sigma in (0, 2, 8):
        wall = np.clip(120 + rng.normal(0, sigma, (200, 240)), 0, 255).astype(np.uint8)
        assert QUALITY.why_not(wall) == 'flat'


def test_few_events_mean_that_nothing_moved(scene):
    """1 % of the 48,000 pixels is 480 events."""
    assert QUALITY.why_not(scene, 479) == 'few_events'
    assert QUALITY.why_not(scene, 480) is None
    assert QUALITY.why_not(scene, 0) == 'few_events'


def test_measures_are_what_their_formulas_say():
    """Half black, half 240, with 8 of 64 rows white: counted by hand."""
    picture = np.zeros((64, 64), np.uint8)
    picture[:, 32:] = 240
    picture[:8, :] = 255
    found = QUALITY.measures(picture)
    assert found['white_share'] == 8 / 64
    assert found['mean'] == pytest.approx(255 / 8 + 7 / 8 * 120)
    assert found['deviation'] == pytest.approx(picture.std(), rel=0.03)   # smoothing takes little
    assert FrameQuality(white_share=0.1).why_not(picture) == 'saturated'


def test_a_perfect_step_has_the_steepness_of_the_gaussian_that_smooths_it():
    """Its largest step is the middle weight, 1 / sum(exp(-k^2 / 2)), of the whole."""
    board = np.kron(np.indices((4, 4)).sum(0) % 2, np.ones((32, 32))) * 200
    middle = 1 / np.exp(-np.arange(-6, 7) ** 2 / 2).sum()
    # Along a diagonal the neighbour is farther, so that the axes decide.
    assert QUALITY.measures(board.astype(np.uint8))['steepness'] == pytest.approx(middle, 0.01)


@pytest.mark.parametrize('shape', [(1, 1), (1, 40), (3, 5), (15, 15)])
def test_tiny_frames_do_not_fail(shape):
    """Whatever the verdict is."""
    QUALITY.why_not(np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8))


@pytest.mark.parametrize('picture', [
    np.zeros((4, 4), np.float32), np.zeros((4, 4, 3), np.uint8), np.zeros((0, 4), np.uint8)])
def test_what_is_no_grey_picture_is_refused(picture):
    """With the cause that is counted."""
    with pytest.raises(MalformedInput) as error:
        QUALITY.why_not(picture)
    assert error.value.cause == 'image_size'


def test_the_frames_of_the_real_recording_are_judged_right(newtons_cradle):
    """13 sharp dark frames: taken as they are; moved, covered or over-exposed ones are not."""
    from depthanyevent_ros.recordings.open_sequence import open_sequence
    with open_sequence(newtons_cradle) as sequence:
        for index, stamp_ns in enumerate(sequence.frames.stamps_ns.tolist()):
            frame = sequence.frames.read(index)
            n_events = len(sequence.events_between(stamp_ns - 50_000_000, stamp_ns))
            assert QUALITY.why_not(frame, n_events) is None
            assert QUALITY.why_not(moved(frame, 15, 30 * index, 1.0)) == 'blurred'
            assert QUALITY.why_not(times(frame, 0.2)) == 'black'
            assert QUALITY.why_not(times(frame, 12)) == 'saturated'
