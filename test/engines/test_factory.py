# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One call makes an engine; what cannot be made is said in a sentence."""

import builtins
from dataclasses import replace
import json
import sys

import pytest

from depthanyevent_ros.engines import factory, openvino_engine, parity
from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.engines.cache_entry import describe_files
from depthanyevent_ros.engines.cuda import device_files, find_gpu
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.onnx_source import OnnxSource
from depthanyevent_ros.engines.openvino_builder import OpenVinoBuilder
from depthanyevent_ros.engines.parity import Bound
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.errors import (ConfigError, EngineRefused, EngineUnavailable,
                                      WeightsError)
from depthanyevent_ros.network.weights import find_weights


@pytest.fixture
def without(monkeypatch):
    """Return a function that makes a package look as if it were not installed."""
    real = builtins.__import__

    def hide(package):
        def fake(name, *args, **kwargs):
            if name.split('.')[0] == package:
                raise ImportError(f'No module named {package!r}')
            return real(name, *args, **kwargs)

        for name in list(sys.modules):
            if name.startswith('depthanyevent_ros.engines.') and name.endswith(
                    ('openvino_engine', 'torch_engine', 'export', 'deployed')):
                monkeypatch.delitem(sys.modules, name)
        import depthanyevent_ros.engines as engines
        for name in ('openvino_engine', 'torch_engine', 'export', 'deployed'):
            monkeypatch.delattr(engines, name, raising=False)
        monkeypatch.setattr(builtins, '__import__', fake)
    return hide


def test_auto_takes_openvino(make_spec, cache, openvino_engine):
    """The fastest engine that runs here."""
    assert make_engine(make_spec('auto'), cache=cache).name == 'openvino'


def test_a_cached_engine_is_not_built_again(make_spec, cache, openvino_engine):
    """No step is announced, and nothing is exported, compiled anew or compared."""
    said = []
    engine = make_engine(make_spec(), said.append, cache)
    assert said == []
    assert engine.describe()['parity'] == openvino_engine.describe()['parity']


def test_without_openvino_auto_takes_torch_and_says_so(make_spec, without):
    """The sentence names the package."""
    without('openvino')
    said = []
    assert make_engine(make_spec('auto', 'auto'), said.append).name == 'torch'
    assert 'passes over openvino: openvino is not installed' in said[0]


@pytest.mark.parametrize('package', ['openvino', 'torch'])
def test_a_missing_package_is_named(make_spec, without, package):
    """With the way out."""
    spec = replace(make_spec(package), weights='default')
    without(package)
    with pytest.raises(EngineUnavailable, match=f'{package} is not installed.*pip install'):
        make_engine(spec)


def test_building_without_torch_is_refused(make_spec, without, tmp_path):
    """OpenVINO alone cannot export; a cached engine it can run."""
    spec = replace(make_spec(), weights='default')
    without('torch')
    with pytest.raises(EngineUnavailable, match='torch is not installed.*building an engine'):
        make_engine(spec, cache=EngineCache(tmp_path))


def test_an_engine_above_its_bound_is_refused_and_auto_goes_on(make_spec, tmp_path, monkeypatch):
    """EngineRefused for the engine by name, after its steps; with auto the reference runs."""
    said = []
    monkeypatch.setitem(parity.BOUNDS, 'f32', Bound(0.0, 0.0, 0.0, 0.0))
    small = dict(sensor_height=70, sensor_width=70, input_height=70, input_width=70)
    with pytest.raises(EngineRefused, match='the openvino engine in f32 is not used'):
        make_engine(make_spec(**small), said.append, EngineCache(tmp_path))
    assert [sentence.split()[0] for sentence in said] == [
        'exporting', 'compiling', 'compared', 'compared']
    said.clear()
    reader = EngineCache(tmp_path, may_build=False)     # the refusal is kept: no second build
    engine = make_engine(make_spec('auto', **small), said.append, reader)
    assert engine.name == 'torch'
    assert ['passes over openvino: the openvino engine in f32' in s for s in said] == [True]


def test_a_cached_engine_that_cannot_be_read_is_built_again(make_spec, cache, openvino_engine):
    """Bytes of the right number and the wrong value, in what an earlier version wrote perhaps."""
    folder = cache.root / openvino_engine.describe()['cache']
    size = (folder / 'parity.json').stat().st_size
    (folder / 'parity.json').write_text('x' * size)
    entry = json.loads((folder / 'entry.json').read_text())
    entry['files'] = describe_files(folder)
    entry['files'].pop('entry.json')
    (folder / 'entry.json').write_text(json.dumps(entry))
    said = []
    engine = make_engine(make_spec(), said.append, cache)
    assert 'cannot be read and is built again' in said[0]
    assert json.loads((folder / 'parity.json').read_text()) == engine.describe()['parity']


def test_an_exported_network_that_was_damaged_is_never_compiled(make_spec, cache, openvino_engine):
    """One byte of its weights: else the depth were wrong under a good comparison."""
    exported = [path for path in cache.root.glob('onnx-*/weights.data')]
    before = [path.read_bytes() for path in exported]
    for path in exported:
        with open(path, 'r+b') as file:
            file.seek(5000)
            file.write(b'\xff\xff')
    said = []
    make_engine(make_spec(), said.append, cache).close()
    assert 'is built again: its file weights.data is damaged' in said[0]
    repaired, = [path for path, content in zip(exported, before)
                 if path.read_bytes() == content]
    assert repaired
    for path, content in zip(exported, before):
        path.write_bytes(content)


def test_a_build_that_fails_is_not_tried_twice(make_spec, tmp_path, monkeypatch):
    """A full disk is not a cached engine that cannot be read."""
    def full(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(OnnxSource, '_export', full)
    said = []
    with pytest.raises(EngineUnavailable, match='No space left on device.*DEPTHANYEVENT_CACHE'):
        make_engine(make_spec(), said.append, EngineCache(tmp_path))
    assert said == []                           # it failed before the compiler had its turn


def test_auto_precision_is_measured_and_says_why(make_spec, cache, openvino_engine):
    """The choice is one of the two, with the figures; it is kept."""
    builder = OpenVinoBuilder(make_spec(precision='auto'),
                              find_weights(make_spec().weights), cache, lambda sentence: None)
    precision, why = builder.choose_precision()
    assert precision in ('f32', 'bf16') and why.startswith(f'precision auto is {precision}')
    assert builder.choose_precision() == (precision, why)
    assert why in builder.engine().describe()['notes']


def test_without_bf16_auto_is_f32_and_bf16_is_refused(make_spec, cache, monkeypatch):
    """The processor decides what can be asked for."""
    monkeypatch.setattr(openvino_engine, 'has_bf16', lambda: False)
    engine = make_engine(make_spec(precision='auto'), cache=cache)
    assert engine.describe()['precision'] == 'f32'
    assert 'no bf16 in this processor' in engine.describe()['notes'][-1]
    with pytest.raises(EngineUnavailable, match='no bf16 arithmetic'):
        make_engine(make_spec(precision='bf16'), cache=cache)


def test_the_reference_computes_in_f32_only(make_spec):
    """It is what the others are measured against."""
    for precision in ('bf16', 'f16'):
        with pytest.raises(EngineUnavailable, match='f32 only'):
            make_engine(make_spec('torch', precision))


@pytest.mark.parametrize('engine, precision', [('openvino', 'f16'), ('tensorrt', 'bf16')])
def test_a_precision_that_an_engine_has_not_is_refused(make_spec, engine, precision):
    """With those that it has, and before anything is built or looked for."""
    with pytest.raises(EngineUnavailable, match=f'the {engine} engine has no precision .*choose'):
        make_engine(make_spec(engine, precision))


def test_auto_tries_tensorrt_only_where_there_may_be_a_gpu(make_spec, monkeypatch, torch_engine,
                                                           tmp_path):
    """Elsewhere nobody wants to read at every start that there is none."""
    monkeypatch.setitem(factory.BUILDERS, 'openvino', lambda *_: torch_engine)
    monkeypatch.setattr(device_files, 'NVIDIA_DEVICES', (tmp_path / 'nvidiactl',))
    said = []
    assert make_engine(make_spec('auto', 'auto'), said.append) is torch_engine and not said
    (tmp_path / 'nvidiactl').touch()
    monkeypatch.setattr(find_gpu, 'PYCUDA', 'no_such_module')
    assert make_engine(make_spec('auto', 'auto'), said.append) is torch_engine
    assert said[0].startswith('engine auto passes over tensorrt: pycuda is not installed')


def test_untrained_weights_say_so_first(tmp_path):
    """The first sentence of any start with a seeded initialisation."""
    said = []
    spec = EngineSpec(70, 70, 'untrained-vits-r', engine='torch', input_height=70, input_width=70)
    engine = make_engine(spec, said.append)
    assert 'untrained' in said[0]
    assert engine.describe()['trained'] is False
    assert 'untrained' in engine.describe()['notes'][0]


@pytest.mark.parametrize('changes, sentence', [
    (dict(engine='tpu'), "engine is 'tpu'"), (dict(precision='fp16'), "precision is 'fp16'"),
    (dict(sensor_height=0), 'sensor_height is 0'), (dict(threads=-1), 'threads is -1'),
    (dict(input_width=7), 'input_width is 7'),
    (dict(input_height=28, input_width=28), 'is too small')])
def test_a_value_that_cannot_be_used_is_named(make_spec, changes, sentence):
    """ConfigError with the parameter."""
    with pytest.raises(ConfigError, match=sentence):
        make_engine(make_spec(**{'engine': 'torch', **changes}))


def test_weights_that_are_not_there_are_named(make_spec):
    """The factory passes the sentence on."""
    with pytest.raises(WeightsError, match='none.pth'):
        make_engine(replace(make_spec(), weights='/nowhere/none.pth'))


def test_a_further_engine_is_one_line(make_spec, monkeypatch, torch_engine):
    """A name and a function."""
    monkeypatch.setitem(factory.BUILDERS, 'other', lambda *_: torch_engine)
    assert make_engine(make_spec('other')) is torch_engine


def test_an_engine_can_be_closed(make_spec, cache):
    """And closed again."""
    engine = make_engine(make_spec(), cache=cache)
    engine.close()
    engine.close()
