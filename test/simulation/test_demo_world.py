# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The room of the bundled recording."""

import sys

import numpy as np

from depthanyevent_ros.simulation.camera_paths import CameraPath, Line
from depthanyevent_ros.simulation.demo_world import ComingToRest, demo_world, REST_S
from depthanyevent_ros.simulation.scene import ROOM
from depthanyevent_ros.simulation.worlds import CLEARANCE_M, distance_to_path

STRAIGHT = CameraPath(Line((0.0, 0.0, 0.0), 2.0), np.zeros((1, 6)), np.ones(1), np.zeros(1))


def test_camera_slows_down_evenly_and_stays():
    """By hand: 2 m/s for 1 s, then from 2 to 0 m/s in 0.5 s: 0.5 m more."""
    path = ComingToRest(STRAIGHT, 1.0, 1.5)
    for t_s, z in ((0.0, 0.0), (1.0, 2.0), (1.25, 2.375), (1.5, 2.5), (9.0, 2.5)):
        assert path.pose(t_s)[1].tolist() == [0.0, 0.0, z]


def test_camera_touches_nothing():
    """Nothing but the room comes nearer than in other rooms; the walls are behind everything."""
    world = demo_world(346)
    distance, others = distance_to_path(world.scene, world.path, 2.5), world.scene.kind != ROOM
    assert distance[others].min() >= CLEARANCE_M['room']
    assert np.all(distance[~others] < -0.3)


def test_only_a_person_and_a_ball_move():
    """Three parts and one, at the pace of a walk or a throw."""
    speed = demo_world(346).scene.speed(REST_S)
    assert np.count_nonzero(speed) == 4 and 0.5 < speed[speed > 0].min() <= speed.max() < 4


def test_room_is_the_same_without_photographs(monkeypatch):
    """The package that ships them need not be there."""
    atlas = demo_world(1).scene.atlas
    monkeypatch.setitem(sys.modules, 'skimage', None)
    assert np.array_equal(demo_world(1).scene.atlas, atlas)
