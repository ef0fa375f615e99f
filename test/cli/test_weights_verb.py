# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The verb weights: what was learned online, listed, compared, promoted, exported, deleted."""

import hashlib
import json
from math import expm1, log
import os
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
import yaml

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.cli import weights_found
from depthanyevent_ros.distillation.promotion.store import FACTORY, LOCK, WeightsStore
from depthanyevent_ros.distillation.promotion.where import store_folder
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.weights import find_weights, weights_of_entry
from depthanyevent_ros.training.windows_file import write_windows

MODEL = ModelConfig(encoder='efflite0', activation='softplus', scale_factor=10.0,
                    input_size_height=64, input_size_width=96)
FACTS = {'model': MODEL.as_dict(), 'output_kind': 'metric', 'licence': 'Apache-2.0',
         'trained': True, 'source': 'efflite0-r, adapted online to frames'}
NEW_YEAR_NS = 1_767_225_600_000_000_000         # 2026-01-01 in Greenwich


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """Keep what the package keeps in a folder of the test; the clock is that of Paris."""
    monkeypatch.setenv('ROS_HOME', str(tmp_path / 'ros'))
    monkeypatch.setenv('TZ', 'CET-1')
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def store():
    """Return the store of the default robot, empty."""
    return WeightsStore(store_folder('default'))


@pytest.fixture
def factory_sha256():
    """Return the sha256 of the default weights."""
    return find_weights().sha256


@pytest.fixture
def three(store, factory_sha256):
    """Return the store with versions 1, 2 (from 1) and 3 (from the factory); 2 is in use."""
    for parent, before, after, aligned, metres in (
            (0, 0.2, 0.15, 0.33, 0.44), (1, 0.15, 0.12, 0.35, 0.46), (0, 0.25, 0.2, 0.32, 0.43)):
        add(store, parent, factory_sha256, before, after, aligned, metres)
    store.use(2)
    return store


def add(store, parent, factory_sha256, before, after, aligned, metres, arrays=None):
    """Add a version; the factory has AbsRel 0.334 and 0.45."""
    number = len(store.versions()) + 1
    return store.add(
        arrays or {'x': np.full(3, number, np.float32)}, FACTS, parent=parent,
        factory_sha256=factory_sha256, created_ns=NEW_YEAR_NS + number * 3_600_000_000_000,
        n_steps=40 * number, teacher='efflite0-frames', scores={
            'candidate': {'held_out': after, 'aligned': aligned, 'metres': metres, 'spread': 0.5},
            'present': {'held_out': before, 'aligned': 0.334, 'metres': 0.45, 'spread': 0.6},
            'factory': {'held_out': None, 'aligned': 0.334, 'metres': 0.45, 'spread': 0.6}})


def weights(capsys, *arguments):
    """Run the verb and return the exit code, stdout and stderr."""
    code = main(['weights', *map(str, arguments)])
    return (code, *capsys.readouterr())


def told(capsys, *arguments):
    """Run the verb and return what it says."""
    code, out, err = weights(capsys, *arguments)
    assert code == 0 and err == ''
    return out


def refused(capsys, *arguments):
    """Run what cannot be done and return the one sentence that says so."""
    code, out, err = weights(capsys, *arguments)
    assert code == 1 and out == '' and err.count('\n') == 1
    return err.removeprefix('depthanyevent weights: ')


def cells(line):
    """Return the words of a row."""
    return line.split()


def content(store):
    """Return every file of a store and what is in it; its lock may be there or not."""
    return {path.name: path.read_bytes() for path in store.folder.iterdir()
            if path.name != LOCK}


def flip_a_bit(path):
    """Damage a file in its last byte."""
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))


# --- list and show -----------------------------------------------------------------------------

def test_the_list_has_a_row_for_the_factory_and_each_version(three, capsys, factory_sha256):
    """The figures are those that were stored; an asterisk marks the one in use."""
    lines = told(capsys, 'list').splitlines()
    assert lines[0] == f'versions in {three.folder}'
    assert cells(lines[2]) == ['number', 'parent', 'created', 'steps', 'teacher', 'before',
                               'after', 'AbsRel', 'aligned', 'AbsRel', 'in', 'metres']
    assert [cells(line) for line in lines[3:7]] == [
        ['0', '-', '-', '-', '-', '-', '-', '0.334', '0.450'],
        ['1', '0', '2026-01-01T02:00:00+01:00', '40', 'efflite0-frames', '0.200', '0.150',
         '0.330', '0.440'],
        ['*', '2', '1', '2026-01-01T03:00:00+01:00', '80', 'efflite0-frames', '0.150', '0.120',
         '0.350', '0.460'],
        ['3', '0', '2026-01-01T04:00:00+01:00', '120', 'efflite0-frames', '0.250', '0.200',
         '0.320', '0.430']]
    assert f'0 is the factory: efflite0-r ({factory_sha256[:12]})' in lines[8]
    assert max(map(len, lines[2:])) <= 120


def test_the_asterisk_stands_at_the_factory_if_no_version_is_in_use(three, capsys):
    """As it is before the first promotion and after `promote 0`."""
    three.use(FACTORY)
    marked = [line for line in told(capsys, 'list').splitlines() if line.startswith('*  ')]
    assert [cells(line)[1] for line in marked] == ['0']


def test_where_nothing_was_learned_the_list_says_so_and_makes_no_folder(capsys, tmp_path):
    """A name that was mistyped leaves nothing behind; other robots are named."""
    assert 'no weights were learned online yet' in told(capsys, 'list', '--robot', 'rover')
    assert not (tmp_path / 'ros').exists()
    add(WeightsStore(store_folder('rower')), 0, 'f' * 64, 0.2, 0.1, 0.3, 0.4)
    assert 'robots that have some: rower' in told(capsys, 'list', '--robot', 'rover')
    assert not store_folder('rover').exists()
    WeightsStore(store_folder('rover'))         # a folder, and no versions
    assert 'no weights were learned online yet' in told(capsys, 'list', '--robot', 'rover')


def test_robots_have_versions_of_their_own_and_a_store_may_lie_elsewhere(three, capsys, tmp_path):
    """The folder is the same whether it is given by the robot or itself."""
    add(WeightsStore(store_folder('rover')), 0, 'f' * 64, 0.2, 0.1, 0.3, None)
    by_name = told(capsys, 'list', '--robot', 'rover')
    assert by_name == told(capsys, 'list', '--store', store_folder('rover'))
    assert 'efflite0-frames  ' in by_name and 'not in the manifest (ffffffffffff)' in by_name
    assert '0.450' in by_name                   # the factory has metres, this version has none
    assert 'not both' in refused(capsys, 'list', '--robot', 'rover', '--store', tmp_path)
    assert refused(capsys, 'list', '--store', tmp_path / 'no') == (
        f'there is no folder {tmp_path / "no"}\n')


def test_what_is_damaged_is_marked_and_named_and_the_rest_is_listed(three, capsys):
    """Of 1 the weights, of 2 (in use) the description; both are said with their file."""
    flip_a_bit(three.path(1))
    three.path(2).with_suffix('.json').write_text('{')
    out = told(capsys, 'list')
    rows = [cells(line)[:2] for line in out.splitlines()[3:6]]
    assert rows == [['*', '0'], ['!', '1'], ['3', '0']]
    assert 'v000001.safetensors is damaged' in out and 'v000002.json, which describes' in out
    assert 'version 2 is marked as in use, and cannot be used' in out


@pytest.mark.parametrize('change', [
    {'number': [2]}, {'number': 'two'}, {'created_ns': 'today'}, {'scores': 7}, {'n_steps': None},
    {'scores': {'candidate': {'held_out': 'good'}}}, {'parent': 2}, {'created_ns': 10 ** 40},
    {'teacher': 1}, {'number': 1}, {'surplus': 1}])
def test_a_description_of_nonsense_is_damaged_and_no_traceback(three, capsys, change):
    """Whatever stands in it: the version can be listed, and deleted."""
    path = three.path(2).with_suffix('.json')
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert 'v000002.json, which describes version 2, is damaged' in refused(capsys, 'show', 2)
    assert '! 2: ' in told(capsys, 'list')
    assert told(capsys, 'delete', 2) == 'deleted: version 2\n'
    assert '! ' not in told(capsys, 'list') and not three.path(2).exists()


def test_figures_that_are_not_known_or_not_numbers_are_dashes(store, capsys):
    """A version without scores, and one with NaN, which JSON of Python has."""
    version = add(store, 0, 'f' * 64, float('nan'), 0.1, None, None)
    path = store.path(version.number).with_suffix('.json')
    assert ' -  0.100 ' in told(capsys, 'list')
    path.write_text(json.dumps({**json.loads(path.read_text()), 'scores': {}}))
    assert 'AbsRel aligned' not in told(capsys, 'list').splitlines()[2]
    assert told(capsys, 'compare', 1) and told(capsys, 'show', 1)


def test_show_says_all_that_is_known_and_where_the_file_is(three, capsys, factory_sha256):
    """Lineage from version to factory, and the scores of the examination."""
    out = told(capsys, 'show', 2)
    facts = dict(line.split(': ', 1) for line in out.partition('\n\n')[0].splitlines())
    assert facts == {
        'version': '2, in use', 'created': '2026-01-01T03:00:00+01:00', 'steps': '80',
        'lineage': f'2 from 1 from the factory; factory: efflite0-r ({factory_sha256[:12]})',
        'teacher': 'efflite0-frames', 'source': 'efflite0-r, adapted online to frames',
        'licence': 'Apache-2.0', 'depth': 'metric', 'network': 'RecDAv2, efflite0, input 96x64',
        'sha256': hashlib.sha256(three.path(2).read_bytes()).hexdigest(),
        'file': str(three.path(2))}
    table = [cells(line)[-3:] for line in out.partition('\n\n')[2].splitlines()[1:]]
    assert table == [['0.120', '0.150', '-'], ['0.350', '0.334', '0.334'],
                     ['0.460', '0.450', '0.450'], ['0.500', '0.600', '0.600']]


def test_show_of_a_version_whose_parent_was_deleted(three, capsys):
    """What came before it is not known any more."""
    three.delete(1)
    assert 'lineage: 2 from 1 (no longer there); factory: ' in told(capsys, 'show', 2)


def test_show_0_is_the_factory(three, capsys, factory_sha256):
    """It is no version and has a name and scores."""
    out = told(capsys, 'show', 0)
    assert out.startswith(f'factory: efflite0-r ({factory_sha256[:12]})\n')
    assert 'aligned: 0.334\n' in out and 'in use' not in out
    three.use(FACTORY)
    assert ', in use\n' in told(capsys, 'show', 0)


# --- compare -----------------------------------------------------------------------------------

def test_compare_puts_stored_scores_side_by_side(three, capsys):
    """The gains by hand: 1 - 0.15 / 0.2 and 1 - 0.12 / 0.15."""
    lines = told(capsys, 'compare', 2, 0, 1, 2).splitlines()
    assert cells(lines[0]) == ['2', 'factory', '1']
    assert [cells(line)[-3:] for line in lines[1:7]] == [
        ['0.150', '-', '0.200'], ['0.120', '-', '0.150'], ['20.0', '-', '25.0'],
        ['0.350', '0.334', '0.330'], ['0.460', '0.450', '0.440'], ['0.500', '0.600', '0.500']]
    assert 'compare before with after' in lines[8] and len(lines) == 9


def test_one_version_is_compared_with_the_factory(three, capsys):
    """0 alone with nothing is refused."""
    assert cells(told(capsys, 'compare', 3).splitlines()[0]) == ['factory', '3']
    assert 'give a version' in refused(capsys, 'compare', 0)


def test_compare_says_if_the_versions_were_held_against_different_factories(three, capsys):
    """Their AbsRel on the factory set then says nothing."""
    add(three, 0, 'e' * 64, 0.2, 0.1, 0.3, 0.4)
    assert 'different factory weights' in told(capsys, 'compare', 1, 4)
    assert 'different factory weights' not in told(capsys, 'compare', 1, 3)


def plane(depth_m):
    """Return weights whose depth is the same everywhere: zero but for the last bias."""
    from depthanyevent_ros.network.seeded import parameter_shapes
    arrays = {name: np.zeros(tuple(shape), np.float32)
              for name, shape in parameter_shapes(MODEL).items()}
    arrays['depth_head.scratch.output_conv2.2.bias'][:] = log(expm1(depth_m / 10))
    return arrays


@pytest.fixture
def planes(store, factory_sha256):
    """Return a store with versions that see 4.5 m and 7 m everywhere."""
    for depth_m in (4.5, 7.0):
        add(store, 0, factory_sha256, 0.2, 0.1, 0.3, 0.4, plane(depth_m))
    return store


def write_file(path, left_m, right_m, kind='room', n_windows=3, width=96):
    """Write windows whose left half is at one depth and whose right half at another."""
    with write_windows(path, 64, width, kind=kind, motion='standing', seed=1, fx=50.0, fy=50.0,
                       cx=48.0, cy=32.0) as file:
        depth_m = np.repeat([[left_m, right_m]], 64, 0).repeat(width // 2, 1)
        for k in range(n_windows):
            file.append(np.zeros((3, 64, width), np.float32), depth_m, k * 50_000_000, 0)
    return path


def test_compare_on_true_depth_gives_the_errors_computed_by_hand(planes, tmp_path, capsys,
                                                                 one_thread):
    """
    Depths of 4 and 8 m against 4.5 m: (1/8 + 7/16) / 2; against 7 m: (3/4 + 1/8) / 2.

    Within a factor of 1.25 is the left half of the first and the right half of the second.
    """
    file = write_file(tmp_path / 'a.h5', 4, 8)
    lines = told(capsys, 'compare', 1, 2, '--windows', file, file).splitlines()
    assert [cells(line)[:5] for line in lines[-2:]] == [
        ['room', '1', '3', '0.281', '0.500'], ['room', '2', '3', '0.438', '0.500']]


@pytest.mark.parametrize('kind', ['metric', 'relative'])
def test_aligned_scores_are_those_of_least_squares(store, tmp_path, capsys, one_thread, kind,
                                                   monkeypatch):
    """By NumPy, on the depth that the network gives; relative depth has no raw ones."""
    import torch
    from depthanyevent_ros.network.seeded import seeded_state_dict
    from depthanyevent_ros.training.unrolled import UnrolledNetwork
    monkeypatch.setitem(FACTS, 'output_kind', kind)
    for seed in (3, 4):
        add(store, 0, 'f' * 64, 0.2, 0.1, 0.3, None, {
            name: tensor.numpy() for name, tensor in seeded_state_dict(MODEL, seed).items()})
    file = write_file(tmp_path / 'a.h5', 4, 8, n_windows=2)
    rows = [cells(line) for line in told(capsys, 'compare', 1, 2, '--windows', file).splitlines()]
    true = np.repeat([[4.0, 8.0]], 64, 0).repeat(48, 1).ravel()
    for row, number in zip(rows[-2:], (1, 2)):
        network = UnrolledNetwork(find_weights(str(store.path(number))).network(), 64, 96)
        with torch.no_grad():
            depth = network(torch.zeros(2, 1, 3, 64, 96), network.zero_state(1))[0].double()
        scores = []
        for seen in depth.numpy().reshape(2, -1):
            columns = np.stack([seen, np.ones_like(seen)], 1)
            fitted = np.clip(columns @ np.linalg.lstsq(columns, true, rcond=None)[0], 0.05, 80)
            scores.append([np.mean(abs(fitted - true) / true),
                           np.mean(np.maximum(fitted / true, true / fitted) < 1.25)])
        assert [float(cell) for cell in row[-2:]] == pytest.approx(np.mean(scores, 0), abs=6e-4)
        assert (row[3:5] == ['-', '-']) == (kind == 'relative')


def test_compare_on_several_kinds_of_scenes_ends_with_their_mean(planes, tmp_path, capsys,
                                                                 one_thread):
    """Each row by hand; in the second file 6.4 and 6.4 m, of four windows. The factory is 0."""
    files = (write_file(tmp_path / 'a.h5', 4, 8),
             write_file(tmp_path / 'b.h5', 6.4, 6.4, 'street', 4))
    out = told(capsys, 'compare', 0, 1, '--windows', *files)
    rows = [cells(line) for line in out.splitlines()[-6:]]
    assert [row[:3] for row in rows] == [
        ['room', 'factory', '3'], ['room', '1', '3'], ['street', 'factory', '4'],
        ['street', '1', '4'], ['mean', 'factory', '7'], ['mean', '1', '7']]
    street = (6.4 - 4.5) / 6.4
    assert rows[3][3:5] == [f'{street:.3f}', '0.000']
    assert rows[5][3:5] == [f'{(street + 0.28125) / 2:.3f}', '0.250']


def test_more_windows_than_the_trainer_would_score_are_all_scored(planes, tmp_path, capsys,
                                                                  one_thread):
    """A file of 101."""
    file = write_file(tmp_path / 'a.h5', 4, 8, n_windows=101)
    assert cells(told(capsys, 'compare', 1, 2, '--windows', file).splitlines()[-1])[2] == '101'


def test_the_factory_on_true_depth_is_the_one_that_the_versions_come_from(store, tmp_path, capsys,
                                                                          one_thread):
    """If the manifest does not have it, --factory names it, and another one is refused."""
    own = add(WeightsStore(tmp_path / 'own'), 0, 'f' * 64, 0.2, 0.1, 0.3, 0.4, plane(7.0))
    path = WeightsStore(tmp_path / 'own').path(1)
    add(store, 0, own.sha256, 0.2, 0.1, 0.3, 0.4, plane(4.5))
    line = ['compare', 1, '--windows', write_file(tmp_path / 'a.h5', 4, 8)]
    assert f'(sha256 {own.sha256[:12]}...) are not in the manifest' in refused(capsys, *line)
    assert 'are not the weights that these versions come from' in refused(
        capsys, *line, '--factory', 'efflite0-r')
    out = told(capsys, *line, '--factory', path)
    assert cells(out.splitlines()[-2])[1:5] == ['factory', '3', '0.438', '0.500']


def test_windows_that_cannot_be_scored_are_refused_before_anything_is_computed(planes, tmp_path,
                                                                               capsys):
    """Missing, damaged, empty, of another size."""
    good = write_file(tmp_path / 'a.h5', 4, 8)
    (tmp_path / 'bad.h5').write_bytes(good.read_bytes()[:1000])
    for path, words in ((tmp_path / 'no.h5', 'it is missing, truncated or not HDF5'),
                        (tmp_path / 'bad.h5', 'truncated'),
                        (write_file(tmp_path / 'none.h5', 4, 8, n_windows=0), 'has no windows'),
                        (write_file(tmp_path / 'w.h5', 4, 8, width=48), 'pictures of 48x64')):
        assert words in refused(capsys, 'compare', 1, '--windows', good, path)


# --- promote -----------------------------------------------------------------------------------

def test_promote_marks_a_version_and_says_how_a_node_takes_it(three, capsys):
    """With the path for the parameter; others stay as they are."""
    before = content(three)
    out = told(capsys, 'promote', 3)
    assert out.startswith(f'version 3 is in use, in place of version 2: {three.path(3)}\n')
    assert f'ros2 param set /depth weights {three.path(3)}\n' in out
    assert 'load_weights' in out and '`resume`' in out
    assert three.in_use() == 3
    assert {**before, 'in_use.json': b'{"number": 3}'} == content(three)
    assert 'version 3 is in use, as before' in told(capsys, 'promote', 3)


def test_promote_0_goes_back_to_the_factory(three, capsys):
    """Which has a name in the manifest."""
    out = told(capsys, 'promote', 0)
    assert out.startswith('the factory is in use, in place of version 2: efflite0-r\n')
    assert three.in_use() == FACTORY


def test_what_is_damaged_is_not_promoted_nor_exported(three, capsys, tmp_path):
    """The one in use stays; nothing is written."""
    flip_a_bit(three.path(3))
    before = content(three)
    for arguments in (('promote', 3), ('show', 3), ('compare', 2, 3),
                      ('export', 3, tmp_path / 'x.safetensors')):
        assert 'v000003.safetensors is damaged' in refused(capsys, *arguments)
    three.path(1).unlink()
    del before['v000001.safetensors']
    assert f'{three.path(1)} is missing' in refused(capsys, 'promote', 1)
    assert content(three) == before and not list(tmp_path.glob('*.safetensors'))


def test_a_folder_that_may_not_be_written_is_one_sentence(three, capsys, monkeypatch):
    """The one in use stays, and nothing is deleted. The superuser may write everywhere."""
    monkeypatch.setattr('os.replace', denied)
    assert 'cannot be written (Permission denied): version 2 stays in use' in refused(
        capsys, 'promote', 3)
    before = content(three)
    monkeypatch.setattr('os.access', lambda *_: False)
    assert 'cannot be written: nothing was deleted' in refused(capsys, 'delete', 1)
    assert content(three) == before and three.in_use() == 2


def denied(source, target):
    """Fail as os.replace does in a folder of somebody else."""
    raise PermissionError(13, 'Permission denied', str(source), None, str(target))


@pytest.mark.skipif(os.geteuid() == 0, reason='the superuser may write everywhere')
def test_a_folder_of_somebody_else_is_read_and_not_written(three, capsys):
    """As the test before, with the rights of the file system."""
    before = content(three)
    three.folder.chmod(0o555)
    try:
        assert 'cannot be written' in refused(capsys, 'promote', 3)
        assert 'cannot be written' in refused(capsys, 'delete', 1)
        assert told(capsys, 'list')
    finally:
        three.folder.chmod(0o755)
    assert content(three) == before


# --- export ------------------------------------------------------------------------------------

def test_an_exported_version_is_the_same_file_and_its_entry_can_be_read(planes, tmp_path, capsys,
                                                                        factory_sha256):
    """The printed entry is one that the manifest takes."""
    out = tmp_path / 'hall.safetensors'
    said = told(capsys, 'export', 2, out)
    assert out.read_bytes() == planes.path(2).read_bytes()
    sha256 = hashlib.sha256(out.read_bytes()).hexdigest()
    assert f'sha256: {sha256}\n' in said
    entry = yaml.safe_load(textwrap.dedent(said.partition('manifest.yaml:\n')[2]))['hall']
    found = weights_of_entry('hall', entry, tmp_path)
    assert (found.config, found.sha256, found.output_kind) == (MODEL, sha256, 'metric')
    assert (found.licence, found.trained) == ('Apache-2.0', True)
    assert entry['lineage'].startswith('2 from the factory; factory: efflite0-r')
    assert entry['figures'] == {'steps': 80, 'AbsRel aligned': 0.3, 'AbsRel in metres': 0.4}
    assert sorted(path.name for path in tmp_path.iterdir()) == ['hall.safetensors', 'ros']


def test_a_file_that_is_there_is_overwritten_only_by_force(three, tmp_path, capsys):
    """And a link that leads nowhere is there too."""
    out = tmp_path / 'hall.safetensors'
    out.write_text('mine')
    assert 'exists already' in refused(capsys, 'export', 1, out) and out.read_text() == 'mine'
    assert told(capsys, 'export', 1, out, '--force')
    assert out.read_bytes() == three.path(1).read_bytes()
    (tmp_path / 'link.safetensors').symlink_to(tmp_path / 'nowhere')
    assert 'exists already' in refused(capsys, 'export', 1, tmp_path / 'link.safetensors')


@pytest.mark.parametrize('name, words', [
    ('hall.pth', 'ends in .safetensors'), ('no/hall.safetensors', 'there is no folder'),
    ('', 'ends in .safetensors'), ('efflite0-r.safetensors', 'is the name of weights'),
    ('default.safetensors', 'is the name of weights'),
    ('folder.safetensors', 'must be the name of a file')])
def test_places_that_cannot_be_exported_to(three, tmp_path, capsys, name, words):
    """Not even by force; the factory's file least of all."""
    (tmp_path / 'folder.safetensors').mkdir()
    before = sorted(tmp_path.iterdir())
    assert words in refused(capsys, 'export', 1, tmp_path / name, '--force')
    assert sorted(tmp_path.iterdir()) == before


def test_nothing_is_exported_into_a_store(three, capsys):
    """A version there would be overwritten."""
    before = content(three)
    assert 'is a store of versions' in refused(capsys, 'export', 1, three.path(2), '--force')
    assert content(three) == before


def test_the_factory_is_not_exported(three, tmp_path, capsys):
    """Its file is in models/ already."""
    assert 'its weights are no version' in refused(capsys, 'export', 0, tmp_path / 'x.safetensors')


def test_an_export_that_cannot_be_written_leaves_nothing(three, tmp_path, capsys, monkeypatch):
    """For example by a full disk."""
    monkeypatch.setattr('os.replace', denied)
    assert 'x.safetensors cannot be written: Permission denied' in refused(
        capsys, 'export', 1, tmp_path / 'x.safetensors')
    assert [path.name for path in tmp_path.iterdir()] == ['ros']


def test_weights_that_do_not_say_their_network_are_not_exported(store, tmp_path, capsys):
    """Somebody else wrote that file, with its description."""
    from safetensors.numpy import save
    version = add(store, 0, 'f' * 64, 0.2, 0.1, 0.3, 0.4)
    bare = save({'x': np.zeros(1, np.float32)})
    store.path(1).write_bytes(bare)
    path = store.path(1).with_suffix('.json')
    path.write_text(path.read_text().replace(version.sha256, hashlib.sha256(bare).hexdigest()))
    for arguments in (('export', 1, tmp_path / 'x.safetensors'), ('show', 1)):
        assert 'does not say which network it is for' in refused(capsys, *arguments)


# --- delete ------------------------------------------------------------------------------------

def test_versions_are_deleted(three, capsys):
    """A number that is given twice is deleted once."""
    assert told(capsys, 'delete', 3, 1, 3) == 'deleted: version 3, version 1\n'
    assert sorted(content(three)) == ['in_use.json', 'last.json', 'v000002.json',
                                      'v000002.safetensors']


@pytest.mark.parametrize('number, words', [
    (2, 'version 2 is in use: promote another one first'), (0, '0 is the factory'),
    (9, 'has no version 9; it has 1, 2, 3'), (-1, 'is not the number'),
    ('all', 'is not the number'), ('1.0', 'is not the number'), ('٣', 'is not the number'),
    ('9' * 5000, 'is not the number'), ('', 'is not the number')])
def test_if_one_of_them_cannot_be_deleted_none_is(three, capsys, number, words):
    """The one before it in the line stays too."""
    before = content(three)
    assert words in refused(capsys, 'delete', 1, number)
    assert content(three) == before


def test_a_damaged_version_that_was_in_use_can_be_deleted(three, capsys):
    """Its mark goes with it: a later one of that number must not inherit it."""
    flip_a_bit(three.path(2))
    assert told(capsys, 'delete', 2) == 'deleted: version 2\n'
    assert weights_found.marked(three) == FACTORY


# --- whatever is asked for ---------------------------------------------------------------------

@pytest.mark.parametrize('line', [
    ('show', 1), ('compare', 1, 2), ('promote', 1), ('promote', 0), ('delete', 1),
    ('export', 1, 'x.safetensors')])
def test_without_versions_everything_but_the_list_is_refused(line, capsys, tmp_path):
    """And no folder is made."""
    assert 'no weights were learned online yet' in refused(capsys, *line)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('robot', ['../x', '..', '.', '', '/etc', 'a/b', 'a\\b', 'a\n', ' a',
                                   '.hidden', 'a\0', 'x' * 256, 'é' * 128])
def test_a_robot_s_name_leads_nowhere_else(robot, capsys, tmp_path):
    """It is one folder, below the others."""
    with pytest.raises(ConfigError, match='must be a plain name'):
        store_folder(robot)
    assert 'must be a plain name' in refused(capsys, 'list', '--robot', robot)
    assert list(tmp_path.iterdir()) == []


def test_usual_names_of_robots_have_folders(tmp_path):
    """Those of namespaces, and of people."""
    for robot in ('default', 'rover_2', 'Zoë', 'a b', 'a.b', 'x' * 255):
        assert store_folder(robot) == (
            tmp_path / 'ros' / 'depthanyevent_ros' / 'distillation' / robot)


@pytest.mark.parametrize('arguments, code', [
    ([], 2), (['burn'], 2), (['show'], 2), (['--help'], 0), (['compare', '--help'], 0)])
def test_usage_errors_are_code_2_and_help_is_0(arguments, code, capsys):
    """As for every verb."""
    assert main(['weights', *arguments]) == code
    assert 'usage: depthanyevent weights' in ''.join(capsys.readouterr())


def test_help_tells_it_from_the_verb_windows(capsys):
    """Their names are alike."""
    assert main(['--help']) == 0
    said = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()
                if line.startswith(('  weights ', '  windows ')))
    assert 'learned online' in said['weights'] and 'window files' in said['windows']


def test_debug_shows_where_an_error_came_from_wherever_it_stands(three):
    """Before the action or after it."""
    for line in (['--debug', 'show', '9'], ['show', '9', '--debug']):
        with pytest.raises(Exception, match='no version 9'):
            main(['weights', *line])


def test_nothing_but_the_scores_on_true_depth_needs_torch(three, tmp_path):
    """A robot without it can look after its weights."""
    code = ('import sys; sys.modules["torch"] = None\n'
            'from depthanyevent_ros.__main__ import main\n'
            'lines = "list", "show 2", "compare 1 2", "promote 1", "export 1 x.safetensors", '
            '"delete 3"\n'
            'sys.exit(sum(main(["weights", *line.split()]) for line in lines))')
    path = os.pathsep.join(filter(None, [os.getcwd(), os.environ.get('PYTHONPATH')]))
    result = subprocess.run([sys.executable, '-c', code], cwd=tmp_path, timeout=60,
                            capture_output=True, text=True, env={**os.environ, 'PYTHONPATH': path})
    assert result.returncode == 0, result.stderr
    assert (tmp_path / 'x.safetensors').exists() and not three.path(3).exists()
