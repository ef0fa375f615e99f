# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Quaternions and matrices agree with each other and with known turns."""

import numpy as np
import pytest

from depthanyevent_ros.datasets.rotations import matrix_of, quaternion_of


@pytest.mark.parametrize('axis', range(3))
def test_half_turns_are_the_hard_cases(axis):
    """The trace is -1 there, and w is 0."""
    rotation = -np.eye(3)
    rotation[axis, axis] = 1
    expected = np.eye(4)[axis]
    np.testing.assert_allclose(np.abs(quaternion_of(rotation)), expected, atol=1e-12)


def test_quarter_turn_about_z_takes_x_to_y():
    """By hand."""
    rotation = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    np.testing.assert_allclose(quaternion_of(rotation), [0, 0, 0.5**0.5, 0.5**0.5])
    np.testing.assert_allclose(matrix_of(0, 0, 1, 1) @ [1, 0, 0], [0, 1, 0], atol=1e-12)


def test_there_and_back():
    """Random rotations."""
    for q in np.random.default_rng(0).normal(size=(200, 4)):
        q = q / np.linalg.norm(q) * (1 if q[3] >= 0 else -1)
        matrix = matrix_of(*q)
        np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
        np.testing.assert_allclose(quaternion_of(matrix), q, atol=1e-9)
