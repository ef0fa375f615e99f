# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
From weights to a checked TensorRT engine.

TensorRT-RTX builds the plan for real; a runtime on a GPU made of NumPy then runs the same graph.
"""

from dataclasses import replace
import json
from types import SimpleNamespace

import numpy as np
import pytest

from depthanyevent_ros.engines import parity
from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.engines.cache_entry import describe_files
from depthanyevent_ros.engines.clip import recorded_clip
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.graph_weights import GRAPH_FILE, GraphTypes
from depthanyevent_ros.engines.onnx_source import OnnxSource
from depthanyevent_ros.engines.tensorrt import builder as builder_module
from depthanyevent_ros.errors import EngineNotBuilt, EngineRefused, EngineUnavailable
from depthanyevent_ros.errors import NoDeviceMemory
from depthanyevent_ros.network.weights import find_weights

rtx = pytest.importorskip('tensorrt_rtx_bindings',
                          reason='TensorRT-RTX has wheels for x86-64 alone')


class HalfRealTensorRT(SimpleNamespace):
    """The builder of TensorRT-RTX with a runtime that takes no plan but computes a graph."""

    def __getattr__(self, name):
        return getattr(rtx, name)


@pytest.fixture
def machine(monkeypatch, fakes, make_spec, cache):
    """Return a machine with a GPU and TensorRT; ``gpu`` and ``trt`` may be changed."""
    spec = make_spec('tensorrt')
    source = OnnxSource(spec, find_weights(spec.weights), cache, print)
    graph = source.folder(GraphTypes('uint8', 'float32', check=True)) / GRAPH_FILE

    class Runtime(fakes.Runtime):
        def deserialize_cuda_engine(self, plan):
            return None if plan.endswith(b'damaged') else \
                fakes.FakeEngine(self.gpu, fakes.GraphPlan(graph))

    found = SimpleNamespace(gpu=fakes.FakeGpu())
    found.trt = HalfRealTensorRT(__version__='11.4.0.106', Runtime=lambda _: Runtime(found.gpu),
                                 nptype=lambda dtype: dtype)
    found.trt.TensorIOMode = SimpleNamespace(INPUT=fakes.INPUT, OUTPUT=fakes.OUTPUT)
    monkeypatch.setattr(builder_module, 'find_gpu', lambda: found.gpu)
    monkeypatch.setattr(builder_module, 'load_tensorrt', lambda driver: found.trt)
    return found


@pytest.fixture
def own_cache(cache, tmp_path):
    """Return a cache of its own that knows the exported graphs."""
    for folder in cache.root.glob('[go][rn]*'):         # graph-*, onnx-*
        (tmp_path / folder.name).symlink_to(folder)
    return EngineCache(tmp_path)


def build(spec, cache):
    """Return the engine and what was said."""
    said = []
    return make_engine(spec, said.append, cache), said


def test_weights_become_a_checked_engine(machine, make_spec, own_cache, torch_engine):
    """Compiled, compared over 24 windows, loaded; it computes what PyTorch does."""
    engine, said = build(make_spec('tensorrt'), own_cache)
    facts = engine.describe()
    assert facts['engine'] == 'tensorrt' and facts['precision'] == 'f32'
    assert facts['parity']['steps'] == 24 and facts['parity']['depth_mean'] < 1e-4
    assert facts['input_size'] == (84, 112)
    assert any(each.startswith('compiling for Fake GPU with TensorRT 11.4') for each in said)
    state = expected_state = None
    for image in recorded_clip(96, 128)[:4]:
        depth, state = engine.step(image, state)
        expected, expected_state = torch_engine.step(image, expected_state)
    np.testing.assert_allclose(depth, expected, rtol=1e-3)
    engine.close()
    assert machine.gpu.n_used == 0


def test_the_next_start_builds_nothing(machine, make_spec, own_cache):
    """Plan and comparison come from the cache."""
    build(make_spec('tensorrt'), own_cache)
    engine, said = build(make_spec('tensorrt'), EngineCache(own_cache.root, may_build=False))
    assert engine.name == 'tensorrt' and said == []


def test_an_update_of_tensorrt_or_another_gpu_builds_anew_and_says_why(machine, make_spec,
                                                                       own_cache):
    """A plan belongs to one version and one kind of GPU."""
    build(make_spec('tensorrt'), own_cache)
    machine.trt.__version__ = '11.5.0.1'
    with pytest.raises(EngineNotBuilt):
        make_engine(make_spec('tensorrt'), cache=EngineCache(own_cache.root, may_build=False))
    _, said = build(make_spec('tensorrt'), own_cache)
    assert any('version was 11.4.0.106 in the cache and is 11.5.0.1' in each for each in said)
    machine.gpu.name = 'Other GPU'
    _, said = build(make_spec('tensorrt'), own_cache)
    assert any('gpu was Fake GPU in the cache and is Other GPU' in each for each in said)


def test_a_plan_that_is_not_taken_is_built_again(machine, make_spec, own_cache):
    """Such as one that another machine wrote into a shared folder."""
    engine, _ = build(make_spec('tensorrt'), own_cache)
    plan, = own_cache.root.glob('tensorrt-*/network.plan')
    content = plan.read_bytes()
    plan.write_bytes(content[:-7] + b'damaged')
    entry = json.loads((plan.parent / 'entry.json').read_text())
    entry['files']['network.plan'] = describe_files(plan.parent)['network.plan']
    (plan.parent / 'entry.json').write_text(json.dumps(entry))
    engine, said = build(make_spec('tensorrt'), own_cache)
    assert 'cannot be used and is built again: TensorRT does not take the plan' in said[0]
    assert engine.name == 'tensorrt' and not plan.read_bytes().endswith(b'damaged')


def test_an_engine_above_its_bound_is_refused_and_the_refusal_kept(machine, make_spec, own_cache,
                                                                   monkeypatch):
    """A second start does not compile it again to find the same."""
    monkeypatch.setitem(parity.BOUNDS, 'f32', parity.Bound(0.0, 0.0, 0.0, 0.0))
    for may_build in (True, False):
        with pytest.raises(EngineRefused, match='the tensorrt engine in f32 is not used'):
            make_engine(make_spec('tensorrt'), cache=EngineCache(own_cache.root,
                                                                 may_build=may_build))
    stored, = own_cache.root.glob('tensorrt-*/parity.json')
    assert json.loads(stored.read_text())['steps'] == 24


def test_a_build_that_fails_leaves_nothing(machine, make_spec, own_cache, monkeypatch):
    """The next start finds a clean cache."""
    def fail(self, *_):
        raise EngineUnavailable('TensorRT could not build the network')
    monkeypatch.setattr(builder_module.PlanBuilder, 'build', fail)
    with pytest.raises(EngineUnavailable, match='could not build the network'):
        make_engine(make_spec('tensorrt'), cache=own_cache)
    assert not list(own_cache.root.glob('tensorrt-*/')) and not list(
        own_cache.root.glob('.building-*'))


def test_a_weight_that_tensorrt_does_not_find_fails_the_build(
        machine, make_spec, own_cache, monkeypatch):
    """It could not be updated; the sentence names it."""
    places = builder_module.read_places

    def with_one_more(folder):
        found = places(folder)
        return [*found, replace(found[0], name='depth_head.lost.weight')]
    monkeypatch.setattr(builder_module, 'read_places', with_one_more)
    with pytest.raises(EngineUnavailable, match='finds no weights depth_head.lost.weight'):
        make_engine(make_spec('tensorrt'), cache=own_cache)


def test_float32_is_not_rounded_to_tf32_and_the_plan_has_no_marks(
        machine, make_spec, own_cache, monkeypatch):
    """Both are TensorRT's, and are looked at where the plan is built."""
    seen = {}

    class Builder(rtx.Builder):
        def build_serialized_network(self, network, config):
            seen['tf32'] = config.get_flag(rtx.BuilderFlag.TF32)
            seen['marked'] = network.are_weights_marked_refittable(seen['name'])
            return super().build_serialized_network(network, config)
    places = builder_module.read_places

    def note(folder):
        seen['name'] = places(folder)[0].name
        return places(folder)
    monkeypatch.setattr(builder_module, 'read_places', note)
    machine.trt.Builder = Builder
    build(make_spec('tensorrt'), own_cache)
    assert seen['tf32'] is False and seen['marked'] is False


def test_a_lack_of_memory_throws_no_plan_away(machine, make_spec, own_cache, monkeypatch, fakes):
    """Minutes of compiling are not done again because another program holds the memory."""
    build(make_spec('tensorrt'), own_cache)
    plan, = own_cache.root.glob('tensorrt-*/network.plan')
    monkeypatch.setattr(fakes.FakeEngine, 'create_execution_context', lambda self: None)
    with pytest.raises(NoDeviceMemory, match='no memory left'):
        make_engine(make_spec('tensorrt'), cache=own_cache)
    assert plan.is_file()


def test_half_precision_is_what_auto_takes(machine, make_spec, own_cache):
    """GPUs are made for it."""
    spec = replace(make_spec('tensorrt'), precision='auto')
    builder = builder_module.TensorRTBuilder(spec, find_weights(spec.weights), own_cache, print)
    assert builder.precision == 'f16' and builder.types == GraphTypes('uint8', 'float16', True)
