# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A small network, exported and built once for all tests of the engines."""

import json

import pytest
from safetensors.torch import save_file

from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import seeded_state_dict

HEIGHT, WIDTH = 96, 128


@pytest.fixture(scope='session', autouse=True)
def ros_home(tmp_path_factory):
    """Keep what the package remembers of these weights out of the user's folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('ROS_HOME', str(tmp_path_factory.mktemp('ros_home')))
        yield


@pytest.fixture(scope='session')
def small_weights(tmp_path_factory):
    """Return the paths of small weights, with memory (True) and without (False)."""
    folder = tmp_path_factory.mktemp('weights')
    paths = {}
    for recurrent in (True, False):
        config = ModelConfig(encoder='vitt', model_type='RecDAv2' if recurrent else 'DAv2')
        paths[recurrent] = str(folder / f'small-{config.model_type}.safetensors')
        save_file(seeded_state_dict(config, 7), paths[recurrent],
                  {'config': json.dumps({'model': config.as_dict()})})
    return paths


@pytest.fixture(scope='session')
def cache(tmp_path_factory):
    """Return a cache that starts empty."""
    return EngineCache(tmp_path_factory.mktemp('cache'))


@pytest.fixture(scope='session')
def make_spec(small_weights):
    """Return a function that names an engine for the small network."""
    def make(engine='openvino', precision='f32', recurrent=True, **changes):
        return EngineSpec(**{**dict(
            sensor_height=HEIGHT, sensor_width=WIDTH, input_height=84, input_width=112, threads=1,
            weights=small_weights[recurrent], engine=engine, precision=precision), **changes})
    return make


@pytest.fixture(scope='session')
def openvino_engine(make_spec, cache):
    """Return the small network in OpenVINO, f32."""
    return make_engine(make_spec(), cache=cache)


@pytest.fixture(scope='session')
def torch_engine(make_spec):
    """Return the small network in PyTorch."""
    return make_engine(make_spec('torch'))


@pytest.fixture(params=['torch', 'openvino'])
def engine(request):
    """Return each engine in turn."""
    return request.getfixturevalue(f'{request.param}_engine')
