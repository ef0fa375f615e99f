# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What one step of a network costs at least: operations, and bytes that must move."""

from dataclasses import dataclass
from typing import Tuple

import torch
from torch.utils.flop_counter import FlopCounterMode

from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.network.preprocess import SensorModel

ITEM_BYTES = {'f32': 4, 'f16': 2, 'bf16': 2}


@dataclass(frozen=True)
class Costs:
    """
    Of one step.

    :param flops: floating-point operations of products and convolutions, two for each multiply
        and add. :param nbytes: weights and old state read, new state written, image (8 bits) and
        depth (float32).
    """

    flops: int
    nbytes: int


def network_costs(config: ModelConfig, sensor: Tuple[int, int], input_size: Tuple[int, int],
                  precision: str) -> Costs:
    """
    Return what a step costs; nothing is computed, only shapes.

    :param sensor: height and width of the image; :param input_size: of the network's input.
    """
    with torch.device('meta'), torch.inference_mode():
        model = SensorModel(build_network(config).eval(), *sensor, *input_size)
        state = model.zero_state()
        with FlopCounterMode(display=False) as counter:
            model(torch.empty(3, *sensor), *state)
    weights = sum(tensor.numel() for tensor in model.network.state_dict().values())
    hidden, cell = (sum(tensor.numel() for tensor in state[part::2]) for part in (0, 1))
    pixels = sensor[0] * sensor[1]
    return Costs(counter.get_total_flops(), (weights + 2 * hidden) * ITEM_BYTES[precision]
                 + 2 * cell * ITEM_BYTES['f32'] + 7 * pixels)
