# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The encoder: DINOv2's vision transformer as Depth Anything V2 uses it.

Written from the papers (Dosovitskiy et al., arXiv 2010.11929; Oquab et al., arXiv 2304.07193);
names of modules and parameters are those of the published checkpoints. Attention is spelled out
in matrix products, so that the ONNX export needs no operator younger than opset 18.
"""

from typing import List, Sequence

import torch
from torch import nn, Tensor
from torch.nn import functional

from depthanyevent_ros.network.config import PATCH

GRID = 37               # patches on a side of the picture the position embedding was trained on
GRID_OFFSET = 0.1       # DINOv2 scales the embedding by (n + 0.1) / 37, which moves its samples


class PatchEmbed(nn.Module):
    """One token per patch of 14x14 pixels."""

    def __init__(self, dim: int):
        super().__init__()
        self.proj = nn.Conv2d(3, dim, PATCH, PATCH)

    def forward(self, image: Tensor) -> Tensor:
        """Turn [B, 3, 14r, 14c] into tokens [B, rc, dim], row by row."""
        return self.proj(image).flatten(2).transpose(1, 2)


class Attention(nn.Module):
    """Multi-head self-attention; the query is scaled before the product."""

    def __init__(self, dim: int, heads: int):
        super().__init__()
        self.heads = heads
        self.scale = (dim // heads) ** -0.5
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, N, dim] to [B, N, dim]."""
        batch, tokens, dim = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, dim // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        weights = ((query * self.scale) @ key.transpose(-2, -1)).softmax(-1)
        return self.proj((weights @ value).transpose(1, 2).reshape(batch, tokens, dim))


class Mlp(nn.Module):
    """Two linear layers with GELU between them."""

    def __init__(self, dim: int):
        super().__init__()
        self.fc1 = nn.Linear(dim, 4 * dim)
        self.fc2 = nn.Linear(4 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, N, dim] to [B, N, dim]."""
        return self.fc2(functional.gelu(self.fc1(x)))


class LayerScale(nn.Module):
    """A learned factor per channel."""

    def __init__(self, dim: int):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        """Scale the last dimension."""
        return x * self.gamma


class Block(nn.Module):
    """A transformer block with the norms first."""

    def __init__(self, dim: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = Attention(dim, heads)
        self.ls1 = LayerScale(dim)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = Mlp(dim)
        self.ls2 = LayerScale(dim)

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, N, dim] to [B, N, dim]."""
        x = x + self.ls1(self.attn(self.norm1(x)))
        return x + self.ls2(self.mlp(self.norm2(x)))


class VisionTransformer(nn.Module):
    """
    The encoder; ``mask_token`` is part of the checkpoints and of no computation.

    :param taps: the blocks whose output is given out.
    """

    def __init__(self, dim: int, depth: int, heads: int, taps: Sequence[int] = ()):
        super().__init__()
        self.taps = tuple(taps)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + GRID * GRID, dim))
        self.mask_token = nn.Parameter(torch.zeros(1, dim))
        self.patch_embed = PatchEmbed(dim)
        self.blocks = nn.ModuleList(Block(dim, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(dim, eps=1e-6)

    def position(self, height: int, width: int) -> Tensor:
        """
        Return the position embedding for a picture, [1, 1 + patches, dim], patches row by row.

        Bicubic, without antialiasing, by the factors (n + 0.1) / 37 of DINOv2. It depends on
        the weights and the size alone: compute it once for a fixed size.
        """
        rows, columns = height // PATCH, width // PATCH
        if rows == GRID and columns == GRID:
            return self.pos_embed
        token, grid = self.pos_embed[:, :1], self.pos_embed[:, 1:]
        grid = grid.reshape(1, GRID, GRID, -1).permute(0, 3, 1, 2)
        scale = ((rows + GRID_OFFSET) / GRID, (columns + GRID_OFFSET) / GRID)
        grid = functional.interpolate(grid, scale_factor=scale, mode='bicubic')
        return torch.cat([token, grid.flatten(2).transpose(1, 2)], 1)

    def forward(self, image: Tensor, position: Tensor) -> List[Tensor]:
        """
        Return the normalised patch tokens after each tapped block, as maps.

        :param image: [B, 3, 14 rows, 14 columns]; :param position: of :meth:`position`.
        :returns: a [B, dim, rows, columns] tensor per tap; the class token is left out.
        """
        grid = [side // PATCH for side in image.shape[-2:]]
        x = self.patch_embed(image)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1) + position
        tapped = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in self.taps:
                tapped.append(self.norm(x)[:, 1:].transpose(1, 2).unflatten(2, grid))
        return tapped
