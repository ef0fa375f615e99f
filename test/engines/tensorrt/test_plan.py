# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
TensorRT-RTX reads and compiles the real graphs, without a GPU.

It proves that the graphs are valid and strongly typed, and that every weight can be addressed by
its name; it says nothing of speed, of numbers, or of the full TensorRT.
"""

import pytest

from depthanyevent_ros.engines.graph_weights import GRAPH_FILE, GraphTypes, read_places
from depthanyevent_ros.engines.onnx_source import OnnxSource
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.engines.tensorrt.plan import io_names, PlanBuilder
from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.network.weights import find_weights

trt = pytest.importorskip('tensorrt_rtx_bindings',
                          reason='TensorRT-RTX has wheels for x86-64 alone')

VITS = 'untrained-vits-r'
#: Sensor (or crop), weights, least input: of the presets in config/.
PRESETS = {
    'davis346': (260, 346, 'default', 0, 0),
    'davis346_fast': (260, 346, VITS, 126, 168),
    'mvsec': (260, 346, VITS, 266, 350),
    'dsec': (320, 640, VITS, 322, 644),
    'vga': (480, 640, VITS, 266, 350),
}


def spec_of(preset: str) -> EngineSpec:
    """Return what a preset asks for."""
    sensor_height, sensor_width, weights, height, width = PRESETS[preset]
    return EngineSpec(sensor_height, sensor_width, weights=weights, input_height=height,
                      input_width=width)


def source_of(spec: EngineSpec, cache) -> OnnxSource:
    """Return where its graphs come from."""
    return OnnxSource(spec, find_weights(spec.weights), cache, lambda sentence: None)


@pytest.mark.slow
@pytest.mark.parametrize('inside', ['float16', 'float32'])
@pytest.mark.parametrize('preset', PRESETS)
def test_the_graph_of_a_preset_is_compiled(preset, inside, cache):
    """The whole network with its weights, an 8-bit image, the states and the check."""
    said = []
    folder = source_of(spec_of(preset), cache).folder(GraphTypes('uint8', inside, check=True))
    builder = PlanBuilder(trt, folder / GRAPH_FILE, said.append)
    names = io_names(builder.network)
    assert names[0] == 'image' and names[-1] == 'check' and len(names) == 19
    weights = [place.name for place in read_places(folder)]
    builder.refuse_unknown_weights(weights)
    builder.unmark_weights(weights)
    plan = builder.build()
    size = sum(place.nbytes for place in read_places(folder))
    assert len(plan) > 0.9 * size
    assert any('of' in sentence for sentence in said)       # the progress is shown


@pytest.fixture
def small(make_spec, cache):
    """Return the folder of a small graph."""
    return source_of(make_spec(), cache).folder(GraphTypes('uint8', 'float32', check=True))


def test_weights_that_tensorrt_does_not_find_fail_the_build(small):
    """An update of them would be lost."""
    builder = PlanBuilder(trt, small / GRAPH_FILE)
    with pytest.raises(EngineUnavailable, match='finds no weights no.such.weight'):
        builder.refuse_unknown_weights(['no.such.weight'])


def test_a_file_that_is_no_graph_is_refused_in_one_sentence(tmp_path):
    """With the parser's words."""
    (tmp_path / GRAPH_FILE).write_bytes(b'not a graph')
    with pytest.raises(EngineUnavailable, match='TensorRT cannot read the network: '):
        PlanBuilder(trt, tmp_path / GRAPH_FILE)


def test_a_graph_without_its_weights_is_refused(small, tmp_path):
    """Nothing is compiled from zeros."""
    (tmp_path / GRAPH_FILE).write_bytes((small / GRAPH_FILE).read_bytes())
    with pytest.raises(EngineUnavailable, match='TensorRT cannot read the network: '):
        PlanBuilder(trt, tmp_path / GRAPH_FILE)


def test_types_are_those_of_the_graph(small):
    """Strongly typed: the precision is what the graph says."""
    network = PlanBuilder(trt, small / GRAPH_FILE).network
    types = {network.get_input(i).name: network.get_input(i).dtype
             for i in range(network.num_inputs)}
    assert types['image'] == trt.uint8 and types['state_in_4_cell'] == trt.float32
    assert network.get_flag(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)
