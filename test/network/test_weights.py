# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Weights by name and by path; what is untrained says so."""

import json
from pathlib import Path
import subprocess
import sys

import pytest
import torch
import yaml

from depthanyevent_ros.errors import WeightsError
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import seeded_state_dict, state_dict_sha256
from depthanyevent_ros.network.weights import file_sha256, find_weights

CONFIG = ModelConfig(encoder='vitt')


@pytest.fixture
def models(tmp_path):
    """Return a folder with a manifest of one trained entry, and its file."""
    torch.save(seeded_state_dict(CONFIG, 3), tmp_path / 'small.pth')
    entry = {'file': 'small.pth', 'sha256': file_sha256(tmp_path / 'small.pth'),
             'licence': 'Apache-2.0', 'source': 'a test', 'output_kind': 'metric',
             'trained': True, 'model': CONFIG.as_dict()}
    write(tmp_path, {'default': 'small', 'weights': {'small': entry}})
    return tmp_path


def write(folder, manifest):
    """Write a manifest."""
    (folder / 'manifest.yaml').write_text(yaml.safe_dump(manifest))


def change(folder, **changes):
    """Change fields of the one entry; None removes a field."""
    manifest = yaml.safe_load((folder / 'manifest.yaml').read_text())
    entry = {**manifest['weights']['small'], **changes}
    manifest['weights']['small'] = {k: v for k, v in entry.items() if v is not None}
    write(folder, manifest)


def test_the_default_weights_see_events_and_remember():
    """They are in models/ and were trained."""
    weights = find_weights()
    assert weights.name == 'efflite0-r' and weights.config.recurrent
    assert weights.config.input_type == 'events'


@pytest.mark.parametrize('name', ['efflite0-r', 'efflite0-frames'])
def test_the_shipped_weights_are_trained_and_load(name):
    """The file in models/: whole, finite, of the network that the manifest and the file name."""
    weights = find_weights(name)
    assert weights.output_kind == 'metric' and weights.trained and not weights.notes
    assert len(weights.network().state_dict()) == len(weights.state_dict())
    itself = find_weights(str(weights.path))
    assert (itself.config, itself.output_kind, itself.trained, itself.licence) \
        == (weights.config, weights.output_kind, True, weights.licence)


def test_an_initialisation_calls_itself_untrained():
    """Name, flag and note all say so."""
    weights = find_weights('untrained-vits-r')
    assert not weights.trained
    assert 'untrained' in weights.notes[0]
    assert weights.output_kind == 'relative'
    assert weights.config.recurrent and weights.config.encoder == 'vits'


@pytest.mark.parametrize('name', ['untrained-vits-r', 'untrained-vits'])
def test_the_seeded_weights_are_those_of_the_manifest(name):
    """The same bits as when the manifest was written, on every machine."""
    weights = find_weights(name)
    tensors = weights.state_dict()
    assert state_dict_sha256(tensors) == weights.sha256
    assert weights.network().config == weights.config


def test_a_seed_of_another_value_is_noticed():
    """The sha256 stands for the tensors, not for the seed."""
    first, second = (state_dict_sha256(seeded_state_dict(CONFIG, seed)) for seed in (1, 2))
    assert first != second
    assert first == state_dict_sha256(seeded_state_dict(CONFIG, 1))


def test_an_entry_with_a_file_is_read(models):
    """Name, licence, source, kind and tensors come from the manifest and its file."""
    weights = find_weights('small', models)
    assert weights == find_weights('default', models)
    assert (weights.licence, weights.output_kind) == ('Apache-2.0', 'metric')
    assert weights.trained
    expected = seeded_state_dict(CONFIG, 3)
    assert state_dict_sha256(weights.state_dict()) == state_dict_sha256(expected)


def test_a_file_with_another_sha256_is_refused(models):
    """Damaged or exchanged: the entry stands for exactly one file."""
    with open(models / 'small.pth', 'ab') as handle:
        handle.write(b'x')
    with pytest.raises(WeightsError, match='small.pth has sha256'):
        find_weights('small', models)


def test_a_missing_file_says_where_to_get_it(models):
    """The source of the entry is in the sentence."""
    (models / 'small.pth').unlink()
    with pytest.raises(WeightsError, match='get it from a test and put it at .*small.pth'):
        find_weights('small', models)


def test_an_unknown_name_lists_the_known_ones():
    """The way out is in the sentence."""
    with pytest.raises(WeightsError, match="called 'nothing'.*untrained-vits-r"):
        find_weights('nothing')


@pytest.mark.parametrize('changes, sentence', [
    ({'licence': None}, 'small is not complete: .licence'),
    ({'output_kind': 'metres'}, "output_kind 'metres'"),
    ({'model': {'model_type': 'DAv2'}}, 'small: the model section has no encoder'),
    ({'model': None}, 'not complete')])
def test_a_manifest_entry_that_is_wrong_is_named(models, changes, sentence):
    """Which entry, and what of it."""
    change(models, **changes)
    with pytest.raises(WeightsError, match=sentence):
        find_weights('small', models)


@pytest.mark.parametrize('text', ['', '[1', 'default: x\nweights: {}', 'weights: {a: {}}'])
def test_a_broken_manifest_is_named(tmp_path, text):
    """Empty, not YAML, a default that is not there."""
    (tmp_path / 'manifest.yaml').write_text(text)
    with pytest.raises(WeightsError, match='manifest'):
        find_weights('default', tmp_path)


def test_a_path_is_taken_as_a_checkpoint(tmp_path):
    """Licence and source are not stated unless the configuration states them."""
    path = tmp_path / 'mine.pth'
    settings = {'model': CONFIG.as_dict()}
    torch.save({'state_dict': seeded_state_dict(CONFIG, 3), 'config': settings}, path)
    weights = find_weights(str(path))
    assert (weights.name, weights.licence, weights.trained) == ('mine', 'not stated', True)
    assert weights.output_kind == 'relative' and weights.sha256 == file_sha256(path)
    torch.save({'state_dict': seeded_state_dict(CONFIG, 3),
                'config': {**settings, 'output_kind': 'metric', 'licence': 'MIT'}}, path)
    assert find_weights(str(path)).output_kind == 'metric'
    with pytest.raises(WeightsError, match='sha256'):
        weights.state_dict()                    # the file changed after it was found


def test_a_changed_config_beside_is_noticed(tmp_path):
    """What is remembered of a file goes with the config.json beside it."""
    torch.save(seeded_state_dict(CONFIG, 3), tmp_path / 'a.pth')
    for scale in (1.0, 2.0):
        settings = {'model': {**CONFIG.as_dict(), 'scale_factor': scale}}
        (tmp_path / 'config.json').write_text(json.dumps(settings))
        assert find_weights(str(tmp_path / 'a.pth')).config.scale_factor == scale


def test_a_stock_checkpoint_counts_as_untrained(tmp_path):
    """Its recurrent blocks have learned nothing."""
    stock = {k: v for k, v in seeded_state_dict(CONFIG, 3).items() if 'gru_layer' not in k}
    torch.save({'state_dict': stock, 'config': {'model': CONFIG.as_dict()}}, tmp_path / 'a.pth')
    weights = find_weights(str(tmp_path / 'a.pth'))
    assert not weights.trained
    assert 'stock Depth Anything V2' in weights.notes[0]


def test_finding_named_weights_needs_no_torch():
    """A cached engine starts without importing torch."""
    code = ('import sys; from depthanyevent_ros.network.weights import find_weights; '
            'find_weights(); assert "torch" not in sys.modules')
    subprocess.run([sys.executable, '-c', code], check=True, timeout=60,
                   cwd=Path(__file__).parents[2])
