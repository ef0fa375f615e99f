# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Measure how far a network in float16 drifts from float32 over many recurrent windows.

    tools/measure_half_drift.py [WEIGHTS] [STEPS]

Both start from the zero state and see the same windows (the bundled recording, over and over),
each with its own recurrence. PyTorch on the processor rounds every tensor to float16 and sums in
float32, as tensor cores do; a GPU's own order of summation is not that of a processor.
"""

import sys

import numpy as np
import torch

from depthanyevent_ros.engines.clip import recorded_clip
from depthanyevent_ros.engines.deployed import DeployedModel
from depthanyevent_ros.engines.graph_weights import GraphTypes
from depthanyevent_ros.engines.parity import depth_errors, state_errors
from depthanyevent_ros.network.preprocess import SensorModel
from depthanyevent_ros.network.weights import find_weights

SENSOR = (260, 346)
SHOWN = (1, 3, 10, 30, 100, 300, 1000, 3000)


def main(weights: str = 'default', steps: str = '1000') -> None:
    """Print a row for some of the steps: the worst errors since the last row."""
    chosen = find_weights(weights)
    least = chosen.config.input_size_height, chosen.config.input_size_width
    model = SensorModel(chosen.network(), *SENSOR, *least)
    half = DeployedModel(model, GraphTypes('uint8', 'float16'))
    _, *half_state = half.example()
    state, clip, worst = model.zero_state(), recorded_clip(*SENSOR), {}
    print(f'{chosen.name}, {model.input_size[0]}x{model.input_size[1]}: float16 against float32')
    print('  window  prediction, mean   largest  states, mean   largest')
    with torch.inference_mode():
        for step in range(1, int(steps) + 1):
            image = clip[(step - 1) % len(clip)]
            depth, *state = model(torch.from_numpy(image), *state)
            as_bytes = torch.from_numpy(np.rint(image * 255).astype(np.uint8))
            half_depth, *half_state = half(as_bytes, *half_state)
            errors = {**depth_errors(half_depth.numpy(), depth.numpy(), chosen.config),
                      **state_errors([tensor.float().numpy() for tensor in half_state],
                                     [tensor.numpy() for tensor in state])}
            worst = {name: max(value, worst.get(name, 0)) for name, value in errors.items()}
            if step in SHOWN or step == int(steps):
                print(f'{step:8}{worst["depth_mean"]:18.1e}{worst["depth_max"]:10.1e}'
                      f'{worst["state_mean"]:14.1e}{worst["state_max"]:10.1e}', flush=True)
                worst = {}


if __name__ == '__main__':
    main(*sys.argv[1:])
