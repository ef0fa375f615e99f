# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
New weights take the state over from the old ones: depth must not jump beyond what they differ by.

The shipped network on the bundled recording; the new weights are the old ones after a change of
the size that learning makes. Maps are compared by the mean absolute difference of log depth.
"""

import json

import numpy as np
import pytest
from safetensors.torch import save_file
import torch

from depthanyevent_ros.engines.clip import recorded_clip
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.presence import what_is_missing
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.network.weights import find_weights

HEIGHT, WIDTH = 260, 346
#: The window before which engines are exchanged, and the windows after it that are looked at.
AT, N_AFTER = 12, 10
#: The bound that docs/distillation.md states: from the first window after the exchange on, a map
#: is as near to what the new weights alone say as a fifth of what old and new differ by.
BOUND = 0.2


def changed_weights(folder, share):
    """Write the shipped weights with noise in the head, ``share`` of each tensor's deviation."""
    weights = find_weights('default')
    random = torch.Generator().manual_seed(4)
    tensors = {name: tensor + share * tensor.std() * torch.randn(tensor.shape, generator=random)
               if name.startswith('depth_head.') and tensor.numel() > 1 else tensor
               for name, tensor in weights.state_dict().items()}
    path = folder / f'changed-{share}.safetensors'
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, {
        'config': json.dumps({'model': weights.config.as_dict(), 'trained': True,
                              'output_kind': weights.output_kind})})
    return str(path)


@pytest.fixture(scope='module', params=['openvino', pytest.param('tensorrt',
                                                                 marks=pytest.mark.gpu)])
def make(request, tmp_path_factory):
    """Return a function that makes an engine of weights, on each kind of engine that runs here."""
    missing = what_is_missing(request.param)
    if missing:
        pytest.skip(missing)
    from depthanyevent_ros.engines.cache import EngineCache
    cache = EngineCache(tmp_path_factory.mktemp('cache'))
    return lambda weights: make_engine(EngineSpec(
        sensor_height=HEIGHT, sensor_width=WIDTH, threads=1, weights=weights,
        engine=request.param, precision='auto'), cache=cache)


def run(engines, clip, reset=False):
    """Return log depth of each window; the second engine takes over before window AT."""
    found, state = [], None
    for index, image in enumerate(clip):
        engine = engines[index >= AT]
        if index == AT and engines[0] is not engines[1]:
            state = None if reset else engine.state_from_arrays(engines[0].state_to_arrays(state))
        depth, state = engine.step(image, state)
        found.append(np.log(np.maximum(depth, 1e-3)))
    return np.stack(found)


def far(a, b):
    """Return how far maps are from each other, window by window."""
    return np.abs(a - b).mean((1, 2))


@pytest.fixture(scope='module')
def clip():
    """Return the bundled recording's windows, in the sensor's size."""
    return recorded_clip(HEIGHT, WIDTH)[:AT + N_AFTER]


def test_the_same_weights_take_over_without_a_trace(make, clip):
    """Another engine of the same weights: the depth is what it would have been."""
    first, second = make('default'), make('default')
    np.testing.assert_allclose(run((first, second), clip), run((first, first), clip), atol=1e-3)


def test_other_weights_take_over_within_the_bound(make, clip, tmp_path):
    """From the zero state the first maps would be five times as far and more."""
    old, new = make('default'), make(changed_weights(tmp_path, 0.05))
    alone = run((new, new), clip)
    apart = far(run((old, old), clip), alone)[AT:]
    after = far(run((old, new), clip), alone)[AT:]
    assert apart.mean() > 0.01                      # the change is one that can be seen
    assert (after <= BOUND * apart.mean()).all()
    from_zero = far(run((old, new), clip, reset=True), alone)[AT:]
    assert 5 * after[0] < from_zero[0]
