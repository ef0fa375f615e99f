# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames with known depth, teachers made of a function, and small ONNX models."""

from pathlib import Path

import numpy as np
import pytest

from depthanyevent_ros.distillation.protocol import Label, METRIC


EXAMPLE = Path(__file__).resolve().parents[3] / 'config' / 'teacher' / 'fastdepth_nyu.yaml'


class Pretend:
    """A teacher that gives what a function makes of the frame."""

    licence = 'a test'

    def __init__(self, function, kind=METRIC, name='pretend'):
        self.function, self.kind, self.name = function, kind, name
        self.seen, self.closed = [], False

    def label(self, grey):
        """Return the function's map, sure of all of it."""
        self.seen.append(grey)
        depth = np.asarray(self.function(grey), np.float32)
        return Label(depth, np.ones_like(depth))

    def close(self):
        """Remember that it was closed."""
        self.closed = True


@pytest.fixture(scope='session')
def pretend():
    """Return the class of teachers made of a function."""
    return Pretend


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch, one_thread):
    """Leave nothing in the user's folder, and take one thread of PyTorch."""
    monkeypatch.setenv('ROS_HOME', str(tmp_path / 'ros_home'))


@pytest.fixture
def frame():
    """Return waves of grey, uint8 [60, 80], from 7 to 247."""
    y, x = np.mgrid[:60, :80]
    return np.rint(127 + 60 * np.sin(x / 7) + 60 * np.cos(y / 5)).astype(np.uint8)


@pytest.fixture(scope='session')
def simulated():
    """Return frames uint8 [N, 260, 346] of three simulated scenes and their depth in metres."""
    from depthanyevent_ros.simulation.dataset import Sequence, simulation_of, windows_of
    made = [window for kind, motion, seed in (('corridor', 'walking', 90_000_001),
                                              ('room', 'flying', 90_000_004),
                                              ('street', 'driving', 90_000_006))
            for window in windows_of(simulation_of(Sequence(kind, motion, seed), 2), 2)]
    return np.stack([each.frame for each in made]), np.stack([each.depth_m for each in made])


@pytest.fixture
def write_onnx(tmp_path):
    """
    Return a maker of ONNX models whose map is 1, 10 and 100 times the channels, summed.

    Or of more maps, of another layout, of one channel or of a fixed size.
    """
    def write(maps=1, channels=3, layout='NCHW', size=('h', 'w'), name='weighted.onnx'):
        import onnx
        from onnx import helper, TensorProto
        weights = np.tile(10.0 ** np.arange(channels), (maps, 1))[:, :, None, None]
        shape = [1, channels, *size] if layout == 'NCHW' else [1, *size, channels]
        nodes = [helper.make_node('Conv', ['picture', 'weights'], ['far'])]
        if layout == 'NHWC':
            nodes = [helper.make_node('Transpose', ['image'], ['picture'], perm=[0, 3, 1, 2])] \
                + nodes
        graph = helper.make_graph(
            nodes, 'weighted',
            [helper.make_tensor_value_info('picture' if layout == 'NCHW' else 'image',
                                           TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info('far', TensorProto.FLOAT, [1, maps, None, None])],
            [helper.make_tensor('weights', TensorProto.FLOAT, weights.shape,
                                weights.astype(np.float32).ravel())])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)
        onnx.save(model, tmp_path / name)
        return tmp_path / name
    return write


@pytest.fixture
def write_description(tmp_path):
    """Return a writer of descriptions with changes; None removes a key."""
    import yaml

    def write(**changes):
        keys = {'model': 'weighted.onnx', 'kind': 'metric', 'licence': 'MIT', 'source': 'a test',
                'size': [60, 80], **changes}
        path = tmp_path / 'weighted.yaml'
        path.write_text(yaml.safe_dump({k: v for k, v in keys.items() if v is not None}))
        return path
    return write


@pytest.fixture
def fastdepth(shared, tmp_path):
    """Return the description of FastDepth that ships, its model beside it; or skip."""
    import yaml
    tree = yaml.safe_load(EXAMPLE.read_text())
    model = shared / 'data' / 'teacher' / tree['model']
    if not model.is_file():
        pytest.skip('FastDepth is not at hand: there is no real ONNX model to try')
    path = tmp_path / EXAMPLE.name
    path.write_text(yaml.safe_dump({**tree, 'model': str(model)}))
    return path
