# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An exponential moving average of weights: what is validated and kept of a training."""

from typing import Dict

import torch
from torch import nn


class WeightAverage:
    """
    The moving average of a network's tensors.

    Early on it forgets faster, by (1 + n) / (10 + n) after n steps (TensorFlow's rule), so that
    the random beginning does not stay in it.
    """

    def __init__(self, network: nn.Module, decay: float):
        self.decay, self.n_steps = decay, 0
        self.tensors: Dict[str, torch.Tensor] = {
            name: tensor.detach().clone() for name, tensor in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take the weights after a step into the average."""
        self.n_steps += 1
        decay = min(self.decay, (1 + self.n_steps) / (10 + self.n_steps))
        current = network.state_dict()
        names = [name for name in self.tensors if self.tensors[name].is_floating_point()]
        torch._foreach_lerp_([self.tensors[name] for name in names],
                             [current[name] for name in names], 1 - decay)

    def state_dict(self) -> Dict[str, object]:
        """Return what a resumed training needs."""
        return {'n_steps': self.n_steps, 'tensors': self.tensors}

    def load_state_dict(self, kept: Dict[str, object]) -> None:
        """Continue an average that was kept."""
        self.n_steps = kept['n_steps']
        for name, tensor in kept['tensors'].items():
            self.tensors[name].copy_(tensor)
