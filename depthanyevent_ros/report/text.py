# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Text in pictures, anti-aliased, with the font that Pillow brings along."""

from functools import lru_cache
from typing import Tuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Bgr = Tuple[int, int, int]


@lru_cache(maxsize=512)
def text_mask(text: str, size: int) -> np.ndarray:
    """Return the coverage of a line of text, float32 [H, W] in 0..1, H being the line height."""
    font = _font(size)
    width = max(1, int(np.ceil(font.getlength(text))))
    ascent, descent = font.getmetrics()
    canvas = Image.new('L', (width, ascent + descent))
    ImageDraw.Draw(canvas).text((0, 0), text, fill=255, font=font)
    mask = np.asarray(canvas, np.float32) / 255
    mask.setflags(write=False)
    return mask


def put_text(picture: np.ndarray, text: str, x: float, y: float, size: int, colour: Bgr,
             anchor: str = 'left') -> None:
    """
    Write a line of text into a bgr8 picture; what lies outside the picture is cut off.

    :param x: its left end, right end or middle, as ``anchor`` ('left', 'right', 'middle') says.
    :param y: the middle of the line.
    """
    mask = text_mask(text, size)
    left = int(round(x - {'left': 0, 'right': 1, 'middle': 0.5}[anchor] * mask.shape[1]))
    top = int(round(y - mask.shape[0] / 2))
    rows = slice(max(top, 0), min(top + mask.shape[0], picture.shape[0]))
    columns = slice(max(left, 0), min(left + mask.shape[1], picture.shape[1]))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    cover = mask[rows.start - top:rows.stop - top, columns.start - left:columns.stop - left, None]
    under = picture[rows, columns]
    picture[rows, columns] = np.rint(under + cover * (np.array(colour) - under))


@lru_cache(maxsize=16)
def _font(size: int):
    return ImageFont.load_default(size)
