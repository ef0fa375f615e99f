# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A small network, exported and built once for all tests of the engines."""

from importlib.util import module_from_spec, spec_from_file_location
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from safetensors.torch import save_file

from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.engines.cuda.engine import CudaEngine
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.graph_weights import GRAPH_FILE, GraphTypes
from depthanyevent_ros.engines.onnx_source import OnnxSource
from depthanyevent_ros.engines.presence import what_is_missing
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.engines.tensorrt.session import TensorRTSession
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import seeded_state_dict
from depthanyevent_ros.network.weights import find_weights

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


@pytest.fixture(scope='session')
def fakes():
    """Return the classes of a GPU and a TensorRT made of NumPy."""
    found = {}
    for name in ('cuda/fake_gpu', 'tensorrt/fake_tensorrt'):
        path = (Path(__file__).parent / name).with_suffix('.py')
        spec = spec_from_file_location(path.stem, path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        found.update(vars(module))
    return SimpleNamespace(**found)


@pytest.fixture(scope='session')
def tensorrt_engine(make_spec, cache, fakes):
    """
    Return TensorRT's engine on the fakes, running the small network's real graph.

    Everything but the device's arithmetic is what runs on a GPU; OpenVINO computes the graph.
    """
    spec = make_spec('tensorrt')
    weights = find_weights(spec.weights)
    types = GraphTypes('uint8', 'float32', check=True)
    folder = OnnxSource(spec, weights, cache, print).folder(types)
    gpu = fakes.FakeGpu()
    plan = fakes.GraphPlan(folder / GRAPH_FILE)
    trt = fakes.fake_tensorrt(gpu)
    engine = CudaEngine('tensorrt', spec, weights, 'f32', gpu,
                        lambda: TensorRTSession(gpu, trt, plan.serialize(), None))
    engine.facts = {'input_size': (84, 112), 'parity': None, 'notes': []}
    return engine


def on_a_gpu(name, make_spec, cache):
    """Return an engine of the small network on a real GPU, or skip and say what is missing."""
    missing = what_is_missing(name)
    if missing:
        pytest.skip(missing)
    return make_engine(make_spec(name), cache=cache)


@pytest.fixture(scope='session')
def torch_cuda_gpu_engine(make_spec, cache):
    """Return PyTorch on a GPU."""
    return on_a_gpu('torch_cuda', make_spec, cache)


@pytest.fixture(scope='session')
def tensorrt_gpu_engine(make_spec, cache):
    """Return TensorRT on a GPU."""
    return on_a_gpu('tensorrt', make_spec, cache)


@pytest.fixture(params=['torch', 'openvino', 'tensorrt',
                        pytest.param('torch_cuda_gpu', marks=pytest.mark.gpu),
                        pytest.param('tensorrt_gpu', marks=pytest.mark.gpu)])
def engine(request):
    """Return each engine in turn."""
    return request.getfixturevalue(f'{request.param}_engine')
