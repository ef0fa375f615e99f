# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A seeded initialisation: what runs until trained weights are chosen. It has learned nothing.

The numbers come from NumPy's legacy generator, whose stream is frozen (NEP 19), and from
additions and multiplications alone, so that every machine gets the same bits.
"""

import hashlib
import math
from typing import Dict, Mapping

import numpy as np
import torch
from torch import Tensor

from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.depth_anyevent import build_network

#: The last layer's bias; with it the raw map is positive, so that its inverse stays tame.
LAST_BIAS = 1.0
LAST_KEY = 'depth_head.scratch.output_conv2.2'


def parameter_shapes(config: ModelConfig) -> Dict[str, torch.Size]:
    """Return name and shape of every tensor of the network, in the order of its state_dict."""
    with torch.device('meta'):
        network = build_network(config)
    return {name: tensor.shape for name, tensor in network.state_dict().items()}


def seeded_tensor(name: str, shape: torch.Size, random: np.random.RandomState) -> Tensor:
    """
    Return the initial value of one parameter.

    Biases and running means 0 (the last bias LAST_BIAS), norms and LayerScale 1, tokens and
    position embedding uniform with standard deviation 0.02, weights uniform with variance
    1 / fan_in.
    """
    if name.endswith('.running_mean'):
        return torch.zeros(shape)
    if name.endswith('.bias'):
        return torch.full(shape, LAST_BIAS if name.startswith(LAST_KEY) else 0.0)
    if name.endswith('.gamma') or 'norm' in name:
        return torch.ones(shape)
    fan_in = math.prod(shape[1:])
    if '.resize_layers.' in name and '.3.' not in name:     # transposed, stride = kernel
        fan_in = shape[0]
    embedding = name.endswith(('_token', 'pos_embed'))
    bound = math.sqrt(3) * (0.02 if embedding else 1 / math.sqrt(fan_in))
    values = random.random_sample(math.prod(shape)) * (2 * bound) - bound
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)


def seeded_state_dict(config: ModelConfig, seed: int) -> Dict[str, Tensor]:
    """Return a full state_dict of initial values, the same for the same seed everywhere."""
    random = np.random.RandomState(seed)
    return {name: seeded_tensor(name, shape, random)
            for name, shape in parameter_shapes(config).items()}


def state_dict_sha256(state_dict: Mapping[str, Tensor]) -> str:
    """Return a sha256 over names, shapes and values, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(state_dict):
        tensor = state_dict[name].detach().contiguous()
        digest.update(f'{name}{tuple(tensor.shape)}{tensor.dtype}'.encode())
        digest.update(memoryview(tensor.numpy()).cast('B'))
    return digest.hexdigest()
