# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tencode against golden vectors and a slow, obvious reference."""

import numpy as np
import pytest

from depthanyevent_ros.events.tencode import encode_tencode, encode_tencode_voxel, voxel_grid
from depthanyevent_ros.events.types import make_events


def slow_tencode(x, y, t, p, height, width):
    """Encode event by event, in file order, with Python numbers."""
    image = np.zeros((3, height, width), np.float32)
    span = max(t) - min(t) if len(t) else 0
    for xi, yi, ti, pi in zip(x, y, t, p):
        if 0 <= xi < width and 0 <= yi < height:
            tau = (ti - min(t)) / span if span else 0.0
            image[:, int(yi), int(xi)] = (1, 1 - tau, 0) if pi > 0 else (0, 1 - tau, 1)
    return image


def test_golden_vector_of_raw_events():
    """method 2.3: an overwritten pixel, and an event outside that still sets the last time."""
    image = encode_tencode([0, 1, 1, 3, 5], [0, 1, 1, 2, 1], [0, 0.25, 0.5, 0.75, 1.0],
                           [1, 0, 1, 0, 1], 3, 4)
    want = np.zeros((3, 3, 4), np.float32)
    want[0, 0, 0] = want[0, 1, 1] = 1
    want[1, 0, 0], want[1, 1, 1], want[1, 2, 3] = 1, 0.5, 0.25
    want[2, 2, 3] = 1
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, want)


def test_golden_vector_of_a_voxel_grid():
    """method 2.3: later bins overwrite, green has one level per bin."""
    voxel = np.zeros((5, 2, 3))
    voxel[0, 0, 0], voxel[4, 0, 0], voxel[2, 0, 1], voxel[3, 1, 2] = 1, -1, 0.5, -0.2
    image = encode_tencode_voxel(voxel)
    want = np.zeros((3, 2, 3), np.float32)
    want[:, 0, 0], want[:, 0, 1], want[:, 1, 2] = (0, 0, 1), (1, 0.5, 0), (0, 0.25, 1)
    np.testing.assert_array_equal(image, want)


def test_no_events_are_black():
    """An empty window is zeros, not NaN."""
    np.testing.assert_array_equal(encode_tencode([], [], [], [], 2, 3), np.zeros((3, 2, 3)))


@pytest.mark.parametrize('n', [1, 2, 3])
def test_equal_stamps_have_green_one(n):
    """One event, or several at one time: tau is 0 for all of them."""
    image = encode_tencode(range(n), [0] * n, [77] * n, [1] * n, 1, 3)
    np.testing.assert_array_equal(image[1, 0, :n], np.ones(n))


def test_polarities_minus_one_and_zero_mean_the_same():
    """MVSEC writes {-1, +1}: no blue of 2, no red of -1."""
    rng = np.random.default_rng(0)
    x, y, t = rng.integers(0, 9, 50), rng.integers(0, 5, 50), np.arange(50)
    p = rng.integers(0, 2, 50)
    np.testing.assert_array_equal(encode_tencode(x, y, t, p, 5, 9),
                                  encode_tencode(x, y, t, 2 * p - 1, 5, 9))


def test_fractional_coordinates_are_bounds_tested_then_truncated():
    """-0.5 is outside although it truncates to 0; 3.99 is inside a width of 4."""
    image = encode_tencode([-0.5, 3.99, 4.0, 1.5], [0, 0, 0, 0.999], [0, 1, 2, 3],
                           [1, 1, 1, 0], 1, 4)
    np.testing.assert_array_equal(image[0, 0], [0, 0, 0, 1])
    np.testing.assert_array_equal(image[2, 0], [0, 1, 0, 0])


def test_last_event_of_a_pixel_wins_by_order_not_by_time():
    """In unsorted events the last one given is shown, at its own time."""
    image = encode_tencode([0, 0, 1], [0, 0, 0], [100, 50, 0], [1, 0, 1], 1, 2)
    np.testing.assert_array_equal(image[:, 0, 0], [0, 0.5, 1])


@pytest.mark.parametrize('seed', range(20))
def test_random_events_equal_the_slow_reference(seed):
    """Any size, number of events, order, bounds and coordinate type."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(1, 12, 2).tolist()
    n = int(rng.integers(0, 200))
    x, y = rng.integers(-2, 14, n), rng.integers(-2, 14, n)
    if seed % 2:
        x, y = x + rng.random(n), y + rng.random(n)
    t = 10**18 + rng.integers(0, 1000, n)
    p = rng.choice([-1, 1], n)
    np.testing.assert_array_equal(
        encode_tencode(x, y, t, p, height, width),
        slow_tencode(x.tolist(), y.tolist(), t.tolist(), p.tolist(), height, width))


def test_many_events_on_few_pixels_are_deterministic(rng):
    """300,000 events on 100 pixels: the last of each pixel, found independently."""
    n = 300_000
    x, y, p = rng.integers(0, 10, n), rng.integers(0, 10, n), rng.integers(0, 2, n)
    image = encode_tencode(x, y, np.arange(n), p, 10, 10)
    pixel, first_from_behind = np.unique((y * 10 + x)[::-1], return_index=True)
    last = n - 1 - first_from_behind
    np.testing.assert_array_equal(image[0].ravel()[pixel], p[last])
    np.testing.assert_array_equal(image[1].ravel()[pixel],
                                  (1 - last / (n - 1)).astype(np.float32))


def test_unsigned_times_do_not_wrap():
    """Times of an unsigned type are subtracted as what they mean."""
    image = encode_tencode([0, 1], [0, 0], np.array([5, 3], np.uint64), [1, 1], 1, 2)
    np.testing.assert_array_equal(image[1, 0], [0, 1])


def test_voxel_grid_by_hand():
    """Three bins: an event between two bins is shared by distance; polarity is the sign."""
    events = make_events([0, 1, 1, 0], [0, 0, 0, 0], [0, 25, 50, 100], [1, 1, 0, 0])
    want = np.zeros((3, 1, 2), np.float32)
    want[0, 0, 0] = 1                       # t* = 0
    want[0, 0, 1], want[1, 0, 1] = 0.5, 0.5 - 1     # t* = 0.5, and -1 at t* = 1
    want[2, 0, 0] = -1                      # t* = 2
    np.testing.assert_allclose(voxel_grid(events, 3, 1, 2), want, atol=1e-7)


def test_voxel_grid_of_random_events_equals_a_loop(rng):
    """Each event by itself, in Python numbers; some are outside the picture."""
    events = make_events(rng.integers(0, 9, 300), rng.integers(0, 9, 300),
                         10**18 + np.sort(rng.integers(0, 10**7, 300)), rng.integers(0, 2, 300))
    want = np.zeros((5, 8, 8))
    t = events['t_ns'] - events['t_ns'][0]
    for e, ti in zip(events, t.tolist()):
        if e['x'] < 8 and e['y'] < 8:
            place = 4 * ti / int(t[-1])
            for b in (int(place), int(place) + 1):
                if b < 5:
                    weight = 1 - abs(place - b)
                    want[b, e['y'], e['x']] += weight if e['p'] else -weight
    np.testing.assert_allclose(voxel_grid(events, 5, 8, 8), want, atol=1e-6)


def test_voxel_grid_of_none_one_and_equal_stamps():
    """No division by zero: everything falls into bin 0."""
    assert not voxel_grid(make_events([], [], [], []), 5, 2, 2).any()
    grid = voxel_grid(make_events([1, 1], [0, 0], [7, 7], [1, 1]), 5, 1, 2)
    assert grid[0, 0, 1] == 2 and np.abs(grid).sum() == 2


def test_voxel_route_of_the_e2depth_fixture(shared):
    """The preprocessed grids of the fixture give pictures with at most five levels of green."""
    files = sorted((shared / 'fixtures' / 'mini_e2depth').rglob('event_tensor_*.npy'))
    for file in files:
        voxel = np.load(file)
        image = encode_tencode_voxel(voxel)
        assert set(np.unique(image[1])) <= {0.0, 0.25, 0.5, 0.75, 1.0}
        np.testing.assert_array_equal(image[0] + image[2], (voxel != 0).any(0))
    assert files
