# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
TensorRT-RTX reads and compiles the real graphs, without a GPU.

It proves that the graphs are valid and strongly typed, and that every weight can be addressed by
its name; it says nothing of speed, of numbers, or of the full TensorRT.
"""

from pathlib import Path

import pytest
import yaml

from depthanyevent_ros.engines.graph_weights import GRAPH_FILE, GraphTypes, read_places
from depthanyevent_ros.engines.onnx_source import OnnxSource
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.engines.tensorrt.plan import io_names, PlanBuilder, the_logger
from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.network.input_size import network_size
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.parameters import load_spec, make_settings
from depthanyevent_ros.parameters.trees import flat
from depthanyevent_ros.pipeline.assembly import make_engine_spec

trt = pytest.importorskip('tensorrt_rtx_bindings',
                          reason='TensorRT-RTX has wheels for x86-64 alone')

VITS, DEFAULT = 'untrained-vits-r', 'default'
#: Presets of config/, and VGA at its full size: weights and the network's input.
NETWORKS = {
    ('davis346', DEFAULT): (128, 160), ('davis346_fast', VITS): (126, 168),
    ('mvsec', VITS): (266, 350), ('dsec', VITS): (322, 644), ('dsec', DEFAULT): (352, 672),
    ('replay', DEFAULT): (128, 160), ('vga', VITS): (490, 644),
}


def spec_of(preset: str, weights: str) -> EngineSpec:
    """Return what a preset asks for, as the node does."""
    if preset == 'vga':
        return EngineSpec(480, 640, weights=weights, input_height=480, input_width=640)
    path = Path(__file__).parents[3] / 'config' / f'{preset}.yaml'
    values = flat(yaml.safe_load(path.read_text())['/**']['ros__parameters'])
    settings = make_settings(load_spec('depth'), {**values, 'weights': weights})
    # A replay learns the size from its first event: here from a DAVIS346.
    return make_engine_spec(settings, settings.crop.width or settings.sensor.width or 346,
                            settings.crop.height or settings.sensor.height or 260)


def test_every_preset_with_an_engine_is_here():
    """A new one in config/ must be compiled too."""
    presets = {path.stem for path in (Path(__file__).parents[3] / 'config').glob('*.yaml')
               if 'engine' in yaml.safe_load(path.read_text()).get('/**', {}).get(
                   'ros__parameters', {})}
    assert presets == {preset for preset, _ in NETWORKS} - {'vga'}


def source_of(spec: EngineSpec, cache) -> OnnxSource:
    """Return where its graphs come from."""
    return OnnxSource(spec, find_weights(spec.weights), cache, lambda sentence: None)


@pytest.mark.slow
@pytest.mark.parametrize('inside', ['float16', 'float32'])
@pytest.mark.parametrize('preset, weights', NETWORKS)
def test_the_graph_of_a_preset_is_compiled(preset, weights, inside, cache):
    """The whole network with its weights, an 8-bit image, the states and the check."""
    said, spec = [], spec_of(preset, weights)
    network = find_weights(weights)
    assert network_size(*spec.sensor, *spec.least_input(network),
                        network.config.stride) == NETWORKS[preset, weights]
    folder = source_of(spec, cache).folder(GraphTypes('uint8', inside, check=True))
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


class Ended(BaseException):
    """What a signal raises."""


def test_a_signal_during_the_build_ends_it(cache):
    """TensorRT drops what its callbacks raise: it is kept, the build told to stop, then raised."""
    def say(sentence):
        if said:
            raise Ended
        said.append(sentence)
    said = []
    folder = source_of(spec_of('davis346', DEFAULT), cache).folder(
        GraphTypes('uint8', 'float32', check=True))
    builder = PlanBuilder(trt, folder / GRAPH_FILE, say)
    with pytest.raises(Ended):
        builder.build()
    assert len(said) == 1
    assert PlanBuilder(trt, folder / GRAPH_FILE).build()        # and the next build is not hurt


def test_there_is_one_logger_for_as_long_as_the_process_lives():
    """TensorRT reaches for the first that it was given; each user hears his own sentences."""
    first, second = [], []
    one = the_logger(trt, first.append)
    one.log(trt.ILogger.WARNING, 'to the first')
    assert the_logger(trt, second.append) is one
    one.log(trt.ILogger.ERROR, 'to the second')
    one.log(trt.ILogger.ERROR, 'to the second')
    one.log(trt.ILogger.INFO, 'to nobody')
    assert (first, second) == (['TensorRT: to the first'], ['TensorRT: to the second'])
