# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Official and stock checkpoints load; everything else is refused with a sentence."""

import json
import os
import pickle

import pytest
from safetensors.torch import save_file
import torch

from depthanyevent_ros.errors import WeightsError
from depthanyevent_ros.network.checkpoint import load_checkpoint
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.network.seeded import seeded_state_dict

CONFIG = ModelConfig(encoder='vitt')
SETTINGS = {'trainer': {'clip_distance': 80}, 'model': CONFIG.as_dict()}


@pytest.fixture(scope='module')
def tensors():
    """Return a full state_dict of the small recurrent network."""
    return seeded_state_dict(CONFIG, 3)


def assert_same(loaded, tensors):
    """All tensors, in the network's own order, and accepted by it strictly."""
    assert list(loaded) == list(tensors)
    assert all(torch.equal(loaded[name], tensors[name]) for name in tensors)
    build_network(CONFIG).load_state_dict(loaded, strict=True)


def test_a_dict_with_the_config_inside_loads(tmp_path, tensors):
    """The official form: state_dict and config in one dictionary."""
    torch.save({'state_dict': tensors, 'config': SETTINGS, 'epoch': 3}, tmp_path / 'a.pth')
    loaded, config, info = load_checkpoint(tmp_path / 'a.pth')
    assert_same(loaded, tensors)
    assert config == CONFIG
    assert (info.config_from, info.stock, info.notes) == ('inside', False, ())
    assert info.settings['trainer'] == {'clip_distance': 80}


def test_a_bare_state_dict_with_the_config_beside_loads(tmp_path, tensors):
    """The other official form, with config.json in the same folder."""
    torch.save(tensors, tmp_path / 'a.pth')
    (tmp_path / 'config.json').write_text(json.dumps(SETTINGS))
    loaded, config, info = load_checkpoint(tmp_path / 'a.pth')
    assert_same(loaded, tensors)
    assert config == CONFIG and info.config_from == 'config.json'


def test_a_bare_state_dict_may_hold_its_config(tmp_path, tensors):
    """The key config beside the tensors is no tensor."""
    torch.save({**tensors, 'config': SETTINGS}, tmp_path / 'a.pth')
    assert_same(load_checkpoint(tmp_path / 'a.pth')[0], tensors)


@pytest.mark.parametrize('inside', [True, False])
def test_safetensors_load(tmp_path, tensors, inside):
    """The config is JSON in the metadata, or beside."""
    metadata = {'config': json.dumps(SETTINGS)} if inside else None
    save_file(tensors, tmp_path / 'a.safetensors', metadata)
    (tmp_path / 'config.json').write_text(json.dumps(SETTINGS))
    loaded, config, info = load_checkpoint(tmp_path / 'a.safetensors')
    assert_same(loaded, tensors)
    assert config == CONFIG
    assert info.config_from == ('inside' if inside else 'config.json')


def test_the_prefix_of_dataparallel_is_taken_off(tmp_path, tensors):
    """module.x is x, and it is said."""
    prefixed = {f'module.{name}': value for name, value in tensors.items()}
    torch.save({'state_dict': prefixed, 'config': SETTINGS}, tmp_path / 'a.pth')
    loaded, _, info = load_checkpoint(tmp_path / 'a.pth')
    assert_same(loaded, tensors)
    assert 'module.' in info.notes[0]


def test_half_precision_is_read_as_float32(tmp_path, tensors):
    """The network computes in float32 whatever the file stores."""
    halves = {name: value.half() for name, value in tensors.items()}
    torch.save({'state_dict': halves, 'config': SETTINGS}, tmp_path / 'a.pth')
    loaded = load_checkpoint(tmp_path / 'a.pth')[0]
    assert all(value.dtype == torch.float32 for value in loaded.values())


def test_a_given_config_comes_first(tmp_path, tensors):
    """What the caller knows overrides what lies beside."""
    torch.save({'state_dict': tensors, 'config': {'model': 'broken'}}, tmp_path / 'a.pth')
    _, config, info = load_checkpoint(tmp_path / 'a.pth', CONFIG)
    assert config is CONFIG and info.config_from == 'given'


def test_a_stock_checkpoint_lacks_exactly_the_recurrent_part(tmp_path, tensors):
    """Depth Anything V2 into DepthAnyEvent-R: 16 tensors are seeded, and it is said."""
    stock = {name: value for name, value in tensors.items() if 'gru_layer' not in name}
    assert len(tensors) - len(stock) == 16
    torch.save({'state_dict': stock, 'config': SETTINGS}, tmp_path / 'a.pth')
    loaded, _, info = load_checkpoint(tmp_path / 'a.pth')
    assert info.stock and '16 recurrent tensors are missing' in info.notes[0]
    assert all(torch.equal(loaded[name], stock[name]) for name in stock)
    build_network(CONFIG).load_state_dict(loaded, strict=True)


def test_fifteen_missing_recurrent_tensors_are_refused(tmp_path, tensors):
    """Half a recurrent part is a damaged checkpoint."""
    some = {name: value for name, value in tensors.items()
            if 'gru_layer' not in name or name.endswith('gru_layer_1.conv.conv2d.bias')}
    torch.save({'state_dict': some, 'config': SETTINGS}, tmp_path / 'a.pth')
    with pytest.raises(WeightsError, match='15 missing .first depth_head.gru_layer_1'):
        load_checkpoint(tmp_path / 'a.pth')


class Code:
    """Something that runs a command when it is unpickled."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return os.mkdir, (str(self.target),)


def test_a_file_with_code_is_refused_and_the_code_does_not_run(tmp_path, tensors):
    """weights_only: nothing in the file is called."""
    target = tmp_path / 'ran'
    torch.save({'state_dict': tensors, 'extra': Code(target)}, tmp_path / 'a.pth')
    with pytest.raises(WeightsError, match='would run code'):
        load_checkpoint(tmp_path / 'a.pth')
    (tmp_path / 'b.pth').write_bytes(pickle.dumps(Code(target)))
    with pytest.raises(WeightsError, match='not a checkpoint that torch.save wrote'):
        load_checkpoint(tmp_path / 'b.pth')
    assert not target.exists()


@pytest.mark.parametrize('old_format', [False, True])
def test_a_truncated_file_is_refused(tmp_path, tensors, old_format):
    """Both formats of torch.save, cut in the middle."""
    torch.save(tensors, tmp_path / 'a.pth', _use_new_zipfile_serialization=not old_format)
    content = (tmp_path / 'a.pth').read_bytes()
    (tmp_path / 'a.pth').write_bytes(content[:len(content) // 2])
    with pytest.raises(WeightsError, match='damaged or truncated'):
        load_checkpoint(tmp_path / 'a.pth')


def test_a_truncated_safetensors_file_is_refused(tmp_path, tensors):
    """The library's own reason is passed on."""
    save_file(tensors, tmp_path / 'a.safetensors')
    content = (tmp_path / 'a.safetensors').read_bytes()
    (tmp_path / 'a.safetensors').write_bytes(content[:-100])
    with pytest.raises(WeightsError, match='not a whole safetensors file'):
        load_checkpoint(tmp_path / 'a.safetensors')


@pytest.mark.parametrize('content', [b'', b'hello, not a checkpoint', b'PK'])
def test_another_file_is_refused(tmp_path, content):
    """Empty, text, and two bytes of a zip file."""
    (tmp_path / 'a.pth').write_bytes(content)
    with pytest.raises(WeightsError, match='a.pth is not a checkpoint'):
        load_checkpoint(tmp_path / 'a.pth')


@pytest.mark.parametrize('content', [b'<!DOCTYPE html><html>', b'\n<html lang="en">', b'<'])
def test_a_web_page_is_named(tmp_path, content):
    """What a download of a large file gives that first wants a click."""
    (tmp_path / 'a.pth').write_bytes(content)
    with pytest.raises(WeightsError, match='a.pth is a web page'):
        load_checkpoint(tmp_path / 'a.pth')


@pytest.mark.parametrize('content, sentence', [
    ([1, 2], 'holds a list'), ({'state_dict': [1]}, 'its state_dict is a list'),
    ({'state_dict': {'a': 1}}, "holds 'a' .int. where"), ({'lr': 0.1}, "holds 'lr'"),
    ({7: torch.zeros(2)}, 'holds 7 .Tensor. where'),
    ({'a': torch.zeros(2).to_sparse()}, 'a is sparse or has no values'),
    ({'a': torch.zeros(2, device='meta')}, 'a is sparse or has no values')])
def test_a_file_of_other_things_is_refused(tmp_path, content, sentence):
    """What torch.save wrote need not be a state_dict."""
    torch.save(content, tmp_path / 'a.pth')
    with pytest.raises(WeightsError, match=sentence):
        load_checkpoint(tmp_path / 'a.pth')


@pytest.mark.parametrize('settings, sentence', [
    (None, 'no config inside and there is no config.json'),
    ({'model': {**CONFIG.as_dict(), 'encoder': 'vits'}}, 'belongs to another network'),
    ({'model': {**CONFIG.as_dict(), 'encoder': 'huge'}}, 'a.pth: model.encoder'),
    ({'trainer': {}}, 'has no model_type'), ([1], 'not a table')])
def test_a_config_that_does_not_fit_is_refused(tmp_path, tensors, settings, sentence):
    """No config, of another network, with an unknown value, without a model, not a table."""
    torch.save({'state_dict': tensors, 'config': settings}, tmp_path / 'a.pth')
    with pytest.raises(WeightsError, match=sentence):
        load_checkpoint(tmp_path / 'a.pth')


def test_a_config_beside_that_is_no_json_is_refused(tmp_path, tensors):
    """The error names the file."""
    torch.save(tensors, tmp_path / 'a.pth')
    (tmp_path / 'config.json').write_text('{')
    with pytest.raises(WeightsError, match='config.json beside a.pth is not JSON'):
        load_checkpoint(tmp_path / 'a.pth')


@pytest.mark.parametrize('change, sentence', [
    (lambda t: t.update(extra=torch.zeros(1)), '1 unexpected .first extra'),
    (lambda t: t.pop('pretrained.cls_token'), '1 missing .first pretrained.cls_token'),
    (lambda t: t.update({'pretrained.norm.bias': torch.zeros(3)}),
     r'pretrained.norm.bias is \(3,\), expected \(192,\)'),
    (lambda t: t.update({'pretrained.norm.bias': torch.zeros(192, dtype=torch.int64)}),
     'not floating point'),
    (lambda t: t.update({'pretrained.norm.bias': torch.full((192,), float('nan'))}),
     'not finite')])
def test_tensors_that_do_not_fit_are_named(tmp_path, tensors, change, sentence):
    """Unexpected, missing, of another shape or type, not finite."""
    changed = dict(tensors)
    change(changed)
    torch.save({'state_dict': changed, 'config': SETTINGS}, tmp_path / 'a.pth')
    with pytest.raises(WeightsError, match=sentence):
        load_checkpoint(tmp_path / 'a.pth')


def test_a_missing_file_is_named(tmp_path):
    """The path is in the sentence; a folder is no file."""
    with pytest.raises(WeightsError, match='there is no weight file .*none.pth'):
        load_checkpoint(tmp_path / 'none.pth')
    with pytest.raises(WeightsError, match='there is no weight file'):
        load_checkpoint(tmp_path)
