# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The encoder against closed forms and independent routes."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from depthanyevent_ros.network.vit import Attention, PatchEmbed, VisionTransformer


def test_attention_equals_torchs_own():
    """Spelled-out attention gives what scaled_dot_product_attention gives."""
    torch.manual_seed(1)
    attention = Attention(48, 3)
    x = torch.randn(2, 10, 48)
    qkv = attention.qkv(x)
    query, key, value = (part.reshape(2, 10, 3, 16).transpose(1, 2)
                         for part in qkv.split(48, dim=-1))
    mixed = functional.scaled_dot_product_attention(query, key, value)
    expected = attention.proj(mixed.transpose(1, 2).reshape(2, 10, 48))
    torch.testing.assert_close(attention(x), expected, rtol=1e-5, atol=1e-6)


def test_patches_are_read_row_by_row():
    """Token r * columns + c is the projection of the patch in row r, column c."""
    torch.manual_seed(2)
    embed = PatchEmbed(8)
    image = torch.randn(1, 3, 28, 42)
    tokens = embed(image)
    patch = image[0, :, 14:28, 28:42].reshape(-1)
    by_hand = embed.proj.weight.reshape(8, -1) @ patch + embed.proj.bias
    torch.testing.assert_close(tokens[0, 1 * 3 + 2], by_hand, rtol=1e-5, atol=1e-6)


def cubic(x, a=-0.75):
    """Keys' cubic kernel."""
    x = np.abs(x)
    near = (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1
    far = a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))


def bicubic_matrix(n, size=37):
    """Return the [n, 37] weights of DINOv2's position embedding along one axis."""
    matrix = np.zeros((n, size))
    for out in range(n):
        source = (out + 0.5) * size / (n + 0.1) - 0.5
        for tap in range(int(np.floor(source)) - 1, int(np.floor(source)) + 3):
            matrix[out, np.clip(tap, 0, size - 1)] += cubic(source - tap)
    return matrix


@pytest.mark.parametrize('rows, columns', [(19, 25), (11, 15), (23, 46)])
def test_the_position_embedding_is_sampled_at_dinov2s_points(rows, columns):
    """Bicubic by hand with the factor (n + 0.1) / 37 on each axis, rows before columns."""
    torch.manual_seed(3)
    vit = VisionTransformer(6, 0, 1)
    torch.nn.init.normal_(vit.pos_embed)
    position = vit.position(14 * rows, 14 * columns).detach().numpy()[0]
    grid = vit.pos_embed.detach().numpy()[0, 1:].reshape(37, 37, 6).astype(np.float64)
    expected = np.einsum('ri,cj,ijd->rcd', bicubic_matrix(rows), bicubic_matrix(columns), grid)
    np.testing.assert_allclose(position[1:], expected.reshape(-1, 6), atol=2e-5)
    np.testing.assert_array_equal(position[0], vit.pos_embed.detach().numpy()[0, 0])


def test_the_trained_grid_is_used_as_it_is():
    """At 518x518 nothing is interpolated."""
    vit = VisionTransformer(6, 0, 1)
    assert vit.position(518, 518) is vit.pos_embed


def test_the_position_is_not_symmetric_in_rows_and_columns():
    """A wide grid is not a tall one: rows come first."""
    vit = VisionTransformer(2, 0, 1)
    with torch.no_grad():
        vit.pos_embed[0, 1:, 0] = torch.arange(37.).repeat_interleave(37)      # the row
        vit.pos_embed[0, 1:, 1] = torch.arange(37.).repeat(37)                 # the column
    position = vit.position(140, 280)[0, 1:].reshape(10, 20, 2)
    assert (position[1:, :, 0] > position[:-1, :, 0]).all()
    assert (position[:, 1:, 1] > position[:, :-1, 1]).all()


def test_taps_are_normalised_and_without_the_class_token():
    """Each tap is a map with one sample per patch; the norm is applied to each."""
    torch.manual_seed(4)
    vit = VisionTransformer(12, 3, 2, (0, 2))
    tapped = vit(torch.randn(1, 3, 28, 42), vit.position(28, 42))
    assert [tuple(x.shape) for x in tapped] == [(1, 12, 2, 3)] * 2
    for x in tapped:                            # a fresh LayerNorm: mean 0, variance 1
        torch.testing.assert_close(x.mean(1), torch.zeros(1, 2, 3), atol=1e-5, rtol=0)
