# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The exported graph is what OpenVINO reads, and TensorRT; each of its weights has a name."""

import json

import numpy as np
import onnx
import pytest

from depthanyevent_ros.engines.deployed import DeployedModel, tensor_sources, UNREAD
from depthanyevent_ros.engines.export import export_graph, find_probes
from depthanyevent_ros.engines.graph_weights import (graph_arrays, GRAPH_FILE, GraphTypes,
                                                     put_weights_in, read_places)
from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.network.preprocess import SensorModel
from depthanyevent_ros.network.seeded import seeded_state_dict

STATE = ['4_hidden', '4_cell', '3_hidden', '3_cell', '2_hidden', '2_cell', '1_hidden', '1_cell']
SIZES = {'vitt': (84, 112), 'efflite0': (64, 96)}


@pytest.fixture(scope='module', params=[
    ('vitt', 'float32', 'float32'), ('vitt', 'uint8', 'float16'),
    ('efflite0', 'uint8', 'float32')], ids='-'.join)
def exported(request, tmp_path_factory):
    """Return encoder, types, tensors and the folders of a graph without and with its weights."""
    encoder, *types = request.param
    network = build_network(ModelConfig(encoder=encoder)).eval()
    network.load_state_dict(seeded_state_dict(network.config, 7))
    model = SensorModel(network, 96, 128, *SIZES[encoder])
    deployed = DeployedModel(model, GraphTypes(*types))
    tensors = {name: tensor.numpy().copy() for name, tensor in deployed.tensors().items()}
    graph, whole = (tmp_path_factory.mktemp(name) for name in ('graph', 'whole'))
    export_graph(deployed, graph)
    put_weights_in(graph, tensors, whole)
    return encoder, GraphTypes(*types), tensors, graph, whole


def load(folder, with_weights: bool = False):
    """Return the graph of a folder."""
    return onnx.load(folder / GRAPH_FILE, load_external_data=with_weights)


def test_inputs_and_outputs_have_stable_names_fixed_shapes_and_types(exported):
    """image and eight state tensors in, depth and eight state tensors out."""
    encoder, types, _, folder, _ = exported
    graph = load(folder).graph

    def ports(values):
        name = onnx.helper.tensor_dtype_to_np_dtype
        return {v.name: (name(v.type.tensor_type.elem_type).name,
                         [d.dim_value for d in v.type.tensor_type.shape.dim]) for v in values}

    inputs, outputs = ports(graph.input), ports(graph.output)
    assert list(inputs) == ['image', *(f'state_in_{name}' for name in STATE)]
    assert list(outputs) == ['depth', *(f'state_out_{name}' for name in STATE)]
    assert inputs['image'] == (types.image, [3, 96, 128])
    assert outputs['depth'] == ('float32', [96, 128])
    for name in STATE:
        assert inputs[f'state_in_{name}'] == outputs[f'state_out_{name}']
        kept = 'float32' if name.endswith('cell') else types.inside
        assert inputs[f'state_in_{name}'][0] == kept
    finest = [1, 32, 22, 30] if encoder == 'vitt' else [1, 32, 16, 24]
    assert inputs['state_in_1_cell'][1] == finest


def test_the_graph_is_valid_opset_18_without_attention_nodes(exported):
    """Nothing that an engine of opset 18 does not know, nothing it must split by sequence."""
    onnx.checker.check_model(str(exported[4] / GRAPH_FILE))
    model = load(exported[3])
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [('', 18)]
    operators = {node.op_type for node in model.graph.node}
    assert not operators & {'Attention', 'SplitToSequence', 'Loop', 'If', 'Scan'}


def test_every_weight_has_one_place_under_its_name(exported):
    """Zero biases and scales of one are told apart; matrices may be transposed, and say so."""
    encoder, types, tensors, folder, _ = exported
    places = read_places(folder)
    assert sorted(place.tensor for place in places) == sorted(tensors)
    initializers = {value.name: value for value in load(folder).graph.initializer}
    for place in places:
        assert place.name == place.tensor + ('::T' if place.transposed else '')
        assert tuple(initializers[place.name].dims) == place.shape
        assert place.dtype == types.inside
    transposed = {place.tensor for place in places if place.transposed}
    linear = {f'pretrained.blocks.{block}.{layer}.weight' for block in range(12)
              for layer in ('attn.qkv', 'attn.proj', 'mlp.fc1', 'mlp.fc2')}
    assert transposed == (linear if encoder == 'vitt' else set())


def test_the_names_of_the_checkpoint_lead_to_the_places(exported):
    """Distillation changes parameters by the names of the checkpoint."""
    encoder, _, _, folder, _ = exported
    names = list(build_network(ModelConfig(encoder=encoder)).state_dict())
    places = read_places(folder)
    assert tensor_sources(names) == {place.tensor: place.sources for place in places}
    lead_somewhere = {name for place in places for name in place.sources}
    lost = set(names) - lead_somewhere - set(UNREAD)
    assert not {name for name in lost if not name.endswith('num_batches_tracked')}


def test_the_weights_that_were_put_in_are_read_back_from_the_file(exported):
    """By onnx itself, at the offsets that the graph gives."""
    _, _, tensors, _, whole = exported
    expected = graph_arrays(read_places(whole), tensors)
    read = {value.name: onnx.numpy_helper.to_array(value)
            for value in load(whole, with_weights=True).graph.initializer}
    for name, array in expected.items():
        np.testing.assert_array_equal(read[name], array)


def test_the_graph_alone_is_small(exported):
    """It holds the constants of the image's resize and no weights."""
    assert (exported[3] / GRAPH_FILE).stat().st_size < 1.5e6
    assert not (exported[3] / 'weights.data').exists()
    assert isinstance(json.loads((exported[3] / 'weights.json').read_text()), list)


@pytest.fixture
def probes():
    """Return the values of two tensors."""
    random = np.random.RandomState(0)
    return {'kernel': random.rand(3, 2).astype(np.float32), 'bias': np.float32([1.5, 2.5])}


def test_a_probe_is_found_as_it_is_or_transposed(probes):
    """And constants that are one number are let be."""
    graph = {'val_1': probes['kernel'].T.copy(), 'b': probes['bias'], 'val_2': np.float32(6)}
    assert find_probes(graph, probes) == {'val_1': ('kernel', True), 'b': ('bias', False)}


@pytest.mark.parametrize('graph, sentence', [
    (lambda p: {'b': p['bias']}, 'holds kernel 0 times'),
    (lambda p: {'k': p['kernel'], 'l': p['kernel'], 'b': p['bias']}, 'holds kernel 2 times'),
    (lambda p: {'k': p['kernel'], 'b': p['bias'], 'val_3': 2 * p['bias']}, r'holds val_3 \(2,\)'),
], ids=['missing', 'twice', 'computed from one'])
def test_a_weight_that_could_not_be_updated_fails_the_export(probes, graph, sentence):
    """An engine that silently kept old values would be worse than none."""
    with pytest.raises(EngineUnavailable, match=sentence):
        find_probes(graph(probes), probes)
