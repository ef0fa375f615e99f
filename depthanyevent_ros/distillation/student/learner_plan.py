# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the student learns."""

from dataclasses import dataclass, replace

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.config import ModelConfig


@dataclass(frozen=True)
class LearnerPlan:
    """AdamW on a part of the network, over short sequences."""

    adapts: str = 'all'                 # of adapted_part.PARTS
    learning_rate: float = 1e-4
    weight_decay: float = 0.0
    gradient: float = 0.5               # weight of the loss's gradient term
    anchor: float = 1.0                 # weight of keeping the scale of metres
    clip_norm: float = 1.0
    average: float = 0.99               # decay of the moving average
    n_warm: int = 3                     # windows that only give the state
    input_width: int = 0                # of the student's picture at least; 0: as it was trained
    input_height: int = 0
    device: str = 'cpu'                 # cpu, cuda, cuda:1, or auto: a GPU if there is one

    def __post_init__(self):
        if not (self.learning_rate > 0 and self.clip_norm > 0 and 0 <= self.average < 1):
            raise ConfigError('learning_rate and clip_norm must be positive, average from 0 to '
                              'below 1')
        if min(self.n_warm, self.gradient, self.anchor, self.weight_decay) < 0:
            raise ConfigError('n_warm, gradient, anchor and weight_decay must not be negative')

    def sized(self, config: ModelConfig) -> ModelConfig:
        """Return the configuration of a network with the size of its input as it is in use."""
        return replace(config, input_size_width=self.input_width or config.input_size_width,
                       input_size_height=self.input_height or config.input_size_height)
