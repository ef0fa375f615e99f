# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The optimiser and its learning rate over the steps of a training."""

from dataclasses import dataclass
import math
from typing import Dict, List

from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from depthanyevent_ros.errors import ConfigError


@dataclass(frozen=True)
class OptimiserPlan:
    """
    AdamW (Loshchilov and Hutter, arXiv 1711.05101) with warm-up and a cosine to ``last``.

    Weights that begin trained, the encoder's, learn slower by ``encoder_factor``.
    """

    learning_rate: float = 3e-4
    encoder_factor: float = 1.0
    weight_decay: float = 0.01
    warm_up: int = 500                  # steps
    last: float = 0.01                  # share of the learning rate at the end
    clip_norm: float = 1.0              # largest norm of the gradient
    freeze_encoder: bool = False

    def __post_init__(self):
        if not all(0 < value < math.inf for value in (
                self.learning_rate, self.encoder_factor, self.clip_norm)):
            raise ConfigError('optimiser: learning_rate, encoder_factor and clip_norm must be '
                              'positive')
        if self.warm_up < 0 or not 0 <= self.last <= 1 or self.weight_decay < 0:
            raise ConfigError('optimiser: warm_up and weight_decay must not be negative, and last '
                              'be from 0 to 1')


def make_optimiser(network: nn.Module, plan: OptimiserPlan) -> AdamW:
    """Return AdamW for the parameters that learn; norms and biases are not decayed."""
    groups: Dict[tuple, List] = {}
    for name, parameter in network.named_parameters():
        encoder = name.startswith('pretrained.')
        if encoder and plan.freeze_encoder:
            parameter.requires_grad_(False)
        if parameter.requires_grad:
            groups.setdefault((encoder, parameter.ndim > 1), []).append(parameter)
    return AdamW([
        {'params': parameters, 'weight_decay': plan.weight_decay if decayed else 0.0,
         'lr': plan.learning_rate * (plan.encoder_factor if encoder else 1.0)}
        for (encoder, decayed), parameters in sorted(groups.items(), key=lambda item: item[0])])


def rate_at(step: int, steps: int, plan: OptimiserPlan) -> float:
    """Return the share of the learning rate at a step: linear warm-up, then half a cosine."""
    if step < plan.warm_up:
        return (step + 1) / plan.warm_up
    progress = min(1.0, (step - plan.warm_up) / max(1, steps - plan.warm_up))
    return plan.last + (1 - plan.last) * 0.5 * (1 + math.cos(math.pi * progress))


def make_rates(optimiser: AdamW, steps: int, plan: OptimiserPlan) -> LambdaLR:
    """Return the schedule of a training of ``steps`` steps; call ``step()`` after each."""
    return LambdaLR(optimiser, lambda step: rate_at(step, steps, plan))
