# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names and shapes of the parameters are those of the published checkpoints."""

import hashlib

import pytest

from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import parameter_shapes

#: Number of tensors and of parameters (mask_token included), as the method's tables give them.
EXPECTED = {
    ('vits', 'DAv2'): (239, 24_785_089), ('vits', 'RecDAv2'): (255, 26_113_473),
    ('vitb', 'DAv2'): (239, 97_470_785), ('vitb', 'RecDAv2'): (255, 102_781_761),
    ('vitl', 'DAv2'): (407, 335_315_649), ('vitl', 'RecDAv2'): (423, 356_554_433),
}

#: sha256 over the sorted lines 'name:shape' of the two ViT-S listings.
LISTING_SHA256 = {
    'DAv2': '438e43e8f70872144a02870c2261bc2c88c5ede627b2525e1e85afe4a03ec88d',
    'RecDAv2': '32287664ee95925b6d1d5ae2944a2ef10e2f98fb54f0baa9f8c407205199346f',
}


def shapes_of(encoder, model_type):
    """Return name -> shape of a network that is never allocated."""
    return parameter_shapes(ModelConfig(model_type=model_type, encoder=encoder))


def listing_sha256(shapes):
    """Hash the sorted lines name:shape."""
    lines = sorted(f'{name}:{tuple(shape)}' for name, shape in shapes.items())
    return hashlib.sha256('\n'.join(lines).encode()).hexdigest()


@pytest.mark.parametrize('encoder, model_type', EXPECTED)
def test_counts_of_tensors_and_parameters_are_the_published_ones(encoder, model_type):
    """239/255 tensors (407/423 for vitl) and the parameter totals of the method."""
    shapes = shapes_of(encoder, model_type)
    tensors, parameters = EXPECTED[encoder, model_type]
    assert len(shapes) == tensors
    assert sum(shape.numel() for shape in shapes.values()) == parameters


@pytest.mark.parametrize('model_type', LISTING_SHA256)
def test_names_and_shapes_hash_to_the_listing(model_type):
    """The compact form of the comparison below, for a checkout without the listings."""
    assert listing_sha256(shapes_of('vits', model_type)) == LISTING_SHA256[model_type]


@pytest.mark.parametrize('model_type, file', [
    ('DAv2', 'state_dict_depthanyevent.txt'), ('RecDAv2', 'state_dict_depthanyevent_r.txt')])
def test_names_and_shapes_equal_the_listing(shared, model_type, file):
    """Line by line and in the same order: name, tab, shape."""
    lines = (shared / 'reference' / file).read_text().splitlines()
    ours = [f'{name}\t{tuple(shape)}' for name, shape in shapes_of('vits', model_type).items()]
    assert ours == lines


def test_the_recurrent_network_adds_exactly_sixteen_tensors():
    """Four levels, each with two convolutions of weight and bias."""
    extra = set(shapes_of('vits', 'RecDAv2')) - set(shapes_of('vits', 'DAv2'))
    assert len(extra) == 16
    assert all(name.startswith('depth_head.gru_layer_') for name in extra)
