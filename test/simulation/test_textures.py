# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Textures, their smaller versions, and looking them up."""

import sys

import numpy as np
import pytest

from depthanyevent_ros.simulation import textures
from depthanyevent_ros.simulation.atlas import make_atlas, N_LEVELS, OFFSETS
from depthanyevent_ros.simulation.photographs import photographs, PICTURES
from depthanyevent_ros.simulation.shading import atan2, log2
from depthanyevent_ros.simulation.texture_lookup import look_up, N_CORNERS, N_PLACES
from depthanyevent_ros.simulation.tile_rows import COLUMN, LEVEL, N_ROWS, RAYS, ROW, SPAN

MAKERS = sorted({*textures.GROUNDS, *textures.THINGS, textures.windows}, key=lambda f: f.__name__)


@pytest.mark.parametrize('maker', MAKERS, ids=lambda maker: maker.__name__)
def test_texture_fills_its_range_and_is_the_same_for_a_seed(maker):
    """256 x 256 in 0..1 with some contrast; another seed gives another one."""
    one, same, other = (maker(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.shape == (256, 256) and one.dtype == np.float32
    assert one.min() >= 0 and one.max() <= 1 and one.std() > 0.05
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_noise_has_no_seam():
    """The step from the last column to the first is like any other step."""
    picture = textures.noise(np.random.default_rng(0), 1.5)
    steps = np.abs(np.diff(picture, axis=1)).mean(0)
    assert np.abs(picture[:, -1] - picture[:, 0]).mean() < 2 * steps.max()


def test_levels_are_means_down_to_the_mean_of_all():
    """Nine levels; the last texel is the mean."""
    picture = textures.noise(np.random.default_rng(0))
    row = make_atlas([picture])[0]
    assert N_LEVELS == 9 and len(row) == OFFSETS[-1] == sum(4 ** k for k in range(9))
    assert row[OFFSETS[1]] == pytest.approx(picture[:2, :2].mean(), rel=1e-6)
    assert row[-1] == pytest.approx(picture.mean(), rel=1e-5)


def looked_up(atlas, column, row, level):
    """Return the values of the first texture for a tile of rays, [RAYS]."""
    rows, values = np.zeros(N_ROWS * RAYS, np.float32), np.empty(RAYS, np.float32)
    for first, value in ((COLUMN, column), (ROW, row), (LEVEL, level), (SPAN, 1.0)):
        rows[first:first + RAYS] = value
    look_up(atlas, rows, np.empty(N_PLACES * RAYS, np.int32),
            np.empty(N_CORNERS * RAYS, np.float32), values)
    return values


def test_look_up_is_bilinear_and_repeats():
    """At a texel's middle its value, between two their mean, one repeat on the same."""
    atlas = make_atlas([textures.noise(np.random.default_rng(0))])
    picture = atlas[0, :65536].reshape(256, 256)
    at = {shift: looked_up(atlas, 10.5 + shift, 20.5, 0)[0] for shift in (0, 0.5, 256, -256)}
    assert at[0] == pytest.approx(picture[20, 10], abs=1e-6)
    assert at[0.5] == pytest.approx(picture[20, 10:12].mean(), abs=1e-6)
    assert at[256] == pytest.approx(at[0], abs=1e-4) == pytest.approx(at[-256], abs=1e-4)


def test_rays_look_up_each_their_own():
    """Every ray of a tile at another texel, one in the next row from the other."""
    atlas = make_atlas([textures.noise(np.random.default_rng(0))])
    k = np.arange(RAYS)
    values = looked_up(atlas, k + 0.5, k[::-1] + 0.5, 0)
    np.testing.assert_allclose(values, atlas[0, k[::-1] * 256 + k], atol=1e-6)


def test_high_levels_see_means():
    """The last level sees the mean of all; on the way there it goes without a jump."""
    atlas = make_atlas([textures.checker(np.random.default_rng(0))])
    wide = looked_up(atlas, 3, 4, 7.999)[0]
    assert wide == pytest.approx(atlas[0, -1], abs=1e-2)
    levels = np.linspace(0, 7.999, 8 * RAYS).reshape(8, RAYS)
    values = np.concatenate([looked_up(atlas, 3, 4, some) for some in levels])
    assert np.abs(np.diff(values)).max() < 0.02


def test_log2_is_near_enough_for_levels():
    """To a hundredth of a level over the range of footprints."""
    values = np.geomspace(1, 1e4, 999).astype(np.float32)
    np.testing.assert_allclose([log2(v) for v in values], np.log2(values), atol=0.01)


def test_angle_is_near_enough_for_textures():
    """All around, to 1e-3 rad."""
    angles = np.linspace(-3.14, 3.14, 777)
    found = [atan2(np.float32(5 * np.sin(a)), np.float32(5 * np.cos(a))) for a in angles]
    np.testing.assert_allclose(found, angles, atol=1e-3)


def test_photographs_are_used_where_they_are_installed(monkeypatch):
    """Pictures in 0..1 with scikit-image, none without."""
    if any(name == 'skimage' for name in sys.modules) or _has_skimage():
        found = photographs(PICTURES[:3])
        assert len(found) == 3 and all(p.shape == (256, 256) and p.max() <= 1 for p in found)
    monkeypatch.setitem(sys.modules, 'skimage', None)
    assert photographs(PICTURES) == []


def _has_skimage():
    try:
        import skimage
    except ImportError:
        return False
    return bool(skimage)
