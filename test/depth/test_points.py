# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Depth becomes points in the optical frame: x right, y down, z forward."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.depth.points import POINT_STEP, PointCloudMaker
from depthanyevent_ros.errors import ConfigError

K = [[100.0, 0, 2], [0, 50.0, 1], [0, 0, 1]]


def test_points_are_the_rays_times_the_depth():
    """By hand: fx = 100, fy = 50, centre (2, 1)."""
    maker = PointCloudMaker(CameraModel.from_values(4, 3, K))
    points = maker.points(np.full((3, 4), 10, np.float32))
    np.testing.assert_allclose(points[1, 2], [0, 0, 10])
    np.testing.assert_allclose(points[0, 0], [-0.2, -0.2, 10])
    np.testing.assert_allclose(points[2, 3], [0.1, 0.2, 10])
    assert points.dtype == np.float32 and points.strides[1] == POINT_STEP


def test_a_pixel_without_a_finite_depth_is_a_nan_point():
    """NaN and both infinities: all three coordinates are NaN, so that the cloud is not dense."""
    maker = PointCloudMaker(CameraModel.from_values(4, 1, K))
    points = maker.points(np.array([[np.nan, np.inf, -np.inf, 1]], np.float32))
    assert np.isnan(points[0, :3]).all() and np.isfinite(points[0, 3]).all()


@pytest.mark.parametrize('model, d', [
    ('plumb_bob', [-0.3, 0.1, 0.001, -0.002, 0.01]),
    ('rational_polynomial', [0.3, -0.1, 0.001, 0.0, 0.01, 0.2, 0.05, 0.01]),
    ('equidistant', [0.02, -0.01, 0.003, -0.001])])
def test_points_of_a_distorted_view_project_back_to_their_pixels(model, d):
    """Projecting each point with OpenCV gives back the pixel it came from."""
    k = np.array([[60.0, 0, 31], [0, 62, 23], [0, 0, 1]])
    camera = CameraModel.from_values(64, 48, k, d, model)
    points = PointCloudMaker(camera).points(np.full((48, 64), 2, np.float32)).astype(np.float64)
    project = cv2.fisheye.projectPoints if model == 'equidistant' else cv2.projectPoints
    pixels, _ = project(points.reshape(-1, 1, 3), np.zeros(3), np.zeros(3), k, np.array(d))
    rows, columns = np.mgrid[:48, :64]
    np.testing.assert_allclose(pixels.reshape(48, 64, 2)[..., 0], columns, atol=0.05)
    np.testing.assert_allclose(pixels.reshape(48, 64, 2)[..., 1], rows, atol=0.05)


def test_the_result_is_overwritten_by_the_next_call():
    """One buffer serves all pictures."""
    maker = PointCloudMaker(CameraModel.from_values(4, 3, K))
    first = maker.points(np.ones((3, 4), np.float32))
    assert maker.points(np.full((3, 4), 2, np.float32)) is first and first[0, 0, 2] == 2


def test_a_picture_of_another_size_is_refused():
    """The error names both sizes."""
    maker = PointCloudMaker(CameraModel.from_values(4, 3, K))
    with pytest.raises(ConfigError, match='5x3 does not fit a camera of 4x3'):
        maker.points(np.ones((3, 5), np.float32))


def test_an_uncalibrated_camera_gives_no_points():
    """The error says so."""
    with pytest.raises(ConfigError, match='no point cloud: .*not calibrated'):
        PointCloudMaker(CameraModel.from_values(4, 3, np.zeros(9)))
