# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The camera model holds what CameraInfo says, and says when that is unusable."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError

K = [200.0, 0, 172.5, 0, 210.0, 129.5, 0, 0, 1]
P = [180.0, 0, 170, -9, 0, 180, 130, 0, 0, 0, 1, 0]
R = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]


def make(**changes):
    values = dict(width=346, height=260, k=K, d=[0.1, -0.2, 0, 0, 0],
                  distortion_model='plumb_bob', r=R, p=P)
    return CameraModel.from_values(**{**values, **changes})


def test_a_missing_rotation_is_the_identity_and_a_missing_projection_is_k():
    """CameraInfo without R and P describes a single camera: R = I, P = [K | 0]."""
    camera = CameraModel.from_values(346, 260, K, r=np.zeros(9), p=np.zeros(12))
    np.testing.assert_array_equal(camera.r, np.eye(3))
    np.testing.assert_array_equal(camera.p[:, :3], np.reshape(K, (3, 3)))
    np.testing.assert_array_equal(camera.p[:, 3], 0)


def test_scaling_keeps_the_corners_of_the_view_in_place():
    """The outer edge (-1/2 and width - 1/2) of the view maps to the outer edge, as in a resize."""
    small = make().scaled(173, 130)
    assert small.k[0, 0] == 100 and small.k[1, 1] == 105
    left = (-0.5 - 172.5) / 200                       # x/z of the left edge
    assert left * small.k[0, 0] + small.k[0, 2] == pytest.approx(-0.5)
    right = (345.5 - 172.5) / 200
    assert right * small.k[0, 0] + small.k[0, 2] == pytest.approx(172.5)
    assert small.p[0, 3] == -4.5 and small.width == 173 and small.height == 130


def test_scaling_agrees_with_a_resized_picture():
    """A ramp of x/z resized by OpenCV reads as the rays of the scaled camera."""
    camera = make()
    ramp = np.tile((np.arange(346) - 172.5) / 200, (260, 1))
    resized = cv2.resize(ramp, (173, 130), interpolation=cv2.INTER_LINEAR)
    small = camera.scaled(173, 130)
    expected = (np.arange(173) - small.k[0, 2]) / small.k[0, 0]
    np.testing.assert_allclose(resized[60], expected, atol=1e-12)


def test_scaling_to_the_same_size_changes_nothing():
    """The model itself comes back."""
    camera = make()
    assert camera.scaled(346, 260) is camera


@pytest.mark.parametrize('model, d', [
    ('plumb_bob', [0.1, -0.2, 0.01, 0.02, 0]), ('equidistant', [-0.05, 0.01, -0.02, 0.01])])
def test_a_cropped_camera_projects_to_the_pixels_of_the_crop(model, d):
    """OpenCV projects a point into the part where it lay in the whole, less the corner."""
    whole = make(d=d, distortion_model=model)
    part = whole.cropped(40, 25, 200, 100)
    project = cv2.fisheye.projectPoints if model == 'equidistant' else cv2.projectPoints
    points, still = np.array([[[0.1, -0.2, 1.0]], [[-0.3, 0.1, 2.0]]]), np.zeros(3)

    def pixels(camera):
        return project(points, still, still, camera.k, camera.d)[0].reshape(-1, 2)
    np.testing.assert_allclose(pixels(part), pixels(whole) - [40, 25], atol=1e-9)
    assert (part.width, part.height) == (200, 100)
    np.testing.assert_array_equal(part.d, whole.d)
    np.testing.assert_array_equal(part.r, whole.r)


def test_cropping_keeps_the_baseline_of_a_stereo_camera():
    """P[0, 3] is -fx times the baseline: no place in the picture."""
    part = make().cropped(40, 25, 200, 100)
    np.testing.assert_array_equal(part.p, [[180, 0, 130, -9], [0, 180, 105, 0], [0, 0, 1, 0]])


def test_rectifying_and_cropping_may_change_places():
    """Both say the same view."""
    assert make().cropped(1, 2, 30, 20).rectified() == make().rectified().cropped(1, 2, 30, 20)


def test_scaling_to_nothing_is_refused():
    """A view needs pixels."""
    with pytest.raises(ConfigError, match='346x260 cannot be scaled to 0x130'):
        make().scaled(0, 130)


def test_the_rectified_view_has_no_distortion_and_projects_by_p():
    """D = 0, R = I, K = P[:3, :3], P = [K | 0]."""
    view = make().rectified()
    assert not np.any(view.d) and not view.is_distorted
    np.testing.assert_array_equal(view.r, np.eye(3))
    np.testing.assert_array_equal(view.k, np.reshape(P, (3, 4))[:, :3])
    np.testing.assert_array_equal(view.p[:, :3], view.k)
    np.testing.assert_array_equal(view.p[:, 3], 0)
    assert view.problem() is None


def test_models_are_compared_by_value():
    """A node sees a calibration that changed, and only then."""
    assert make() == make() and hash(make()) == hash(make())
    assert make() != make(d=[0.1, -0.2, 0, 0, 1e-9])
    assert make() != make(width=347)
    assert make() != make(distortion_model='equidistant')
    assert make() != 'a camera'


def test_a_model_cannot_be_changed():
    """The arrays are read-only."""
    with pytest.raises(ValueError):
        make().k[0, 0] = 1


def test_a_usable_calibration_has_no_problem():
    """None means that it can be used."""
    assert make().problem() is None
    assert CameraModel.from_values(10, 10, K).problem() is None


@pytest.mark.parametrize('changes, words', [
    (dict(k=np.zeros(9)), 'all-zero K: the camera is not calibrated'),
    (dict(width=0), '0x260'),
    (dict(k=[-1.0, 0, 1, 0, 1, 1, 0, 0, 1]), 'focal length of -1, 1 in K'),
    (dict(p=[0.0] * 11 + [1.0]), 'focal length of 0, 0 in P'),
    (dict(k=[np.nan, 0, 1, 0, 1, 1, 0, 0, 1]), 'not finite'),
    (dict(d=[np.inf, 0, 0, 0]), 'not finite'),
    (dict(distortion_model='fov'), "unknown distortion model 'fov'"),
    (dict(d=[0.1, 0.2, 0.3]), '3 distortion coefficients in D, which plumb_bob does not have'),
    (dict(distortion_model=''), 'which no model does not have'),
])
def test_an_unusable_calibration_says_why(changes, words):
    """The sentence names what was wrong."""
    assert words in make(**changes).problem()


def test_a_matrix_of_the_wrong_size_is_named():
    """Eight values are no K."""
    with pytest.raises(ConfigError, match='K of a camera has 9 values, but 8 were given'):
        make(k=K[:8])
