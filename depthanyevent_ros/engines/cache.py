# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Folders on disk that are built once, under a key that holds all that matters.

An entry is built in a folder of its own and renamed into place when it is whole, so that a
process that dies leaves no half entry; a lock keeps two processes from building the same one.
An entry whose files changed by a single byte is built again, and it is said why.
"""

from contextlib import contextmanager, suppress
import hashlib
import json
import os
from pathlib import Path
import shutil
import tempfile
from typing import Any, Callable, Iterator, Mapping, Optional

from filelock import FileLock, Timeout

from depthanyevent_ros.engines.cache_entry import (age_s, describe_files, ENTRY_FILE, find_defect,
                                                   folder_bytes, open_to_all, write_through)
from depthanyevent_ros.engines.cache_reasons import why_none_fits
from depthanyevent_ros.errors import EngineNotBuilt, EngineUnavailable
from depthanyevent_ros.paths import cache_dir

Say = Callable[[str], None]

VARIABLE = 'DEPTHANYEVENT_CACHE'
LIMIT_BYTES = 4 << 30
LOCK_TIMEOUT_S = 900.0
STALE_S = 24 * 3600.0           # a build folder this old was left by a process that died
RECENT_S = 3600.0               # an entry used since then may be about to be opened: it stays


def cache_root() -> Path:
    """Return $DEPTHANYEVENT_CACHE, or engines/ in the folder where the package keeps its own."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen).expanduser() if chosen else cache_dir() / 'engines'


def key_digest(key: Mapping[str, Any]) -> str:
    """Return a short digest of a key; the order of its items does not matter."""
    text = json.dumps(key, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


class EngineCache:
    """
    The entries under one folder, bounded in bytes; the least recently used go first.

    :param may_build: False where a build would hold up other work: what is missing is then an
        EngineNotBuilt.
    """

    def __init__(self, root: Optional[Path] = None, limit_bytes: int = LIMIT_BYTES,
                 may_build: bool = True):
        self.root = root or cache_root()
        self.limit_bytes = limit_bytes
        self.may_build = may_build

    def path(self, kind: str, key: Mapping[str, Any]) -> Path:
        """Return where an entry is, or would be."""
        return self.root / f'{kind}-{key_digest(key)}'

    def entry(self, kind: str, key: Mapping[str, Any], build: Callable[[Path], None],
              say: Say = lambda sentence: None) -> Path:
        """
        Return the folder of an entry, building it if there is none or it is damaged.

        A whole entry is used where nothing can be written, as in the image of a robot.

        :param kind: first part of the folder's name; :param key: plain values.
        :param build: writes the entry's files into the folder it is given; what it raises
            goes to the caller, and no entry is left.
        :param say: receives a sentence if an entry is built again or another process builds it.
        :raises EngineUnavailable: if the cache cannot be written.
        """
        path = self.path(kind, key)
        try:
            defect = find_defect(path, key)     # entries appear whole: looking needs no lock
            if defect and not self.may_build:
                raise EngineNotBuilt(f'{path.name} is not in the cache: {defect}')
            if defect:
                self.root.mkdir(parents=True, exist_ok=True)
                with self._lock(path, say):
                    self._make_whole(path, key, build, say)
        except OSError as error:
            raise EngineUnavailable(f'the cache {self.root} cannot be used ({error}): set '
                                    f'{VARIABLE} to a folder that can be written and has room'
                                    ) from error
        with suppress(OSError):                 # read-only, or another process evicts as well
            os.utime(path / ENTRY_FILE)         # for the order of eviction
            self._evict()
        return path

    def _make_whole(self, path: Path, key: Mapping[str, Any], build: Callable[[Path], None],
                    say: Say) -> None:
        """Build an entry unless it is there and whole."""
        defect = find_defect(path, key)
        if defect:
            why = why_none_fits(path, key)
            if path.exists():
                say(f'the cached {path.name} is built again: {defect}')
            elif why:
                say(f'{path.name} is built: {why}')
            self._build(path, key, build)

    def discard(self, path: Path) -> None:
        """Remove an entry; nobody sees half of it."""
        if path.exists():
            grave = Path(tempfile.mkdtemp(prefix='.discarded-', dir=self.root))
            path.rename(grave / path.name)
            shutil.rmtree(grave, ignore_errors=True)

    @contextmanager
    def _lock(self, path: Path, say: Say) -> Iterator[None]:
        """Hold the lock of one entry."""
        lock = FileLock(self.root / f'{path.name}.lock')
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f'another process is building {path.name}: waiting for it')
            try:
                lock.acquire(timeout=LOCK_TIMEOUT_S)
            except Timeout as error:
                raise EngineUnavailable(f'another process has held the lock of {path} for '
                                        f'{LOCK_TIMEOUT_S:.0f} s') from error
        try:
            yield
        finally:
            lock.release()

    def _build(self, path: Path, key: Mapping[str, Any], build: Callable[[Path], None]) -> None:
        """Build beside, then rename."""
        folder = Path(tempfile.mkdtemp(prefix='.building-', dir=self.root))
        try:
            build(folder)
            text = json.dumps({'key': key, 'files': describe_files(folder)}, indent=2, default=str)
            (folder / ENTRY_FILE).write_text(text + '\n')
            open_to_all(folder)
            write_through(folder)
            self.discard(path)
            folder.rename(path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _evict(self) -> None:
        """Remove what dead processes left, and old entries until the rest fits the limit."""
        for folder in [*self.root.glob('.building-*'), *self.root.glob('.discarded-*')]:
            if age_s(folder) > STALE_S:
                shutil.rmtree(folder, ignore_errors=True)
        entries = sorted(self.root.glob(f'*/{ENTRY_FILE}'), key=age_s, reverse=True)
        sizes = {file: folder_bytes(file.parent) for file in entries}
        total = sum(sizes.values())
        for file, size in sizes.items():
            if total <= self.limit_bytes or age_s(file) < RECENT_S:
                break
            self.discard(file.parent)
            total -= size
