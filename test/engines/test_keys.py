# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A key holds all that matters, and nothing else."""

from dataclasses import replace
from types import SimpleNamespace

from depthanyevent_ros.engines import keys
from depthanyevent_ros.engines.cache import key_digest
from depthanyevent_ros.engines.graph_weights import GraphTypes
from depthanyevent_ros.engines.keys import engine_key, gpu_key, onnx_key
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.network.weights import find_weights

SPEC = EngineSpec(260, 346, input_height=154, input_width=210, threads=2)
WEIGHTS = find_weights()


def digest(spec=SPEC, weights=WEIGHTS, precision='f32'):
    """Return the digest of an OpenVINO engine's key."""
    return key_digest(engine_key(spec, weights, precision, 'openvino'))


def test_each_thing_that_matters_changes_the_key(monkeypatch):
    """Weights, network, sensor, input, precision, threads, versions, processor, our sources."""
    config = replace(WEIGHTS.config, inv_prediction=False)
    seen = [digest(), digest(weights=replace(WEIGHTS, sha256='0')),
            digest(weights=replace(WEIGHTS, config=config)),
            digest(replace(SPEC, sensor_height=480, sensor_width=640)),
            digest(replace(SPEC, input_height=196, input_width=266)),
            digest(precision='bf16'), digest(replace(SPEC, threads=1))]
    for package in ('torch', 'onnx', 'onnxscript', 'openvino'):
        with monkeypatch.context() as patch:
            patch.setattr(keys, 'version_of', lambda name, p=package: f'{name == p}')
            seen.append(digest())
    for name in ('processor', 'sources_digest'):
        with monkeypatch.context() as patch:
            patch.setattr(keys, name, lambda *_: 'another')
            seen.append(digest())
    assert len(set(seen)) == len(seen)


def test_each_thing_that_matters_changes_the_key_of_a_gpus_engine(monkeypatch):
    """Types, library, GPU, compute capability, our sources, weights."""
    def of(name='A GPU', capability=(9, 0), types=GraphTypes('uint8', 'float16', True),
           version='11.4', sources=('engines/tensorrt/plan.py',), weights=WEIGHTS):
        gpu = SimpleNamespace(name=name, capability=capability)
        return key_digest(gpu_key(SPEC, weights, types, gpu, version, sources))
    seen = [of(), of(name='B GPU'), of(capability=(8, 6)), of(version='11.5'),
            of(types=GraphTypes('uint8', 'float32', True)), of(sources=('engines/clip.py',)),
            of(weights=replace(WEIGHTS, sha256='0'))]
    assert len(set(seen)) == len(seen) and of() == seen[0]


def test_what_does_not_matter_leaves_the_key():
    """Bounds that give the same input size, and the words about the weights."""
    assert digest() == digest(replace(SPEC, input_height=150, input_width=209))
    assert digest() == digest(weights=replace(WEIGHTS, name='other', licence='other', notes=()))
    assert digest() == digest(replace(SPEC, engine='openvino', precision='auto'))


def test_the_exported_network_is_shared_by_the_precisions():
    """Its key knows nothing of engine, precision, threads and processor."""
    key = onnx_key(SPEC, WEIGHTS)
    assert key == onnx_key(replace(SPEC, precision='bf16', threads=1, engine='torch'), WEIGHTS)
    assert not {'precision', 'threads', 'processor', 'openvino'} & set(key)


def test_versions_and_processor_are_known_here():
    """An unknown version would let engines of two versions meet."""
    assert keys.version_of('numpy')[0].isdigit()
    assert keys.version_of('no-such-package') == 'none'
    assert keys.processor()
