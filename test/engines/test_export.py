# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The exported file is what OpenVINO reads today and TensorRT will read."""

import onnx
import pytest
import torch

from depthanyevent_ros.engines.export import export_onnx
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.network.preprocess import SensorModel

STATE = ['4_hidden', '4_cell', '3_hidden', '3_cell', '2_hidden', '2_cell', '1_hidden', '1_cell']


@pytest.fixture(scope='module')
def exported(tmp_path_factory):
    """Export the small network with all weights different, as trained ones are."""
    torch.manual_seed(0)
    network = build_network(ModelConfig(encoder='vitt'))
    with torch.no_grad():
        for value in network.parameters():
            value.normal_(0, 0.02)
    path = tmp_path_factory.mktemp('onnx') / 'model.onnx'
    export_onnx(SensorModel(network, 96, 128, 84, 112), path)
    return network, path


def test_inputs_and_outputs_have_stable_names_and_fixed_shapes(exported):
    """image and eight state tensors in, depth and eight state tensors out."""
    graph = onnx.load(exported[1], load_external_data=False).graph

    def ports(values):
        return {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in values}

    inputs, outputs = ports(graph.input), ports(graph.output)
    assert list(inputs) == ['image', *(f'state_in_{name}' for name in STATE)]
    assert list(outputs) == ['depth', *(f'state_out_{name}' for name in STATE)]
    assert inputs['image'] == [3, 96, 128] and outputs['depth'] == [96, 128]
    for name in STATE:
        assert inputs[f'state_in_{name}'] == outputs[f'state_out_{name}']
    assert inputs['state_in_1_cell'] == [1, 32, 22, 30]


def test_the_graph_is_valid_opset_18_without_attention_nodes(exported):
    """Nothing that an engine of opset 18 does not know, nothing it must split by sequence."""
    onnx.checker.check_model(str(exported[1]))
    model = onnx.load(exported[1], load_external_data=False)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [('', 18)]
    operators = {node.op_type for node in model.graph.node}
    assert not operators & {'Attention', 'SplitToSequence', 'Loop', 'If', 'Scan'}


def test_weights_keep_their_names_but_for_linear_matrices(exported):
    """Only transposed matrices of linear layers, the class token and unused ones are renamed."""
    network, path = exported
    names = {value.name for value in onnx.load(path, load_external_data=False).graph.initializer}
    renamed = {name for name, _ in network.named_parameters()} - names
    linear = {f'pretrained.blocks.{block}.{layer}.weight' for block in range(12)
              for layer in ('attn.qkv', 'attn.proj', 'mlp.fc1', 'mlp.fc2')}
    unused = {f'depth_head.scratch.refinenet4.resConfUnit1.conv{n}.{part}'
              for n in (1, 2) for part in ('weight', 'bias')}
    replaced = {'pretrained.cls_token', 'pretrained.pos_embed', 'pretrained.mask_token'}
    assert renamed <= linear | unused | replaced
