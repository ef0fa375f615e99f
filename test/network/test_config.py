# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network is named by the model section of a checkpoint, and by nothing that is guessed."""

import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.config import ModelConfig

OFFICIAL = {'model_type': 'RecDAv2', 'encoder': 'vits', 'activation': 'relu',
            'inv_prediction': True, 'scale_factor': 1.0, 'input_size_width': 350,
            'input_size_height': 266, 'freeze_encoder': False, 'input_channels': 3,
            'recurrent_block_type': 'convlstm', 'input_type': 'events'}


def test_an_official_section_is_read():
    """The keys of the official files are known; those of training are ignored."""
    config = ModelConfig.from_dict(OFFICIAL)
    assert config == ModelConfig()
    assert config.recurrent and config.sizes.dim == 384


def test_a_config_survives_its_own_dictionary():
    """What as_dict writes, from_dict reads."""
    config = ModelConfig('DAv2', 'vitb', 'softplus', False, 2.0, 644, 322)
    assert ModelConfig.from_dict(config.as_dict()) == config
    assert not config.recurrent


@pytest.mark.parametrize('key, value', [
    ('model_type', 'E2Depth'), ('encoder', 'vitg'), ('activation', 'tanh'),
    ('recurrent_block_type', 'convgru'), ('input_channels', 5), ('input_type', 'voxels'),
    ('inv_prediction', 'yes'), ('input_size_width', 0), ('input_size_height', 26.6),
    ('scale_factor', 0.0), ('scale_factor', float('nan')), ('scale_factor', 'one')])
def test_an_unknown_value_is_refused_by_name(key, value):
    """The error names the key."""
    with pytest.raises(ConfigError, match=f'model.{key}'):
        ModelConfig.from_dict({**OFFICIAL, key: value})


@pytest.mark.parametrize('key', ['model_type', 'encoder', 'activation', 'inv_prediction'])
def test_a_missing_key_is_named(key):
    """What decides the network has no default."""
    section = {name: value for name, value in OFFICIAL.items() if name != key}
    with pytest.raises(ConfigError, match=key):
        ModelConfig.from_dict(section)


def test_an_unknown_key_is_named():
    """A setting that this package does not know could change the network."""
    with pytest.raises(ConfigError, match='use_clstoken'):
        ModelConfig.from_dict({**OFFICIAL, 'use_clstoken': True})


def test_a_missing_section_is_named():
    """A configuration without a model section says nothing about the network."""
    with pytest.raises(ConfigError, match='no model section'):
        ModelConfig.from_dict(None)
