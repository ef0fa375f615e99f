# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a recipe's network begins with."""

from dataclasses import replace

import pytest
import torch

from depthanyevent_ros.errors import WeightsError
from depthanyevent_ros.network.conv_lstm import ConvLSTM
from depthanyevent_ros.network.seeded import seeded_state_dict
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.training.parts import file_of, make_network


def begun(make_recipe, start):
    """Return the recipe and the state_dict of a recurrent network that begins with ``start``."""
    recipe = make_recipe(start=start)
    return recipe, make_network(recipe, fresh=True).state_dict()


def test_without_a_start_it_is_the_seeded_initialisation(make_recipe):
    """The same as anywhere for the same seed."""
    recipe, tensors = begun(make_recipe, '')
    for name, expected in seeded_state_dict(recipe.model, recipe.seed).items():
        assert torch.equal(tensors[name], expected), name


def test_a_recurrent_network_begins_with_the_shipped_one_for_frames(make_recipe):
    """By name; all of its tensors are taken over, the recurrent blocks are new."""
    _, tensors = begun(make_recipe, 'efflite0-frames')
    shipped = find_weights('efflite0-frames').state_dict()
    for name, expected in shipped.items():
        assert torch.equal(tensors[name], expected), name
    new = set(tensors) - set(shipped)
    assert len(new) == 16 and all('gru_layer' in name for name in new)


def test_a_path_is_taken_as_it_is_and_a_missing_one_is_refused(make_recipe, tmp_path):
    """Whether there is a manifest or not."""
    with pytest.raises(WeightsError, match='nothing.pth'):
        begun(make_recipe, str(tmp_path / 'nothing.pth'))
    shipped = find_weights('efflite0-frames').path
    assert file_of(str(shipped)) == shipped


def test_an_unknown_name_and_an_untrained_one_are_refused():
    """The first sentence lists the names."""
    with pytest.raises(WeightsError, match="'efflite9'.*efflite0-frames"):
        file_of('efflite9')
    with pytest.raises(WeightsError, match='untrained-vits-r is a seeded initialisation'):
        file_of('untrained-vits-r')


def test_another_network_is_refused(make_recipe):
    """The shipped one has another encoder."""
    recipe = make_recipe(start='efflite0-frames')
    recipe = replace(recipe, model=replace(recipe.model, encoder='vitt'))
    with pytest.raises(WeightsError, match='another network'):
        make_network(recipe, fresh=True)


def test_a_forget_bias_is_set_in_every_recurrent_block_and_nowhere_else(make_recipe):
    """The second quarter of the gates' biases; a step without input then keeps sigmoid(2)."""
    _, plain = begun(make_recipe, '')
    tensors = make_network(make_recipe(forget_bias=2.0), fresh=True).state_dict()
    changed = [name for name in plain if not torch.equal(plain[name], tensors[name])]
    assert changed == [f'depth_head.gru_layer_{level}.recurrent_block.Gates.bias'
                       for level in (1, 2, 3, 4)]
    for name in changed:
        of_in, of_forget, of_out, of_cell = tensors[name].chunk(4)
        assert (of_forget == 2).all() and not (of_in.any() or of_out.any() or of_cell.any())


def test_a_training_that_is_resumed_keeps_its_forget_bias(make_recipe):
    """What it has learnt is not set back."""
    network = make_network(make_recipe(forget_bias=2.0), fresh=False)
    biases = [block.forget_bias for block in network.modules() if isinstance(block, ConvLSTM)]
    assert len(biases) == 4 and not any((bias == 2).any() for bias in biases)
