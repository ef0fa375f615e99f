# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which parameters of a network adapt; the others stay as they came from the factory."""

from typing import Callable, Dict, List

from torch import nn

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.conv_lstm import ConvLSTM


def recurrent_names(network: nn.Module) -> List[str]:
    """Return the parameters of the recurrent blocks."""
    return [f'{prefix}.{name}' for prefix, block in network.named_modules()
            if isinstance(block, ConvLSTM) for name, _ in block.named_parameters()]


def head_names(network: nn.Module) -> List[str]:
    """Return the parameters of the head, the recurrent blocks in it included."""
    return [name for name, _ in network.named_parameters() if name.startswith('depth_head.')]


def all_names(network: nn.Module) -> List[str]:
    """Return all parameters."""
    return [name for name, _ in network.named_parameters()]


PARTS: Dict[str, Callable[[nn.Module], List[str]]] = {
    'recurrent': recurrent_names, 'head': head_names, 'all': all_names}


def choose_part(network: nn.Module, part: str) -> List[nn.Parameter]:
    """
    Let one part of a network learn and return its parameters.

    Running means of batch normalisations stay as they are: the network is to be in eval mode.

    :raises ConfigError: for a part that there is not, or that this network does not have.
    """
    if part not in PARTS:
        raise ConfigError(f'adapts is {part!r}; it must be one of {", ".join(PARTS)}')
    # What the caller froze stays frozen: tensors that take no part in the computation.
    names = {name for name in PARTS[part](network)
             if network.get_parameter(name).requires_grad}
    if not names:
        raise ConfigError(f'adapts is {part!r}, but this network has no such part')
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name in names)
    return [network.get_parameter(name) for name in sorted(names)]
