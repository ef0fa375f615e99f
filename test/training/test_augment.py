# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Augmentation."""

import numpy as np
import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.training.augment import augment, AugmentPlan, shorten_window
from depthanyevent_ros.training.tencode_parts import split_tencode

H, W, T = 20, 30, 3
NOTHING = AugmentPlan(flip=0)


def chunk(seed=0):
    """Return the stored datasets of a chunk; depth says which pixel it was."""
    random = np.random.default_rng(seed)
    polarity = random.integers(0, 3, (T, H, W)).astype(np.uint8)
    return {'tencode_age': np.where(polarity > 0, random.integers(0, 256, (T, H, W)), 0)
            .astype(np.uint8), 'polarity': polarity,
            'depth_m': np.broadcast_to(np.arange(H * W).reshape(H, W), (T, H, W))
            .astype(np.float16), 'frame': random.integers(0, 256, (T, H, W)).astype(np.uint8)}


def test_no_augmentation_changes_nothing():
    """All zero is the identity."""
    before = chunk()
    after = augment(before, NOTHING, 5, 0)
    assert all(np.array_equal(after[name], before[name]) for name in before)


def test_a_flip_is_one_for_events_depth_and_frames():
    """Each pixel keeps what belongs to it."""
    before = chunk()
    after = augment(before, AugmentPlan(flip=1), 5, 0)
    for name in before:
        np.testing.assert_array_equal(after[name], before[name][..., ::-1])


def test_a_zoom_is_one_for_events_depth_and_frames():
    """Every pixel of the result is one of the source, the same for all, depth in metres as was."""
    before = chunk()
    after = augment(before, AugmentPlan(flip=0, zoom=2), 8, 0)
    source = after['depth_m'][0].astype(int)
    assert len(np.unique(source)) < H * W
    assert (np.diff(source[0]) >= 0).all() and (np.diff(source[:, 0]) >= 0).all()
    for name in before:
        np.testing.assert_array_equal(after[name].reshape(T, -1),
                                      before[name].reshape(T, -1)[:, source.ravel()])


def test_polarity_is_swapped():
    """Brighter and darker change places, no event stays none."""
    before = chunk()
    after = augment(before, AugmentPlan(flip=0, swap_polarity=1), 5, 0)['polarity']
    np.testing.assert_array_equal(after, np.array([0, 2, 1])[before['polarity']])


def test_a_shortened_window_is_the_tencode_of_its_last_part():
    """Against the events themselves, to the rounding of the stored age."""
    random = np.random.default_rng(1)
    n = 500
    x, y, p = random.integers(0, W, n), random.integers(0, H, n), random.integers(0, 2, n)
    t_ns = np.sort(random.integers(0, 50_000_000, n))
    t_ns[0], t_ns[-1] = 0, 50_000_000
    late = t_ns >= 30_000_000
    t_ns[np.flatnonzero(late)[0]] = 30_000_000
    age, polarity = shorten_window(*split_tencode(encode_tencode(x, y, t_ns, p, H, W)), 0.4)
    true_age, true_polarity = split_tencode(
        encode_tencode(x[late], y[late], t_ns[late], p[late], H, W))
    np.testing.assert_array_equal(polarity, true_polarity)
    shown = polarity > 0
    assert np.abs(age[shown].astype(int) - true_age[shown]).max() <= 2


def test_noise_differs_from_chunk_to_chunk_and_hot_pixels_stay():
    """Hot pixels fire in all windows of a clip, other noise now and then."""
    empty = {name: np.zeros_like(values) for name, values in chunk().items()}
    plan = AugmentPlan(flip=0, noise=0.2, hot=0.05)
    shown = np.concatenate([augment(empty, plan, 11, k)['polarity'] > 0 for k in range(20)])
    share = shown.mean(0)
    assert 0 < (share == 1).sum() <= 0.05 * H * W * 1.5
    assert 0 < share[share < 1].max() < 0.5


def test_dropping_takes_pixels_and_their_age():
    """Where there is no event there is no age."""
    after = augment(chunk(), AugmentPlan(flip=0, drop=0.9), 3, 0)
    assert (after['polarity'] > 0).sum() < (chunk()['polarity'] > 0).sum()
    assert (after['tencode_age'][after['polarity'] == 0] == 0).all()
    stalled = augment(chunk(), AugmentPlan(flip=0, stall=1), 3, 0)
    assert not stalled['polarity'].any() and (stalled['depth_m'] == chunk()['depth_m']).all()


def test_a_clip_is_augmented_alike_in_every_chunk():
    """The network remembers: the scene must not turn over in between."""
    plan = AugmentPlan(flip=0.5, swap_polarity=0.5, zoom=1.5, brightness=0.5)
    for lot in range(8):
        one, two = (augment(chunk(), plan, lot, k) for k in (0, 7))
        assert all(np.array_equal(one[name], two[name]) for name in one)


def test_shares_outside_of_their_range_are_refused():
    """Named."""
    with pytest.raises(ConfigError, match='augment.drop is 2'):
        AugmentPlan(drop=2)
