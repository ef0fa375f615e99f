# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The rectification table against closed forms and published maps."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.rectify import rectification_lut

W, H = 346, 260
K = np.array([[223.0, 0, 174.5], [0, 223.0, 129.0], [0, 0, 1]])
EYE = np.eye(3)


def p_of(k):
    """Return a projection matrix with this K."""
    return np.column_stack([k, np.zeros(3)])


def targets(lut, out_width=W):
    """Return x and y of each sensor pixel's target, [H, W]; -1 where there is none."""
    lut = lut.reshape(H, W)
    return np.where(lut < 0, -1, lut % out_width), np.where(lut < 0, -1, lut // out_width)


@pytest.mark.parametrize('model, d', [
    ('plumb_bob', [0] * 5), ('plumb_bob', []), ('rational_polynomial', [0] * 8), ('', [])])
def test_no_distortion_moves_nothing(model, d):
    """K = P, R = 1: every pixel stays within one (truncation of 99.9999...), all valid."""
    shifted = K.copy()
    shifted[:2, 2] += 0.25                  # away from whole numbers, so truncation is certain
    lut, valid = rectification_lut(K, d, model, EYE, p_of(shifted), W, H, W, H)
    np.testing.assert_array_equal(lut, np.arange(W * H))
    assert lut.dtype == np.int32 and valid.all() and valid.shape == (H, W)


def test_a_moved_principal_point_moves_the_picture():
    """Ten pixels to the right, three up: what leaves the view is -1, what comes in not valid."""
    moved = K.copy()
    moved[0, 2] += 10.5
    moved[1, 2] -= 2.5
    lut, valid = rectification_lut(K, [0] * 5, 'plumb_bob', EYE, p_of(moved), W, H, W, H)
    x, y = targets(lut)
    assert (x[100, 50], y[100, 50]) == (60, 97)
    assert (x[0] == -1).all() and (x[:, -1] == -1).all()
    assert not valid[:, :10].any() and valid[0, 20] and not valid[-1].any()


def test_a_half_turn_turns_the_picture():
    """R = 180 degrees about the optical axis: x and y are mirrored about the centre."""
    centred = K.copy()
    centred[:2, 2] = (W - 1) / 2, (H - 1) / 2
    view = centred.copy()
    view[:2, 2] += 0.25
    lut, valid = rectification_lut(centred, [0] * 5, 'plumb_bob', np.diag([-1.0, -1, 1]),
                                   p_of(view), W, H, W, H)
    np.testing.assert_array_equal(lut, np.arange(W * H)[::-1])
    assert valid.all()


def test_another_size_scales_the_picture():
    """Half the focal length, half the size: four sensor pixels to one."""
    half = np.array([[111.5, 0, 174.5 / 2 + .2], [0, 111.5, 129.0 / 2 + .2], [0, 0, 1]])
    lut, _ = rectification_lut(K, [0] * 5, 'plumb_bob', EYE, p_of(half), W, H, W // 2, H // 2)
    assert lut.max() < W // 2 * (H // 2)
    counts = np.bincount(lut[lut >= 0], minlength=W // 2 * (H // 2)).reshape(H // 2, W // 2)
    assert (counts == 4).all()


def test_equidistant_without_coefficients_is_r_equals_f_theta():
    """A pixel at distance f*theta from the centre goes to f*tan(theta)."""
    view = np.array([[150.0, 0, 173.3], [0, 150.0, 130.4], [0, 0, 1]])
    lut, _ = rectification_lut(K, [0] * 4, 'equidistant', EYE, p_of(view), W, H, W, H)
    x, y = targets(lut)
    for px, py in ((174, 129), (200, 129), (300, 200), (40, 20), (0, 0)):
        dx, dy = px - 174.5, py - 129.0
        r = np.hypot(dx, dy)
        scale = 150.0 * np.tan(r / 223.0) / r
        want_x, want_y = 173.3 + dx * scale, 130.4 + dy * scale
        inside = 0 <= want_x < W and 0 <= want_y < H
        assert (x[py, px], y[py, px]) == ((int(want_x), int(want_y)) if inside else (-1, -1))


@pytest.mark.parametrize('model, d, factor', [
    ('plumb_bob', [-0.2, 0.05, 0, 0, 0], lambda r2: 1 - 0.2 * r2 + 0.05 * r2**2),
    ('rational_polynomial', [0.1, 0, 0, 0, 0, 0.3, 0, 0],
     lambda r2: (1 + 0.1 * r2) / (1 + 0.3 * r2))])
def test_radial_models_by_their_formula(model, d, factor):
    """Distorting the target's corner cell by the formula encloses the sensor pixel."""
    lut, _ = rectification_lut(K, d, model, EYE, p_of(K), W, H, W, H)
    x, y = targets(lut)
    for px, py in ((174, 129), (250, 200), (20, 30), (330, 10)):
        if x[py, px] < 0:
            continue
        corners = np.array([[x[py, px] + i, y[py, px] + j] for i in (0, 1) for j in (0, 1)])
        plane = (corners - K[:2, 2]) / 223.0
        sensor = plane * factor((plane**2).sum(1))[:, None] * 223.0 + K[:2, 2]
        assert sensor[:, 0].min() - 1e-6 <= px <= sensor[:, 0].max() + 1e-6
        assert sensor[:, 1].min() - 1e-6 <= py <= sensor[:, 1].max() + 1e-6


def test_a_polynomial_that_folds_back_gives_no_wrong_pixels():
    """k1 = -1.5 has no inverse at the edge of the sensor: those pixels are left out."""
    k = np.array([[160.0, 0, 173], [0, 160.0, 130], [0, 0, 1]])
    lut, valid = rectification_lut(k, [-1.5, 0, 0, 0, 0], 'plumb_bob', EYE, p_of(k), W, H, W, H)
    x, y = targets(lut)
    assert x[130, 173] >= 0 and (x[0] == -1).all()
    assert valid[130, 173] and not valid[0].any()


def test_directions_behind_the_view_are_left_out():
    """R turns the view away by 80 degrees: most of the sensor is not in it, nothing wraps."""
    a = np.deg2rad(80)
    R = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    lut, valid = rectification_lut(K, [0] * 4, 'equidistant', R, p_of(K), W, H, W, H)
    assert np.count_nonzero(lut >= 0) < 0.2 * W * H
    assert valid.mean() < 0.2


@pytest.mark.parametrize('seed', range(4))
def test_what_the_table_hits_is_valid(seed):
    """The two directions agree, but for the rim that truncation moves by a pixel."""
    rng = np.random.default_rng(seed)
    d = rng.normal(0, 0.03, 4)
    view = K.copy()
    view[:2, 2] += rng.normal(0, 20, 2)
    lut, valid = rectification_lut(K, d, 'equidistant', EYE, p_of(view), W, H, W, H)
    hit = np.zeros(W * H, bool)
    hit[lut[lut >= 0]] = True
    hit = hit.reshape(H, W)
    inner = valid.copy()
    inner[:-1] |= valid[1:]
    inner[:, :-1] |= inner[:, 1:]
    assert not (hit & ~inner).any()


@pytest.mark.parametrize('model, d', [
    ('plumb_bob', [-0.3, 0.1, 0.001, -0.001]), ('plumb_bob', [0.2, -0.05, 0.002, 0.001, 0.01]),
    ('rational_polynomial', [-0.3, 0.1, 0.001, -0.001, -0.01, 0.05, 0.01, 0]),
    ('rational_polynomial', [.1, .1, 0, 0, 0, .05, .01, 0, .001, .002, -.001, .001, .01, -.02]),
    ('equidistant', [-0.02, 0.01, -0.005, 0.001])])
def test_table_and_mask_equal_opencv(model, d):
    """Turned, with another P and a baseline: events as points, the mask as the map of pixels."""
    R, d = cv2.Rodrigues(np.array([0.03, -0.05, 0.02]))[0], np.array(d)
    view = K + [[-20, 0, 3.3], [0, -20, -2.2], [0, 0, 0]]
    lut, valid = rectification_lut(K, d, model, R, np.column_stack([view, [-15.0, 0, 0]]),
                                   W, H, W, H)
    y, x = np.mgrid[:H, :W]
    points = np.stack([x.ravel(), y.ravel()], 1)[:, None].astype(float)
    criteria = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 200, 1e-12)
    if model == 'equidistant':
        moved = cv2.fisheye.undistortPoints(points, K, d, R=R, P=view, criteria=criteria)[:, 0]
        maps = cv2.fisheye.initUndistortRectifyMap(K, d, R, view, (W, H), cv2.CV_32FC1)
    else:
        moved = cv2.undistortPointsIter(points, K, d, R, view, criteria)[:, 0]
        maps = cv2.initUndistortRectifyMap(K, d, R, view, (W, H), cv2.CV_32FC1)
    inside = (moved >= 0).all(1) & (moved < (W, H)).all(1)
    want = np.where(inside, moved[:, 1].astype(int) * W + moved[:, 0].astype(int), -1)
    certain = (np.abs(moved - np.rint(moved)) > 1e-3).all(1)
    np.testing.assert_array_equal(lut[certain], want[certain])
    seen = np.stack(maps, -1) + 0.5
    rim = (np.abs(seen) < 1e-3) | (np.abs(seen - (W, H)) < 1e-3)
    np.testing.assert_array_equal(
        valid[~rim.any(-1)], ((seen >= 0) & (seen < (W, H))).all(-1)[~rim.any(-1)])


@pytest.mark.parametrize('change, named', [
    (dict(K=np.zeros((3, 3))), 'K'), (dict(P=np.zeros((3, 4))), 'P'),
    (dict(R=np.zeros((3, 3))), 'R'), (dict(K=[1, 2, 3]), 'K'),
    (dict(K=np.full((3, 3), np.nan)), 'K'), (dict(D=[1, 2, 3]), 'D'),
    (dict(D=[np.inf] * 5), 'D'), (dict(model='fov'), 'distortion model')])
def test_a_calibration_that_cannot_be_used_is_refused(change, named):
    """An uncalibrated camera sends zeros: an error that names the field, not a black picture."""
    arguments = dict(K=K, D=[0] * 5, model='plumb_bob', R=EYE, P=p_of(K), width=W, height=H,
                     out_width=W, out_height=H)
    with pytest.raises(ConfigError, match=named):
        rectification_lut(**{**arguments, **change})


@pytest.mark.parametrize('model', ['', 'plumb_bob', 'rational_polynomial', 'equidistant', 'fov'])
@pytest.mark.parametrize('n_coefficients', [0, 1, 4, 5, 8, 12, 14])
@pytest.mark.parametrize('value', [0.0, 1e-3])
def test_what_the_camera_accepts_can_be_rectified(model, n_coefficients, value):
    """One rule for both: a calibration without a problem gives a table, any other is refused."""
    camera = CameraModel.from_values(8, 6, [9, 0, 4, 0, 9, 3, 0, 0, 1], [value] * n_coefficients,
                                     model)
    arguments = (camera.k, camera.d, model, camera.r, camera.p, 8, 6, 8, 6)
    if camera.problem() is None:
        assert (rectification_lut(*arguments)[0] >= 0).sum() > 24
    else:
        with pytest.raises(ConfigError) as error:
            rectification_lut(*arguments)
        assert str(error.value) == camera.problem()


def test_flat_lists_as_in_camera_info_are_taken():
    """CameraInfo holds flat lists."""
    nested = rectification_lut(K, [0] * 5, 'plumb_bob', EYE, p_of(K), W, H, W, H)
    flat = rectification_lut(K.ravel().tolist(), [0] * 5, 'plumb_bob', EYE.ravel().tolist(),
                             p_of(K).ravel().tolist(), W, H, W, H)
    np.testing.assert_array_equal(flat[0], nested[0])


def test_the_table_equals_the_published_maps(shared):
    """MVSEC's format: `<scene>_left_x_map.txt` holds the rectified position of each pixel."""
    yaml = pytest.importorskip('yaml')
    folder = shared / 'fixtures' / 'mini_mvsec_calib'
    cam = yaml.safe_load(next(folder.glob('*.yaml')).read_text())['cam0']
    fx, fy, cx, cy = cam['intrinsics']
    lut, _ = rectification_lut([fx, 0, cx, 0, fy, cy, 0, 0, 1], cam['distortion_coeffs'],
                               cam['distortion_model'], cam['rectification_matrix'],
                               cam['projection_matrix'], W, H, W, H)
    map_x = np.loadtxt(next(folder.glob('*left_x_map.txt')))
    map_y = np.loadtxt(next(folder.glob('*left_y_map.txt')))
    inside = (map_x >= 0) & (map_x < W) & (map_y >= 0) & (map_y < H)
    x, y = targets(lut)
    certain = np.ones((H, W), bool)         # the maps are exact to 5e-5 px
    for m in (map_x, map_y):
        certain &= np.abs(m - np.rint(m)) > 1e-3
    assert certain.mean() > 0.98
    np.testing.assert_array_equal((x >= 0)[certain], inside[certain])
    both = certain & inside
    np.testing.assert_array_equal(x[both], np.trunc(map_x[both]))
    np.testing.assert_array_equal(y[both], np.trunc(map_y[both]))
