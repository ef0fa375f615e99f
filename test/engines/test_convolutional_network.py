# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network with the convolutional encoder goes the whole way to a checked engine."""

import json

import numpy as np
import pytest
from safetensors.torch import save_file

from depthanyevent_ros.engines.clip import moving_edges
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import seeded_state_dict

HEIGHT, WIDTH = 66, 98


@pytest.fixture(scope='module')
def make_spec(tmp_path_factory):
    """Return a function that names an engine for the convolutional network."""
    config = ModelConfig(encoder='efflite0', activation='softplus', input_size_height=64,
                         input_size_width=96)
    path = tmp_path_factory.mktemp('weights') / 'convolutional.safetensors'
    save_file(seeded_state_dict(config, 7), path,
              {'config': json.dumps({'model': config.as_dict(), 'output_kind': 'metric'})})
    return lambda engine: EngineSpec(HEIGHT, WIDTH, weights=str(path), engine=engine,
                                     precision='f32', threads=1)


@pytest.fixture(scope='module')
def engine(make_spec, cache):
    """Return it in OpenVINO, f32."""
    return make_engine(make_spec('openvino'), cache=cache)


def test_it_is_built_and_within_the_bounds(engine):
    """The input is a multiple of 32 and the comparison with PyTorch is stored."""
    facts = engine.describe()
    assert tuple(facts['input_size']) == (64, 96)
    assert facts['output_kind'] == 'metric'
    assert facts['parity']['depth_max'] < 1e-3 and facts['parity']['state_max'] < 1e-3


def test_its_state_goes_from_engine_to_engine(engine, make_spec):
    """Eight tensors of the sizes of the maps; a carried state continues the recurrence."""
    torch_engine = make_engine(make_spec('torch'))
    _, second, third = moving_edges(HEIGHT, WIDTH, 3)
    _, state = engine.step(second, None)
    arrays = engine.state_to_arrays(state)
    assert [array.shape for array in arrays] == [
        (1, 32, *size) for size in ((2, 3), (4, 6), (8, 12), (16, 24)) for _ in range(2)]
    expected, _ = torch_engine.step(third, torch_engine.state_from_arrays(arrays))
    depth, _ = engine.step(third, state)
    np.testing.assert_allclose(depth, expected, rtol=1e-3, atol=1e-5)
    assert not np.array_equal(depth, engine.step(third, None)[0])
