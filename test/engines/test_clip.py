# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The clips that engines are compared and timed on."""

import numpy as np

from depthanyevent_ros.engines.clip import moving_edges, recorded_clip


def test_the_drawn_clip_is_tencode_and_the_same_every_time():
    """0..1, red and blue opposite where there are events, several polarities and ages."""
    first, again = (list(moving_edges(60, 80, 6)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not first[0].any()
    last = first[-1]
    events = (last[0] + last[2]) > 0
    assert events.any() and not events.all()
    np.testing.assert_array_equal((last[0] + last[2])[events], 1)
    assert not last[1][~events].any()
    assert 0 <= last.min() and last.max() <= 1
    assert 0 < last[0][events].mean() < 1 and len(np.unique(last[1])) > 5
    assert any((a != b).any() for a, b in zip(first[1:], first[2:]))


def test_the_recorded_clip_is_tencode_of_real_windows():
    """24 windows; red and blue are a pixel's polarity, green its age; no two are alike."""
    clip = recorded_clip(260, 346)
    assert clip.shape == (24, 3, 260, 346) and clip.dtype == np.float32
    events = (clip[:, 0] + clip[:, 2]) > 0
    np.testing.assert_array_equal((clip[:, 0] + clip[:, 2])[events], 1)
    assert not clip[:, 1][~events].any()
    assert 0.002 < events.mean(axis=(1, 2)).min() and events.mean() < 0.5
    assert all((a != b).any() for a, b in zip(clip, clip[1:]))


def test_its_values_are_those_of_bytes():
    """An engine that takes bytes sees exactly what one that takes floats does."""
    clip = recorded_clip(260, 346)
    as_bytes = np.rint(clip * 255).astype(np.uint8)
    np.testing.assert_array_equal(as_bytes / np.float32(255), clip)


def test_another_sensor_gets_the_nearest_pixels():
    """Half the size takes each second pixel, twice the size each pixel twice."""
    clip = recorded_clip(260, 346)
    np.testing.assert_array_equal(recorded_clip(130, 173), clip[:, :, ::2, ::2])
    np.testing.assert_array_equal(recorded_clip(520, 692)[:, :, 1::2, ::2], clip)
