# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Worlds of every kind and motion: in range, in the clear, and the same for a seed."""

import numpy as np
import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.simulation.camera_paths import (
    about_x, about_y, about_z, Ellipse, Halts, Line, make_path, MOTIONS, Still,
)
from depthanyevent_ros.simulation.furniture import table
from depthanyevent_ros.simulation.palette import Palette
from depthanyevent_ros.simulation.scene import CYLINDER, ROOM, Shape
from depthanyevent_ros.simulation.worlds import (
    CLEARANCE_M, distance_to_path, KINDS, make_world, without,
)

DURATION_S = 1.5


@pytest.fixture(scope='module')
def worlds():
    """Return a world of each kind and motion."""
    return {(kind, motion): make_world(kind, motion, np.random.default_rng(7), DURATION_S)
            for kind in KINDS for motion in MOTIONS}


def test_camera_touches_nothing(worlds):
    """No shape but the room around it comes nearer than the clearance."""
    for (kind, _), world in worlds.items():
        distance = distance_to_path(world.scene, world.path, DURATION_S)
        others = world.scene.kind != ROOM
        assert others.sum() > 5
        assert distance[others].min() >= CLEARANCE_M[kind]
        assert np.all(distance[~others] < -0.05)            # inside, off the walls


def test_things_in_the_way_go_as_a_whole():
    """A table of which one leg is in the way leaves no top behind; a room and others stay."""
    rng = np.random.default_rng(0)
    palette = Palette(rng)
    parts = table(rng, palette, 1.0, 2.0)
    room = Shape(ROOM, (0, 0, 0), (3, 1, 3), (palette.plain(),))
    post = Shape(CYLINDER, (1, -1, 1), (0.1, 1, 0.1), (palette.plain(),))
    shapes = [room, *parts, post]
    drop = [True, False, True, *[False] * (len(parts) - 1)]
    assert without(shapes, drop) == [room, post]
    assert without(shapes, [False] * len(shapes)) == shapes


def test_standing_camera_stands_and_things_move(worlds):
    """Within millimetres and milliradians; at least two shapes have a speed."""
    for kind in KINDS:
        world = worlds[kind, 'standing']
        poses = [world.path.pose(t) for t in np.linspace(0, 1.5, 30)]
        assert np.ptp([p for _, p in poses], axis=0).max() < 0.01
        assert all(np.trace(poses[0][0].T @ r) > 3 - 1e-4 for r, _ in poses)
        moving = np.max([world.scene.speed(t) for t in np.linspace(0, 1.5, 16)], axis=0) > 0.1
        assert moving.sum() >= 2


def test_halting_camera_walks_and_rests(worlds):
    """In every kind of scene: faster than a crawl for a while, and later at rest."""
    for kind in KINDS:
        path = make_world(kind, 'halting', np.random.default_rng(3), 4.0).path
        positions = np.array([path.pose(t)[1] for t in np.arange(0, 4.0, 0.01)])
        speed = np.linalg.norm(np.diff(positions, axis=0), axis=1) / 0.01
        assert speed[20:40].min() > 0.2
        assert (speed == 0).sum() > 80


def test_a_clock_that_halts_shows_the_integral_of_its_speed():
    """Trapezoids: 0 to 1 in 0.2 s, 0.6 s at 1, back in 0.2 s, 0.5 s at rest, and again."""
    clock = Halts(1.0, 0.5, 0.2)
    assert clock(0) == 0
    by_hand = {0.1: 0.025, 0.2: 0.1, 0.5: 0.4, 0.8: 0.7, 0.9: 0.775, 1.0: 0.8, 1.4: 0.8, 1.7: 0.9}
    assert [clock(t) for t in by_hand] == pytest.approx(list(by_hand.values()))
    times = np.linspace(0, 4, 4001)
    speed = np.diff([clock(t) for t in times]) * 1000
    assert speed.min() > -1e-9 and speed.max() < 1 + 1e-9


@pytest.mark.parametrize('motion, least, most', [('walking', 0.4, 2.0), ('driving', 3.5, 15.5),
                                                 ('flying', 1.5, 9.5), ('rotating', 0, 0.01)])
def test_speeds_in_a_street_are_those_of_the_motion(worlds, motion, least, most):
    """The mean over the path, m/s."""
    path = worlds['street', motion].path
    positions = np.array([path.pose(t)[1] for t in np.linspace(0, 1.5, 151)])
    speed = np.linalg.norm(np.diff(positions, axis=0), axis=1).mean() / 0.01
    assert least <= speed <= most


def test_rotations_turn_the_right_way():
    """Ahead (z) goes up (-y), to the right (x); right goes down."""
    np.testing.assert_allclose(about_x(0.1) @ [0, 0, 1], [0, -0.09983, 0.995], atol=1e-4)
    np.testing.assert_allclose(about_y(0.1) @ [0, 0, 1], [0.09983, 0, 0.995], atol=1e-4)
    np.testing.assert_allclose(about_z(0.1) @ [1, 0, 0], [0.995, 0.09983, 0], atol=1e-4)


@pytest.mark.parametrize('course', [Line((1, -1, 2), 2.0, 0.7), Ellipse((0, -1, 0), (2, 3), 0.5),
                                    Ellipse((0, -1, 0), (2, 3), -0.5)])
def test_courses_look_where_they_go(course):
    """The direction of the yaw is that of the movement."""
    before, after = course.at(1.0)[0], course.at(1.001)[0]
    yaw = course.at(1.0005)[1]
    way = (after - before) / np.linalg.norm(after - before)
    np.testing.assert_allclose(way, [np.sin(yaw), 0, np.cos(yaw)], atol=1e-5)


def test_path_is_smooth():
    """Orthogonal rotations, no jump between neighbours in time."""
    path = make_path(Still((0, 0, 0)), 'flying', np.random.default_rng(1))
    (a, p), (b, q) = path.pose(0.4), path.pose(0.4005)
    np.testing.assert_allclose(a @ a.T, np.eye(3), atol=1e-12)
    assert np.abs(a - b).max() < 5e-3 and np.abs(p - q).max() < 5e-3


def test_same_seed_gives_the_same_world():
    """Every array of the scene; another seed gives another."""
    one, same, other = (make_world('room', 'walking', np.random.default_rng(seed), 1.0)
                        for seed in (3, 3, 4))
    for name in ('centre', 'half', 'texture', 'low', 'atlas'):
        assert np.array_equal(getattr(one.scene, name), getattr(same.scene, name))
    assert not np.array_equal(one.scene.atlas, other.scene.atlas)
    assert np.array_equal(one.path.pose(0.3)[1], same.path.pose(0.3)[1])


@pytest.mark.parametrize('kind, motion, name', [('cave', 'walking', 'kind'),
                                                ('room', 'crawling', 'motion')])
def test_unknown_names_are_refused(kind, motion, name):
    """The sentence says which and what there is."""
    with pytest.raises(ConfigError, match=name):
        make_world(kind, motion, np.random.default_rng(0), 1.0)
