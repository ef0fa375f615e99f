# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every engine is measured against PyTorch, and refused if it is too far."""

from dataclasses import replace

import numpy as np
import pytest

from depthanyevent_ros.engines.clip import moving_edges
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.openvino_engine import has_bf16
from depthanyevent_ros.engines.parity import (BOUNDS, depth_errors, measure_parity, Parity,
                                              state_errors, WORDS)
from depthanyevent_ros.errors import EngineRefused
from depthanyevent_ros.network.config import ModelConfig

GOOD = Parity('f32', 12, True, 1e-6, 1e-6, 1e-5, 1e-5, 1e-6, 1e-6, 50.0, 90.0)
PLAIN = ModelConfig(inv_prediction=False)
INVERSE = ModelConfig(inv_prediction=True)


class Perturbed:
    """An engine whose depth or state is changed after the step."""

    def __init__(self, engine, change_depth=lambda depth: depth, change_state=lambda a: a):
        self._engine, self._depth, self._state = engine, change_depth, change_state
        self.height, self.width, self.weights = engine.height, engine.width, engine.weights

    def step(self, image, state):
        """Change the depth."""
        depth, state = self._engine.step(image, state)
        return self._depth(depth), state

    def state_to_arrays(self, state):
        """Change the state."""
        return [self._state(array) for array in self._engine.state_to_arrays(state)]


def test_openvino_agrees_with_torch_over_the_recorded_windows(openvino_engine):
    """The parity that was stored after the build: f32 to about 1e-5."""
    parity = openvino_engine.describe()['parity']
    assert parity['steps'] == 24 and parity['finite']
    assert parity['depth_mean'] < 1e-4 and parity['state_max'] < 1e-3


def test_an_engine_equals_itself(torch_engine):
    """The measure of no difference is zero."""
    parity = measure_parity(torch_engine, torch_engine, 'f32')
    assert (parity.depth_mean, parity.depth_max, parity.state_max) == (0, 0, 0)
    assert parity.finite
    parity.refuse_if_poor('it')


@pytest.mark.parametrize('change, field', [
    (dict(change_depth=lambda depth: depth * 1.01), 'depth_mean'),
    (dict(change_state=lambda array: array + 0.01), 'state_mean')])
def test_an_engine_that_is_off_by_one_percent_is_refused(torch_engine, change, field):
    """The sentence names the engine, the figure and the bound."""
    parity = measure_parity(Perturbed(torch_engine, **change), torch_engine, 'f32')
    with pytest.raises(EngineRefused, match=f'the test in f32 is not used: the {WORDS[field]}'):
        parity.refuse_if_poor('the test')


def test_an_engine_with_a_nan_is_refused(torch_engine):
    """One pixel is enough."""
    def spoil(depth):
        depth[4, 5] = np.nan
        return depth

    parity = measure_parity(Perturbed(torch_engine, spoil), torch_engine, 'f32')
    assert not parity.finite
    with pytest.raises(EngineRefused, match='not finite'):
        parity.refuse_if_poor('the test')


@pytest.mark.parametrize('precision', BOUNDS)
@pytest.mark.parametrize('field', WORDS)
def test_each_bound_is_the_last_value_that_passes(precision, field):
    """At the bound an engine is used, just above it is not; NaN is above."""
    bound = getattr(BOUNDS[precision], field)
    parity = replace(GOOD, precision=precision)
    replace(parity, **{field: bound}).refuse_if_poor('it')
    for value in (bound * 1.001, float('nan')):
        with pytest.raises(EngineRefused, match=WORDS[field]):
            replace(parity, **{field: value}).refuse_if_poor('it')


@pytest.mark.parametrize('precision, errors, passes', [
    # What was measured of efflite0-r in float16 passes; a tenth of the depth, or of a state, not.
    ('f16', dict(depth_mean=1.2e-3, depth_max=4e-3, state_mean=8e-3, state_max=0.14), True),
    ('f16', dict(depth_mean=0.1), False), ('f16', dict(depth_max=0.1), False),
    ('f16', dict(state_mean=0.1), False), ('f16', dict(state_max=0.5), False),
    ('f32', dict(depth_mean=1e-6, depth_max=1e-5, state_mean=2e-6, state_max=2e-4), True),
    ('f32', dict(depth_mean=1e-3), False), ('f32', dict(state_max=0.01), False)])
def test_what_was_measured_passes_and_what_would_harm_does_not(precision, errors, passes):
    """In figures, whatever BOUNDS says."""
    parity = replace(GOOD, precision=precision, **errors)
    if passes:
        parity.refuse_if_poor('it')
    else:
        with pytest.raises(EngineRefused):
            parity.refuse_if_poor('it')


def test_the_error_of_a_pixel_is_by_the_larger_depth():
    """1 against 2 is one half, both ways; equal values are 0 even at 0."""
    a, b = np.array([[1., 2, 0, 4]], np.float32), np.array([[2., 1, 0, 4]], np.float32)
    errors = depth_errors(a, b, PLAIN)
    assert (errors['pixel_mean'], errors['pixel_max']) == (0.25, 0.5)
    assert errors['depth_mean'] == pytest.approx(2 / 7)         # |-1| + |1| over 2 + 1 + 0 + 4
    assert errors['depth_max'] == 0.25                          # 1 over 4


def test_near_the_pole_the_prediction_is_compared():
    """Depths of 1e6 and 5e5 are predictions of 1e-6 and 2e-6: nearly equal beside 1."""
    a, b = np.array([[1e6, 1]], np.float32), np.array([[5e5, 1]], np.float32)
    errors = depth_errors(a, b, INVERSE)
    assert errors['pixel_max'] == 0.5
    assert errors['depth_max'] == pytest.approx(1e-6)
    assert errors['depth_mean'] == pytest.approx(1e-6, rel=1e-4)


def test_state_errors_take_the_worst_tensor():
    """Largest over largest, mean over mean magnitude."""
    ours = [np.array([1., -1]), np.array([0.5, 0.1])]
    theirs = [np.array([1., -1]), np.array([0.4, 0.1])]
    errors = state_errors(ours, theirs)
    assert errors['state_max'] == pytest.approx(0.25)
    assert errors['state_mean'] == pytest.approx(0.2)
    assert state_errors([], []) == {'state_mean': 0.0, 'state_max': 0.0}


def test_parity_survives_its_file(tmp_path):
    """What is stored beside an engine is read back."""
    GOOD.write(tmp_path)
    assert Parity.read(tmp_path) == GOOD


@pytest.mark.parametrize('content', ['', 'null', '[]', '{"steps": 3}'])
def test_a_comparison_that_cannot_be_read_is_said_in_words(tmp_path, content):
    """Not in those of a parser."""
    (tmp_path / 'parity.json').write_text(content)
    with pytest.raises(ValueError, match='its comparison with PyTorch .* cannot be read'):
        Parity.read(tmp_path)


def test_the_network_without_memory_is_exported_too(make_spec, cache):
    """An empty state goes in and comes out."""
    engine = make_engine(make_spec(recurrent=False), cache=cache)
    image = next(moving_edges(96, 128, 1))
    first, state = engine.step(image, None)
    second, state = engine.step(image, state)
    np.testing.assert_array_equal(first, second)
    assert engine.state_to_arrays(state) == [] and engine.is_finite(state)
    assert engine.describe()['parity']['depth_mean'] < 1e-4


@pytest.mark.skipif(not has_bf16(), reason='OpenVINO finds no bf16 in this processor')
def test_bf16_stays_within_its_bound(make_spec, cache):
    """Measured after the build as for f32, and not the same arithmetic."""
    parity = make_engine(make_spec(precision='bf16'), cache=cache).describe()['parity']
    assert 1e-4 < parity['depth_mean'] < BOUNDS['bf16'].depth_mean
