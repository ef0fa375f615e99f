# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stills are ordinary pictures, spread over the run."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.report.stills import jpeg_bytes, spread, write_png


def test_a_png_holds_the_picture_exactly(tmp_path):
    """Read back byte for byte."""
    picture = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
    path = write_png(tmp_path / 'still.png', picture)
    np.testing.assert_array_equal(cv2.imread(str(path)), picture)


def test_a_png_that_cannot_be_written_is_an_error(tmp_path):
    """The error names the path."""
    with pytest.raises(DepthAnyEventError, match='nowhere'):
        write_png(tmp_path / 'nowhere' / 'still.png', np.zeros((2, 2, 3), np.uint8))


def test_a_jpeg_is_a_jpeg():
    """It starts with its magic number."""
    assert jpeg_bytes(np.zeros((8, 8, 3), np.uint8))[:3] == b'\xff\xd8\xff'


@pytest.mark.parametrize('n_items, n_wanted, expected', [
    (10, 3, [2, 5, 7]), (2, 3, [0, 1]), (3, 3, [0, 1, 2]), (0, 3, []), (1, 1, [0])])
def test_stills_are_spread_over_the_run(n_items, n_wanted, expected):
    """By hand."""
    assert spread(n_items, n_wanted) == expected
