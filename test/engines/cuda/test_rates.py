# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The rate of copies, on a GPU whose clock always says 1.5 ms."""

import pytest

from depthanyevent_ros.engines.cuda.rates import copy_rate


def test_a_copy_reads_and_writes(fakes):
    """3,000 bytes are read and 3,000 written in 1.5 ms: 4 MB a second."""
    gpu = fakes.FakeGpu()
    assert copy_rate(gpu, 3000) == pytest.approx(4e6)
    assert not gpu.n_used
