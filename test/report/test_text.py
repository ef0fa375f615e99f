# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Text is drawn where it was asked for, and cut at the edges."""

import numpy as np
import pytest

from depthanyevent_ros.report.text import put_text, text_mask


@pytest.mark.parametrize('anchor, side', [('left', 0), ('right', 1), ('middle', 0.5)])
def test_text_stands_at_its_anchor(anchor, side):
    """The drawn columns lie where the anchor says."""
    picture = np.zeros((40, 400, 3), np.uint8)
    put_text(picture, 'depth', 200, 20, 20, (255, 255, 255), anchor)
    columns = np.nonzero(picture.any(axis=(0, 2)))[0]
    width = text_mask('depth', 20).shape[1]
    start = 200 - side * width
    assert start - 2 <= columns[0] and columns[-1] <= start + width + 2


@pytest.mark.parametrize('x, y', [(-20, 5), (395, 38), (1000, 5), (5, -1000)])
def test_text_outside_the_picture_is_cut(x, y):
    """No error, and nothing wraps around."""
    picture = np.zeros((40, 400, 3), np.uint8)
    put_text(picture, 'depth', x, y, 20, (255, 255, 255))
    if x > 300:
        assert not picture[:, :300].any()


def test_nothing_is_drawn_for_an_empty_text():
    """An empty line is no error."""
    picture = np.zeros((40, 40, 3), np.uint8)
    put_text(picture, '', 10, 10, 20, (255, 255, 255))
    assert not picture.any()
