# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is built once is found again, and only if it is whole and meant."""

import json
import multiprocessing
import os
import time

import pytest

from depthanyevent_ros.engines import cache as module
from depthanyevent_ros.engines.cache import cache_root, EngineCache, key_digest
from depthanyevent_ros.errors import EngineNotBuilt, EngineRefused, EngineUnavailable


class Build:
    """A build that counts its calls."""

    def __init__(self, content=b'engine'):
        self.content, self.calls = content, 0

    def __call__(self, folder):
        self.calls += 1
        (folder / 'sub').mkdir()
        (folder / 'sub' / 'a.bin').write_bytes(self.content)


@pytest.fixture
def cache(tmp_path):
    """Return an empty cache."""
    return EngineCache(tmp_path / 'cache')


def test_an_entry_is_built_once(cache):
    """The second call finds it; the files are whole."""
    build = Build()
    first, second = (cache.entry('x', {'a': 1}, build) for _ in range(2))
    assert first == second and build.calls == 1
    assert (first / 'sub' / 'a.bin').read_bytes() == b'engine'
    assert not list(cache.root.glob('.building-*'))


def test_the_key_decides_and_its_order_does_not(cache):
    """Another value is another entry; tuples and lists are the same."""
    build = Build()
    keys = [{'a': 1, 'b': (2, 3)}, {'b': [2, 3], 'a': 1}, {'a': 1, 'b': (2, 4)},
            {'a': '1', 'b': (2, 3)}]
    entries = [cache.entry('x', key, build) for key in keys]
    assert entries[0] == entries[1] and len(set(entries)) == 3 and build.calls == 3
    assert cache.entry('y', {'a': 1, 'b': (2, 3)}, build) != entries[0]
    assert key_digest({'a': 1, 'b': 2}) == key_digest({'b': 2, 'a': 1})


def damage_size(path):
    """Cut a file."""
    (path / 'sub' / 'a.bin').write_bytes(b'eng')


def damage_missing(path):
    """Remove a file."""
    (path / 'sub' / 'a.bin').unlink()


def damage_index(path):
    """Spoil the index."""
    (path / 'entry.json').write_text('{')


def damage_no_index(path):
    """Remove the index, as a folder from elsewhere has none."""
    (path / 'entry.json').unlink()


def damage_key(path):
    """Let the index say another key: a digest that collides."""
    entry = json.loads((path / 'entry.json').read_text())
    (path / 'entry.json').write_text(json.dumps({**entry, 'key': {'a': 2}}))


@pytest.mark.parametrize('damage, why', [
    (damage_size, 'a.bin has 3 bytes instead of 6'), (damage_missing, 'a.bin is missing'),
    (damage_index, 'cannot be read'), (damage_no_index, 'no entry.json'),
    (damage_key, 'built for another key')])
def test_a_damaged_entry_is_built_again_and_it_is_said(cache, damage, why):
    """Each kind of damage is named."""
    build, said = Build(), []
    damage(cache.entry('x', {'a': 1}, build, said.append))
    assert said == []
    path = cache.entry('x', {'a': 1}, build, said.append)
    assert build.calls == 2 and len(said) == 1
    assert 'is built again' in said[0] and why in said[0]
    assert (path / 'sub' / 'a.bin').read_bytes() == b'engine'


def test_a_build_that_fails_leaves_nothing(cache):
    """The error goes through, and the next call builds."""
    def fail(folder):
        (folder / 'half').write_bytes(b'x')
        raise EngineRefused('too far')

    with pytest.raises(EngineRefused, match='too far'):
        cache.entry('x', {'a': 1}, fail)
    assert [path.name for path in cache.root.iterdir() if path.is_dir()] == []
    assert cache.entry('x', {'a': 1}, Build()).is_dir()


def slow_build(folder):
    """Take a moment and count in the cache's own folder."""
    with open(folder.parent / 'calls', 'a') as handle:
        handle.write('x')
    time.sleep(0.5)


def use(root, queue):
    """Ask for the entry in a process of its own."""
    said = []
    EngineCache(root).entry('x', {'a': 1}, slow_build, said.append)
    queue.put(said)


def test_two_processes_build_once(tmp_path):
    """The second waits, says so, and finds what the first built."""
    context = multiprocessing.get_context('fork')
    queue = context.Queue()
    processes = [context.Process(target=use, args=(tmp_path, queue)) for _ in range(2)]
    for process in processes:
        process.start()
    said = [queue.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)
    assert (tmp_path / 'calls').read_text() == 'x'
    assert [process.exitcode for process in processes] == [0, 0]
    assert all('waiting for it' in sentence for sentences in said for sentence in sentences)


def make_old(path, age_s):
    """Let an entry look unused for some time."""
    then = time.time() - age_s
    os.utime(path / 'entry.json', (then, then))


def test_the_least_recently_used_entries_go_first(tmp_path):
    """Over the limit, entries go by their last use until the rest fits."""
    cache = EngineCache(tmp_path, limit_bytes=3500)
    paths = {}
    for name, age_s in (('old', 9000), ('older', 20000), ('oldest', 30000)):
        paths[name] = cache.entry('x', {'name': name}, Build(bytes(1000)))
        make_old(paths[name], age_s)
    cache.entry('x', {'name': 'oldest'}, Build())           # used again: now the newest
    assert all(path.exists() for path in paths.values())
    cache.entry('x', {'name': 'new'}, Build(bytes(1000)))
    assert [name for name, path in paths.items() if path.exists()] == ['old', 'oldest']


def test_entries_in_use_are_not_evicted(tmp_path):
    """What was used within the hour stays even over the limit."""
    cache = EngineCache(tmp_path, limit_bytes=10)
    paths = [cache.entry('x', {'n': n}, Build(bytes(1000))) for n in range(3)]
    assert all(path.exists() for path in paths)


def test_the_ruins_of_dead_processes_are_removed(cache):
    """A build folder of yesterday is nobody's; one of now is somebody's."""
    cache.root.mkdir()
    for name in ('.building-a', '.building-b', '.discarded-c'):
        (cache.root / name).mkdir()
    for name in ('.building-a', '.discarded-c'):
        os.utime(cache.root / name, (0, 0))
    cache.entry('x', {}, Build())
    assert sorted(p.name for p in cache.root.glob('.[bd]*')) == ['.building-b']


def test_a_lock_that_is_never_released_is_an_error(cache, monkeypatch):
    """After the time limit, with the way to look."""
    monkeypatch.setattr(module, 'LOCK_TIMEOUT_S', 0.2)
    said = []

    def inner(folder):
        EngineCache(cache.root).entry('x', {'a': 1}, Build(), said.append)

    with pytest.raises(EngineUnavailable, match='has held the lock'):
        cache.entry('x', {'a': 1}, inner)
    assert 'waiting' in said[0]


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    """A file where the folder should be; the variable is the way out."""
    (tmp_path / 'file').write_text('')
    with pytest.raises(EngineUnavailable, match='set DEPTHANYEVENT_CACHE'):
        EngineCache(tmp_path / 'file' / 'cache').entry('x', {}, Build())


def test_the_place_of_the_cache_can_be_chosen(monkeypatch, tmp_path):
    """DEPTHANYEVENT_CACHE, then the folder of the package: ROS_HOME, then ~/.ros."""
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.delenv('DEPTHANYEVENT_CACHE', raising=False)
    monkeypatch.delenv('ROS_HOME', raising=False)
    assert cache_root() == tmp_path / '.ros' / 'depthanyevent_ros' / 'engines'
    monkeypatch.setenv('ROS_HOME', str(tmp_path / 'ros'))
    assert cache_root() == tmp_path / 'ros' / 'depthanyevent_ros' / 'engines'
    monkeypatch.setenv('DEPTHANYEVENT_CACHE', str(tmp_path / 'mine'))
    assert cache_root() == tmp_path / 'mine'


def test_where_nothing_may_be_built_what_is_missing_is_said_and_no_lock_is_waited_for(tmp_path):
    """A node asks so before it starts a build in a process of its own."""
    cache = EngineCache(tmp_path)
    reader = EngineCache(tmp_path, may_build=False)
    with cache._lock(tmp_path / f'x-{key_digest({})}', lambda sentence: None):
        with pytest.raises(EngineNotBuilt, match='not in the cache'):
            reader.entry('x', {}, Build())
    path = cache.entry('x', {}, Build())
    assert reader.entry('x', {}, Build()) == path


@pytest.mark.parametrize('may_build', [True, False])
def test_a_whole_entry_is_used_where_nothing_can_be_written(cache, monkeypatch, may_build):
    """A robot's image may be read-only: no lock, no mark of use, no eviction, and no error."""
    path = cache.entry('x', {}, Build())

    def refuse(*_, **__):
        raise OSError(30, 'Read-only file system')

    for owner, name in ((module, 'FileLock'), (module.os, 'utime'), (module.Path, 'mkdir')):
        monkeypatch.setattr(owner, name, refuse)
    reader = EngineCache(cache.root, may_build=may_build)
    assert reader.entry('x', {}, Build()) == path
    if may_build:
        with pytest.raises(EngineUnavailable, match='Read-only file system.*DEPTHANYEVENT_CACHE'):
            reader.entry('x', {'another': 1}, Build())


def test_an_entry_is_on_the_disk_before_it_has_its_name(cache, monkeypatch):
    """A power cut leaves the whole entry or none: each file and folder is written through."""
    synced = []

    def fsync(handle):
        synced.append(os.readlink(f'/proc/self/fd/{handle}'))
        assert not list(cache.root.glob('x-*/'))

    monkeypatch.setattr(module.os, 'fsync', fsync)
    path = cache.entry('x', {}, Build())
    assert path.is_dir()
    names = {os.path.basename(name) for name in synced}
    assert {'a.bin', 'sub', 'entry.json'} < names and len(synced) == 4


def test_a_stale_entry_is_named_when_its_successor_is_built(cache):
    """After an update, or on another GPU: the user reads why it takes long."""
    said = []
    key = {'version': '10.13', 'gpu': 'A', 'weights': 'w'}
    cache.entry('plan', key, Build(), said.append)
    assert said == []
    cache.entry('plan', {**key, 'version': '11.4'}, Build(), said.append)
    assert 'is built: version was 10.13 in the cache and is 11.4' in said[-1]
    cache.entry('plan', {'version': '9', 'gpu': 'B', 'weights': 'v'}, Build(), said.append)
    cache.entry('other', {**key, 'version': '12'}, Build(), said.append)
    assert len(said) == 2                       # of another kind there is none
    assert all(part in said[-1] for part in ('version was', 'gpu was A', 'weights was w'))


def test_another_size_or_network_is_no_stale_engine(cache):
    """Nothing has changed: the old one stays, and there is nothing to be said."""
    said, key = [], {'version': '1', 'input': [128, 160], 'precision': 'f16',
                     'model': {'encoder': 'vits', 'scale_factor': 10.0}}
    cache.entry('plan', key, Build(), said.append)
    for change in ({'input': [256, 320]}, {'precision': 'f32'},
                   {'model': {'encoder': 'vits', 'scale_factor': 20.0}}):
        cache.entry('plan', {**key, **change}, Build(), said.append)
    assert said == []


def test_digests_are_told_in_words(cache):
    """No user can compare them."""
    said, key = [], {'sources': 'a' * 16, 'settings': 'b' * 16, 'weights': 'c' * 64}
    cache.entry('plan', key, Build(), said.append)
    cache.entry('plan', {'sources': 'd' * 16, 'settings': 'e' * 16, 'weights': 'f' * 64},
                Build(), said.append)
    assert "this package's sources of the network have changed" in said[0]
    assert 'weights was cccccccccccc... in the cache and is ffffffffffff...' in said[0]


def test_everybody_may_read_what_was_built(cache):
    """Root builds into an image, another user runs the node."""
    path = cache.entry('plan', {'a': 1}, Build())
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o777 & ~mask
    assert all(file.stat().st_mode & 0o777 == 0o666 & ~mask for file in path.iterdir()
               if file.is_file())
