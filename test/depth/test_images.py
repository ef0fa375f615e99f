# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures become message bytes by one copy."""

from array import array

import numpy as np
import pytest

from depthanyevent_ros.depth.images import to_byte_array


@pytest.mark.parametrize('picture', [
    np.arange(12, dtype=np.float32).reshape(3, 4),
    np.arange(24, dtype=np.uint8).reshape(2, 4, 3),
    np.arange(12, dtype=np.float32).reshape(3, 4)[:, ::2],
    np.zeros((0, 4), np.float32)])
def test_the_bytes_are_those_of_the_rows(picture):
    """Contiguous, strided and empty pictures, byte for byte."""
    data = to_byte_array(picture)
    assert isinstance(data, array) and data.typecode == 'B'
    assert data.tobytes() == picture.tobytes()
