# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The torch twin sees what the numba version sees."""

import numpy as np
import pytest
import torch

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.simulation.camera_paths import MOTIONS
from depthanyevent_ros.simulation.dataset import windows_of
from depthanyevent_ros.simulation.optics import tiled_rays
from depthanyevent_ros.simulation.pacing import sample
from depthanyevent_ros.simulation.pixels import EventPixels, PixelParameters
from depthanyevent_ros.simulation.placing import place
from depthanyevent_ros.simulation.ray_caster import RayCaster
from depthanyevent_ros.simulation.simulator import Simulation
from depthanyevent_ros.simulation.torch_twin.noise import Noise, STEPS
from depthanyevent_ros.simulation.torch_twin.pace import Paces
from depthanyevent_ros.simulation.torch_twin.paths import CameraPaths
from depthanyevent_ros.simulation.torch_twin.pixels import TorchPixels
from depthanyevent_ros.simulation.torch_twin.ray_caster import TorchRayCaster
from depthanyevent_ros.simulation.torch_twin.stage import Stage
from depthanyevent_ros.simulation.torch_twin.windows import TwinWindows
from depthanyevent_ros.simulation.variety import Setup
from depthanyevent_ros.simulation.worlds import make_world

CAMERA = CameraModel.from_values(87, 65, [63, 0, 43.5, 0, 63, 32.7, 0, 0, 1],
                                 [-0.32, 0.11, 0.0004, -0.0006, 0.0], 'plumb_bob')
PLACES = [('room', 'walking'), ('corridor', 'flying'), ('street', 'rotating')]
TIMES_S = (0.0, 0.21, 0.4)


@pytest.fixture(scope='module', params=['cpu', pytest.param('cuda', marks=pytest.mark.skipif(
    not torch.cuda.is_available(), reason='no GPU that torch can use'))])
def device(request):
    """Return where the twin runs."""
    return request.param


@pytest.fixture(scope='module')
def worlds():
    """Return a world of each kind."""
    return [make_world(*place, np.random.default_rng(6), 0.5) for place in PLACES]


@pytest.fixture(scope='module')
def twin(worlds, device):
    """Return brightness and depth of three worlds at three times, in one go."""
    stage = Stage(worlds)
    caster = TorchRayCaster(stage, [CAMERA] * 3, device)
    return [part.cpu() for part in caster.look(stage.at(TIMES_S))]


@pytest.mark.parametrize('which', range(3), ids=[kind for kind, _ in PLACES])
def test_pictures_and_depth_agree(which, worlds, twin):
    """Depth to 1e-4 and brightness to 2e-3, but for pixels on outlines."""
    world = worlds[which]
    picture, depth_m = RayCaster(world.scene, tiled_rays(CAMERA)).look(
        TIMES_S[which], *world.path.pose(TIMES_S[which]))
    other, other_m = (part[which].numpy() for part in twin)
    assert np.array_equal(np.isinf(depth_m), np.isinf(other_m)) or np.mean(
        np.isinf(depth_m) != np.isinf(other_m)) < 2e-3
    both = np.isfinite(depth_m) & np.isfinite(other_m)
    assert np.mean(np.abs(depth_m[both] / other_m[both] - 1) > 1e-4) < 3e-3
    assert np.mean(np.abs(picture - other) > 2e-3) < 1e-2


def test_a_picture_does_not_depend_on_its_batch(worlds, twin, device):
    """Alone or with others, the same but for rounding."""
    stage = Stage(worlds[1:2])
    alone, _ = TorchRayCaster(stage, [CAMERA], device).look(stage.at(TIMES_S[1:2]))
    np.testing.assert_allclose(alone[0].cpu().numpy(), twin[0][1].numpy(), atol=1e-4)


def test_paths_side_by_side_are_those_of_each():
    """Every motion in a room and in a street, at times of their own, halts included."""
    paths = [make_world(kind, motion, np.random.default_rng(7), 4.0).path
             for kind in ('room', 'street') for motion in MOTIONS]
    for times_s in np.random.default_rng(0).uniform(0, 4, (20, len(paths))):
        rotations, positions = CameraPaths(paths).pose(times_s)
        for path, t_s, rotation, position in zip(paths, times_s, rotations, positions):
            expected, at = path.pose(t_s)
            np.testing.assert_allclose(rotation, expected, atol=1e-13)
            np.testing.assert_allclose(position, at, atol=1e-11)


def test_worlds_side_by_side_are_placed_as_each_alone(worlds):
    """In another order, with gaps; what moves and turns included."""
    stage = Stage(worlds)
    placement, speeds = stage.at(TIMES_S), stage.speed(TIMES_S)
    for b, (world, t_s) in enumerate(zip(worlds, TIMES_S)):
        placed = place(world.scene, t_s, *world.path.pose(t_s))
        there = stage.own[b] >= 0
        assert sorted(stage.own[b][there]) == list(range(len(world.scene.kind)))
        for name in ('centre', 'axes', 'linear', 'origin', 'light'):
            np.testing.assert_allclose(getattr(placement, name)[b][there],
                                       getattr(placed, name)[stage.own[b][there]],
                                       rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(speeds[b][there], world.scene.speed(t_s)[stage.own[b][there]])
        assert not speeds[b][~there].any()


def test_steps_side_by_side_are_those_of_each():
    """To a microsecond, which is what rounding may change."""
    simulations = [Simulation(kind, motion, 3, 0.05) for kind, motion in PLACES]
    t_s = np.array(TIMES_S) / 10
    stage = Stage([s.world for s in simulations])
    depths_m = [s._look(round(t * 1e6))[1] for s, t in zip(simulations, t_s)]
    steps = Paces(stage, [s.pace for s in simulations], np.stack(
        [s._caster.rays.view for s in simulations])).step_us(
            t_s, stage.at(t_s), np.stack([sample(depth_m) for depth_m in depths_m]))
    for step_us, s, t, depth_m in zip(steps, simulations, t_s, depths_m):
        assert abs(step_us - s.pace.step_us(t, s.world.path.pose(t), sample(depth_m),
                                            s._caster.nearest_m)) <= 1


def test_noise_of_a_sensor_is_that_of_its_generator(device):
    """Step by step the same numbers, though many steps are drawn at once."""
    noise = Noise([5, 6], 6, 8, device)
    random = torch.Generator(device).manual_seed(6)
    drawn = [torch.stack(noise.draw(), 1)[1].clone() for _ in range(2 * STEPS)]
    expected = torch.cat([torch.rand((STEPS, 3, 6, 8), generator=random, device=device)
                          for _ in range(2)])
    assert torch.equal(torch.stack(drawn), expected)


def test_pixels_fire_as_the_numba_version_does(device):
    """Flicker without noise: the number of events, and time and polarity of the last, agree."""
    kinds = (PixelParameters(shot_hz=0.0, hot_share=0.0),
             PixelParameters(threshold_on=0.15, refractory_us=900, shot_hz=0.0, hot_share=0.0))
    sensors = [EventPixels(p, 30, 20, np.random.default_rng(i)) for i, p in enumerate(kinds)]
    twin = TorchPixels(sensors, device)
    rng = np.random.default_rng(5)
    pictures = rng.random((2, 20, 30), np.float32) ** 2
    for sensor, picture in zip(sensors, pictures):
        sensor.start(picture, 0)
    twin.start(torch.from_numpy(pictures).to(device))
    events, t_us = [[], []], np.zeros(2, np.int64)
    for _ in range(30):
        t_us = t_us + rng.integers(200, 3000, 2)
        pictures = np.clip(pictures * rng.uniform(0.7, 1.4, pictures.shape), 0.001, 1)
        pictures = pictures.astype(np.float32)
        for found, sensor, picture, t in zip(events, sensors, pictures, t_us.tolist()):
            found.append(sensor.look(picture, t))
        twin.look(torch.from_numpy(pictures).to(device), torch.from_numpy(t_us))
    for b, found in enumerate(events):
        found = np.concatenate(found)
        number, last_us = np.zeros((20, 30), int), np.full((20, 30), -1)
        np.add.at(number, (found['y'], found['x']), 1)
        last_us[found['y'], found['x']] = found['t_ns'] // 1000
        assert len(found) > 1000
        assert np.mean(number != twin.n_events[b].cpu().numpy()) < 0.01
        assert np.mean(np.abs(last_us - twin.last_us[b].cpu().numpy()) > 1) < 0.01


def test_noise_resets_a_ready_pixel_only():
    """A pixel in its refractory period stays silent."""
    twin = TorchPixels([EventPixels(PixelParameters(), 2, 1, np.random.default_rng(0))])
    twin._free_us[0, 0, 0] = 500
    everywhere, at = torch.ones((1, 1, 2), dtype=torch.bool), torch.full((1, 1, 2), 400)
    twin.add_noise(everywhere, at, everywhere)
    assert twin.n_events.tolist() == [[[0, 1]]] and twin.last_us.tolist() == [[[-1, 400]]]
    assert twin._change[0, 0, 1] == 0 and twin._change[0, 0, 0] != 0


def test_windows_are_those_of_the_numba_version(device):
    """Two sequences side by side: depth, number of events and pictures, nearly everywhere."""
    setup = Setup(PixelParameters(threshold_on=0.12, threshold_off=0.12, shot_hz=0.0,
                                  hot_share=0.0, leak_hz=0.3))
    ones, others = ([Simulation('corridor', 'standing', seed, 0.06, setup, most_pixels=10.0)
                     for seed in (3, 4)] for _ in range(2))
    made = list(TwinWindows(ones, device).windows(1))
    assert sorted((w.sequence, w.stamp_ns) for w in made) == [(0, 50_000_000), (1, 50_000_000)]
    for window in made:
        expected, = windows_of(others[window.sequence], 1)
        assert np.mean(np.abs(window.depth_m.cpu().numpy() / expected.depth_m - 1) > 1e-4) < 3e-3
        assert window.n_events == pytest.approx(expected.window.n_events, rel=0.1)
        assert np.mean(np.abs(window.image.cpu().numpy() - expected.window.image) > 0.05) < 0.01


def test_noise_does_not_depend_on_the_batch(device):
    """A data set that is continued, or made in other portions, is the same but for rounding."""
    def simulation(seed):
        return Simulation('corridor', 'standing', seed, 0.06, most_pixels=10.0)
    together = {w.sequence: w for w in TwinWindows([simulation(3), simulation(4)],
                                                   device).windows(1)}
    alone, = TwinWindows([simulation(4)], device).windows(1)
    assert together[1].n_events == pytest.approx(alone.n_events, rel=2e-3)
    differs = (together[1].image - alone.image).abs() > 1e-3
    assert differs.float().mean() < 1e-3
