# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Learned weights on disk."""

import hashlib
import json
import os
from pathlib import Path
import resource
import signal
import threading

import numpy as np
import pytest

from depthanyevent_ros.distillation.promotion import store as module
from depthanyevent_ros.distillation.promotion.store import describe, FACTORY, LOCK, WeightsStore
from depthanyevent_ros.errors import RecordingError, WeightsError
from depthanyevent_ros.network.weights import find_weights


@pytest.fixture
def store(tmp_path):
    """Return an empty store."""
    return WeightsStore(tmp_path / 'robot')


@pytest.fixture
def add(store, config, tensors):
    """Return a function that adds a version."""
    arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
    facts = {'model': config.as_dict(), 'output_kind': 'metric', 'licence': 'Apache-2.0',
             'trained': True}

    def make(parent=FACTORY, arrays=arrays):
        return store.add(arrays, facts, parent=parent, factory_sha256='f' * 64, created_ns=7,
                         n_steps=40, teacher='efflite0-frames', scores={'candidate': {}})
    return make


def test_a_version_is_a_weight_file_that_everybody_reads(store, add, config, tensors):
    """With its network, its kind of depth and its licence inside."""
    version = add()
    weights = find_weights(str(store.path(version.number)))
    assert weights.config == config and weights.output_kind == 'metric' and weights.trained
    assert weights.sha256 == version.sha256
    for name, tensor in weights.state_dict().items():
        np.testing.assert_array_equal(tensor, tensors[name])


def test_versions_are_numbered_and_know_their_parents(store, add):
    """A number is given once, even after the last one was deleted."""
    assert [add(parent).number for parent in (0, 1, 1)] == [1, 2, 3]
    assert [version.parent for version in store.versions()] == [0, 1, 1]
    store.delete(2)
    store.delete(3)
    assert add(1).number == 4
    assert describe(store.get(4)) == {'version': '4', 'lineage': f'4 from 1 ({12 * "f"})'}
    assert describe(None)['version'] == 'factory'


def test_the_one_in_use_is_remembered(store, add):
    """By another process too; what is damaged is not used."""
    add()
    assert WeightsStore(store.folder).in_use() == FACTORY
    store.use(1)
    assert WeightsStore(store.folder).in_use() == 1
    content = store.path(1).read_bytes()
    store.path(1).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert store.in_use() == FACTORY
    with pytest.raises(WeightsError, match='v000001.safetensors is damaged'):
        store.get(1)


def test_what_is_in_use_is_not_deleted(store, add):
    """Nor what is not there."""
    add()
    store.use(1)
    with pytest.raises(WeightsError, match='version 1 is in use'):
        store.delete(1)
    with pytest.raises(WeightsError, match='has no version 9'):
        store.delete(9)
    with pytest.raises(WeightsError, match='has no version 9; it has 1'):
        store.get(9)


def test_old_versions_go_when_there_are_too_many(store, add):
    """But not the one in use."""
    store.limit = 3
    add()
    store.use(1)
    for _ in range(4):
        add()
    assert [version.number for version in store.versions()] == [1, 4, 5]
    assert len(list(store.folder.glob('*.safetensors'))) == 3


@pytest.mark.parametrize('damage', ['{', '[]', '{"number": 1}', '', json.dumps(dict(
    number=[1], parent=0, factory_sha256='', sha256='', created_ns=0, n_steps=0, teacher='',
    scores={}))])
def test_a_damaged_description_costs_only_its_version(store, add, damage):
    """And its number is not given again."""
    add()
    add()
    store.path(1).with_suffix('.json').write_text(damage)
    assert [version.number for version in store.versions()] == [2] and add().number == 3
    (store.folder / 'in_use.json').write_text(damage)
    assert store.in_use() == FACTORY


def test_a_full_disk_leaves_nothing_behind(store, add):
    """A limit on the size of files is as good as a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(RecordingError, match='v000001.safetensors cannot be written'):
            add()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    assert os.listdir(store.folder) in ([], [LOCK]) and store.versions() == []


def test_a_crash_between_the_two_files_leaves_no_version(store, add, monkeypatch):
    """The weights are there, what says so is not: they are no version, and are written over."""
    write = store._write

    def crash(path: Path, content: bytes):
        if path.suffix == '.json':
            raise KeyboardInterrupt
        write(path, content)
    monkeypatch.setattr(store, '_write', crash)
    with pytest.raises(KeyboardInterrupt):
        add()
    monkeypatch.undo()
    assert store.versions() == [] and add().number == 1
    assert hashlib.sha256(store.path(1).read_bytes()).hexdigest() == store.get(1).sha256


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    """There is a file of that name."""
    (tmp_path / 'taken').write_text('')
    with pytest.raises(RecordingError, match='taken.robot cannot be made'):
        WeightsStore(tmp_path / 'taken' / 'robot')


def test_its_description_is_plain_json(store, add):
    """For people and other programs."""
    add()
    read = json.loads(store.path(1).with_suffix('.json').read_text())
    assert read['teacher'] == 'efflite0-frames' and read['n_steps'] == 40
    assert module.NAME.fullmatch('v000001.json') and not module.NAME.fullmatch('v1.json')


def test_two_writers_for_one_robot_get_numbers_of_their_own(store, add):
    """The teacher node, and the verb distill for the same robot."""
    threads = [threading.Thread(target=lambda: [add() for _ in range(4)]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [version.number for version in store.versions()] == list(range(1, 9))
    assert [store.get(number).number for number in range(1, 9)] == list(range(1, 9))


def test_what_a_killed_writer_left_is_removed_by_the_next(store, add):
    """A file that was growing, and weights without their description."""
    add()
    (store.folder / '.v000002.safetensors.4711').write_bytes(b'half')
    store.path(2).write_bytes(b'whole, but nothing says what it is')
    add()
    assert sorted(path.name for path in store.folder.iterdir() if path.name[0] in '.v') == [
        LOCK, 'v000001.json', 'v000001.safetensors', 'v000002.json', 'v000002.safetensors']
    assert [store.get(number).number for number in (1, 2)] == [1, 2]


def test_the_way_back_is_not_forgotten(tmp_path, add, store):
    """Of two versions at most, the parent of the newest is one."""
    store.limit = 2
    add()
    store.use(1)
    add(parent=1)
    store.use(2)
    add(parent=2)
    assert [version.number for version in store.versions()] == [2, 3]
    store.use(1)                                # someone chose what is gone
    add(parent=2)
    assert [version.number for version in store.versions()] == [2, 4]


def test_a_version_that_someone_else_deletes_meanwhile_is_no_error(store, add, monkeypatch):
    """The new one is there all the same."""
    store.limit = 1
    add()

    def gone(number):
        raise WeightsError(f'no version {number}')
    monkeypatch.setattr(store, 'delete', gone)
    assert add().number == 2


def test_a_folder_that_cannot_be_locked_is_one_sentence(store, add):
    """As one that is read-only."""
    (store.folder / LOCK).mkdir()
    with pytest.raises(RecordingError, match='cannot be written'):
        add()


def test_a_mark_tells_of_a_version_that_is_gone(store, add):
    """What was in use last, whether or not it can be used again."""
    assert store.marked() == FACTORY
    add()
    store.use(1)
    store.path(1).write_bytes(b'cut')
    assert store.marked() == 1 and store.in_use() == FACTORY
