# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What decides whether a built engine can be used again."""

from dataclasses import asdict
import functools
import hashlib
from importlib import metadata
from pathlib import Path
import platform
from typing import Any, Dict, Tuple

from depthanyevent_ros.engines.cuda.protocol import Gpu
from depthanyevent_ros.engines.graph_weights import GraphTypes
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.network.input_size import network_size
from depthanyevent_ros.network.weights import Weights

#: The sources that decide what is exported; a change in one makes every engine stale.
PACKAGE = Path(__file__).resolve().parents[1]
SOURCES = ('network/config.py', 'network/conv_lstm.py', 'network/depth_anyevent.py',
           'network/dpt_head.py', 'network/efficientnet.py', 'network/input_size.py',
           'network/preprocess.py', 'network/vit.py', 'engines/clip.py', 'engines/deployed.py',
           'engines/export.py', 'engines/graph_weights.py', 'engines/parity.py',
           'data/clip/windows.npz')


def graph_key(spec: EngineSpec, weights: Weights, types: GraphTypes) -> Dict[str, Any]:
    """Return what an exported graph depends on: network, sizes, types, exporter, our sources."""
    size = network_size(*spec.sensor, *spec.least_input(weights), weights.config.stride)
    return {'model': weights.config.as_dict(), 'sensor': spec.sensor, 'input': size,
            'types': asdict(types), 'sources': sources_digest(SOURCES),
            **{name: version_of(name) for name in ('torch', 'onnx', 'onnxscript')}}


def onnx_key(spec: EngineSpec, weights: Weights, types: GraphTypes = GraphTypes()
             ) -> Dict[str, Any]:
    """Return what a graph with its weights depends on."""
    return {**graph_key(spec, weights, types), 'weights': weights.sha256}


def engine_key(spec: EngineSpec, weights: Weights, precision: str, package: str) -> Dict[str, Any]:
    """Return what an engine depends on beside the network: precision, version, processor..."""
    return {**onnx_key(spec, weights), 'precision': precision, 'threads': spec.thread_count(),
            package: version_of(package), 'processor': processor(),
            'settings': sources_digest((f'engines/{package}_engine.py',))}


def gpu_key(spec: EngineSpec, weights: Weights, types: GraphTypes, gpu: Gpu, version: str,
            sources: Tuple[str, ...]) -> Dict[str, Any]:
    """
    Return what an engine of a GPU depends on: network, types, library, the kind of GPU.

    :param version: of the library; :param sources: of this package, that decide how it is built.
    """
    return {**onnx_key(spec, weights, types), 'version': version, 'gpu': gpu.name,
            'compute capability': list(gpu.capability),
            'settings': sources_digest(sources)}


def version_of(package: str) -> str:
    """Return the installed version of a package, without importing it."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return 'none'


@functools.lru_cache(maxsize=8)
def sources_digest(names: Tuple[str, ...]) -> str:
    """Return a digest over sources of this package."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((PACKAGE / name).read_bytes())
    return digest.hexdigest()[:16]


@functools.lru_cache(maxsize=1)
def processor() -> str:
    """Return the processor's model and a digest of its features."""
    try:
        text = Path('/proc/cpuinfo').read_text()
    except OSError:
        return platform.processor() or platform.machine()
    fields = {}
    for line in text.split('\n\n')[0].splitlines():
        name, _, value = line.partition(':')
        fields[name.strip()] = value.strip()
    features = fields.get('flags') or fields.get('Features', '')
    digest = hashlib.sha256(' '.join(sorted(features.split())).encode()).hexdigest()[:12]
    model = fields.get('model name') or fields.get('CPU part', platform.machine())
    return f'{model} {digest}'
