# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Sizes on the command line."""

import pytest

from depthanyevent_ros.cli.sizes import AS_TRAINED, pixels, size_of
from depthanyevent_ros.errors import ConfigError


@pytest.mark.parametrize('text', ['154', '154x', 'x210', 'ax b', '-1x5', ''])
def test_a_size_that_is_none_is_refused(text):
    """The text names the argument."""
    with pytest.raises(ConfigError, match='--input-size'):
        pixels('--input-size', text)
    with pytest.raises(ValueError):
        size_of(text)


def test_a_size_is_height_by_width():
    """As the weights and papers have it."""
    assert pixels('--size', '154x210') == size_of('154x210') == (154, 210)


def test_nothing_is_asked_of_the_input_by_zeros():
    """A crop of no pixels is none."""
    assert pixels('--size', AS_TRAINED) == (0, 0)
    with pytest.raises(ValueError):
        size_of('0x0')
