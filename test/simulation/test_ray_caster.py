# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ray caster: depth and light by hand, and against a plain version."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.simulation.atlas import make_atlas
from depthanyevent_ros.simulation.camera_paths import about_x, about_y
from depthanyevent_ros.simulation.optics import davis346, pixel_rays, tiled_rays
from depthanyevent_ros.simulation.ray_caster import RayCaster
from depthanyevent_ros.simulation.scene import (
    BOX, CYLINDER, ELLIPSOID, Light, make_scene, Motion, ROOM, Shape, Surface,
)

#: 1 px is 0.01 rad in the middle; (50, 35) is straight ahead.
CAMERA = CameraModel.from_values(101, 71, [100, 0, 50, 0, 100, 35, 0, 0, 1],
                                 [-0.3, 0.1, 0, 0, 0], 'plumb_bob')
AHEAD = (35, 50)
ATLAS = make_atlas([np.full((256, 256), 0.5, np.float32)])
HERE = np.eye(3), np.zeros(3)
LIGHT = Light((0.0, -0.6, -0.8), 0.4, 0.9, 0.9)


def plain(value):
    """Return a surface without texture."""
    return (Surface(0, (1.0, 1.0), value, value),)


def look(shapes, t_s=0.0, pose=HERE, light=LIGHT, parallel=False):
    """Return brightness and depth of shapes."""
    scene = make_scene(shapes, light, ATLAS)
    return RayCaster(scene, tiled_rays(CAMERA), parallel).look(t_s, *pose)


def test_depth_is_along_the_optical_axis():
    """A wall across the view is at 3 m in all of the picture, not farther in the corners."""
    _, depth_m = look([Shape(BOX, (0, 0, 4), (50, 50, 1), plain(0.5))])
    np.testing.assert_allclose(depth_m, 3.0, rtol=1e-6)


@pytest.mark.parametrize('kind, expected', [(BOX, 2.6), (ELLIPSOID, 2.6), (CYLINDER, 2.6)])
def test_shapes_begin_half_their_depth_before_their_centre(kind, expected):
    """Half sizes 0.3, 0.5, 0.4 at 3 m, seen from the front."""
    _, depth_m = look([Shape(kind, (0, 0, 3), (0.3, 0.5, 0.4), plain(0.5))])
    assert depth_m[AHEAD] == pytest.approx(expected, rel=1e-6)
    assert np.isinf(depth_m[0, 0])


def test_lid_of_a_cylinder_is_flat():
    """Seen from above: 2 m to the lid wherever the round is met."""
    _, depth_m = look([Shape(CYLINDER, (0, 3, 0), (0.5, 1.0, 0.5), plain(0.5))],
                      pose=(about_x(-np.pi / 2), np.zeros(3)))
    assert np.isfinite(depth_m).any()
    np.testing.assert_allclose(depth_m[np.isfinite(depth_m)], 2.0, rtol=1e-5)


def test_room_is_seen_from_inside_and_hides_nothing():
    """The far wall at 4 m, and a ball in front of it."""
    room = Shape(ROOM, (0, 0, 1), (2, 1.5, 3), plain(0.5))
    assert look([room])[1][AHEAD] == pytest.approx(4.0, rel=1e-6)
    ball = Shape(ELLIPSOID, (0, 0, 2), (0.2, 0.2, 0.2), plain(0.5))
    assert look([room, ball])[1][AHEAD] == pytest.approx(1.8, rel=1e-6)


def test_ground_under_the_camera_is_seen_from_the_feet_to_the_horizon():
    """A box that the plane of the camera cuts: depth is height over slope, sky above."""
    _, depth_m = look([Shape(BOX, (0, 2.5, 0), (900, 1, 900), plain(0.5))])
    slope = pixel_rays(CAMERA)[:, 50, 1]
    below = slope > 0.02
    np.testing.assert_allclose(depth_m[below, 50], 1.5 / slope[below], rtol=1e-4)
    assert np.all(np.isinf(depth_m[slope < 0, 50]))


def test_what_is_behind_or_too_near_is_not_seen():
    """A box behind the camera leaves the sky."""
    picture, depth_m = look([Shape(BOX, (0, 0, -3), (1, 1, 1), plain(0.5))])
    assert np.all(np.isinf(depth_m)) and np.all(picture > 0.5)


def test_light_follows_lambert():
    """By hand: the front faces the light by 0.8: 0.5 (0.4 + 0.6 x 0.8) = 0.44."""
    picture, _ = look([Shape(BOX, (0, 0, 4), (50, 50, 1), plain(0.5))])
    np.testing.assert_allclose(picture, 0.44, rtol=1e-5)
    away = Light((0.0, 0.0, 1.0), 0.4)
    picture, _ = look([Shape(BOX, (0, 0, 4), (50, 50, 1), plain(0.5))], light=away)
    np.testing.assert_allclose(picture, 0.2, rtol=1e-5)


def test_shapes_move_as_told():
    """1 m/s towards the camera, and a swing of 0.5 m at its peak."""
    box = Shape(BOX, (0, 0, 6), (3, 3, 1), plain(0.5), motion=Motion(velocity=(0, 0, -1)))
    assert look([box], 2.0)[1][AHEAD] == pytest.approx(3.0, rel=1e-6)
    box = box._replace(motion=Motion(swing=(0, 0, 0.5), swing_hz=0.5))
    assert look([box], 0.5)[1][AHEAD] == pytest.approx(5.5, rel=1e-6)


def clutter(seed, n=40):
    """Return shapes of all kinds anywhere, some cut by the plane of the camera."""
    rng = np.random.default_rng(seed)
    shapes = [Shape(ROOM, (0, 0, 1), (6, 3, 8), tuple(
        plain(v)[0] for v in rng.uniform(0.2, 0.9, 6)))]
    for _ in range(n):
        centre = rng.uniform((-5, -2, -2), (5, 2, 7))
        half = rng.uniform(0.05, 0.7, 3)
        if np.linalg.norm(centre) > np.linalg.norm(half) + 0.1:
            kind = int(rng.choice([BOX, ELLIPSOID, CYLINDER]))
            shapes.append(Shape(kind, tuple(centre), tuple(half), tuple(
                plain(v)[0] for v in rng.uniform(0.2, 0.9, 6 if kind == BOX else 1)),
                rng.uniform(0, 6), rng.uniform(0, 6),
                Motion(tuple(rng.normal(0, 0.1, 3)), yaw_rate=rng.normal())))
    return shapes


@pytest.mark.parametrize('seed', range(3))
def test_depth_and_light_agree_with_a_plain_version(seed, plain_rays):
    """Forty shapes in a room, all but the pixels on outlines."""
    scene = make_scene(clutter(seed), LIGHT, ATLAS)
    pose = about_y(0.4 * seed) @ about_x(0.1), np.array([0.05, -0.02, 0.03])
    picture, depth_m = RayCaster(scene, tiled_rays(CAMERA)).look(0.3, *pose)
    expected_m, light = plain_rays.plain_look(scene, pixel_rays(CAMERA).reshape(-1, 2), 0.3, *pose)
    differs = np.abs(depth_m.ravel() / expected_m - 1) > 1e-4
    assert differs.mean() < 2e-3
    blurred = cv2.sepFilter2D(light.reshape(picture.shape), -1, np.array([1, 2, 1]) / 4,
                              np.array([1, 2, 1]) / 4, borderType=cv2.BORDER_REPLICATE)
    near_outline = cv2.dilate(differs.reshape(picture.shape).astype(np.uint8), np.ones((3, 3)))
    wrong = (np.abs(picture - blurred) > 1e-3) & (near_outline == 0)
    assert wrong.mean() < 5e-3


def test_all_cores_give_the_same_picture():
    """To the last bit."""
    one, many = (look(clutter(5), parallel=parallel) for parallel in (False, True))
    assert np.array_equal(one[0], many[0]) and np.array_equal(one[1], many[1])


def counted(caster):
    """Return the numbers of tiles that a caster casts from now on, as they come."""
    numbers, cast = [], caster._cast

    def count(tiles, *args):
        numbers.append(len(tiles))
        cast(tiles, *args)
    caster._cast = count
    return numbers


def test_casting_what_changed_is_the_same_as_casting_everything():
    """To the last bit: a still camera among things that move, turn and rest."""
    shapes = clutter(7, 60)
    shapes = [s if i % 5 == 0 else s._replace(motion=Motion()) for i, s in enumerate(shapes)]
    shapes[0] = shapes[0]._replace(motion=Motion())
    scene, rays = make_scene(shapes, LIGHT, ATLAS), tiled_rays(CAMERA)
    caster = RayCaster(scene, rays)
    numbers = counted(caster)
    for t_s in (0.0, 0.004, 0.02, 0.5):
        anew = RayCaster(scene, rays).look(t_s, *HERE)
        assert all(np.array_equal(a, b) for a, b in zip(caster.look(t_s, *HERE), anew))
    assert numbers[0] == len(rays.x) and 0 < max(numbers[1:]) < len(rays.x)


def test_nothing_is_cast_where_nothing_moves():
    """And everything once the camera does, be it by a hair."""
    shapes = [s._replace(motion=Motion()) for s in clutter(8)]
    caster = RayCaster(make_scene(shapes, LIGHT, ATLAS), tiled_rays(CAMERA))
    numbers = counted(caster)
    first, second = caster.look(0.0, *HERE), caster.look(0.1, *HERE)
    assert all(np.array_equal(a, b) for a, b in zip(first, second)) and len(numbers) == 1
    caster.look(0.2, np.eye(3), np.array([1e-4, 0.0, 0.0]))
    assert numbers[0] == numbers[1]
    caster.look(0.3, about_y(1e-4), np.array([1e-4, 0.0, 0.0]))
    assert numbers[2] == numbers[1]


def test_pictures_are_ones_own():
    """What was returned is not changed by the pictures after it."""
    caster = RayCaster(make_scene(clutter(9), LIGHT, ATLAS), tiled_rays(CAMERA))
    first = caster.look(0.0, *HERE)
    kept = [part.copy() for part in first]
    caster.look(0.5, *HERE)
    assert all(np.array_equal(a, b) for a, b in zip(first, kept))


def test_rays_undo_the_distortion():
    """Projecting the rays by OpenCV's own model gives the pixels back."""
    for camera in (CAMERA, davis346()):
        rays = pixel_rays(camera).reshape(-1, 2)
        points, _ = cv2.projectPoints(np.column_stack([rays, np.ones(len(rays))]), np.zeros(3),
                                      np.zeros(3), camera.k, camera.d)
        rows, columns = np.indices((camera.height, camera.width))
        pixels = np.stack([columns, rows], axis=-1).reshape(-1, 2)
        assert np.abs(points[:, 0] - pixels).max() < 1e-3
