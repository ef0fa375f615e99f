# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""PyTorch between memories: on the processor here, where only the device is another."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from depthanyevent_ros.engines.clip import recorded_clip
from depthanyevent_ros.engines.deployed import DeployedModel
from depthanyevent_ros.engines.graph_weights import GraphTypes
from depthanyevent_ros.engines.torch_cuda.session import TorchSession
from depthanyevent_ros.network.preprocess import SensorModel
from depthanyevent_ros.network.weights import find_weights


@pytest.fixture
def model():
    """Return the default network at a small size."""
    return SensorModel(find_weights('default').network(), 66, 98, 64, 96)


def memory(port) -> SimpleNamespace:
    """Return bytes for a port."""
    return SimpleNamespace(tensor=torch.zeros(port.nbytes, dtype=torch.uint8))


def as_it_is(model):
    """Do not compile."""
    return model


def compiled(model):
    """Compile as for the bench, but leave out the code generator, which needs a compiler."""
    return torch.compile(model, backend='aot_eager')


@pytest.mark.parametrize('made', [as_it_is, compiled])
@pytest.mark.parametrize('inside', ['float32', 'float16'])
def test_it_computes_the_network_from_memory_to_memory(model, inside, made):
    """Two windows; the second reads the state that the first wrote."""
    session = TorchSession(made(DeployedModel(model, GraphTypes('uint8', inside, check=True))))
    memories = {name: memory(port) for name, port in session.ports.items()}
    for name, each in memories.items():
        session.bind(name, each)
    images = recorded_clip(66, 98)[10:12]
    state = model.zero_state()
    for image in images:
        memories['image'].tensor[:] = torch.from_numpy(np.rint(image * 255).astype(np.uint8)
                                                       .reshape(-1))
        session.enqueue(None)
        with torch.inference_mode():
            expected, *state = model(torch.from_numpy(image), *state)
        for name in model.state_names:
            memories[f'state_in_{name}'].tensor[:] = memories[f'state_out_{name}'].tensor
    depth = memories['depth'].tensor.view(torch.float32).view(66, 98)
    tolerance = 1e-4 if inside == 'float32' else 0.03
    torch.testing.assert_close(depth, expected, rtol=tolerance, atol=tolerance)
    assert torch.isfinite(memories['check'].tensor.view(torch.float32)).all()


def test_ports_are_those_of_the_exported_graph(model):
    """Names, shapes and types: the engine does not know who computes."""
    session = TorchSession(DeployedModel(model, GraphTypes('uint8', 'float16', check=True)))
    ports = session.ports
    assert ports['image'].shape == (3, 66, 98) and ports['image'].dtype == np.uint8
    assert ports['state_in_1_cell'].dtype == np.float32
    assert ports['state_in_1_hidden'].dtype == np.float16
    assert ports['state_in_1_cell'].shape == ports['state_out_1_cell'].shape == (1, 32, 16, 24)
    assert ports['depth'].shape == (66, 98) and ports['depth'].dtype == np.float32
    assert not ports['check'].is_input and ports['state_in_4_hidden'].is_input
