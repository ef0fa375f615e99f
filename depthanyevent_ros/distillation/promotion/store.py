# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Learned weights on disk: numbered, whole or not there, with where they come from and their scores.

A version is ``v000001.safetensors``, which every part of this package reads as weights, and
``v000001.json`` beside it. The weights of the factory are no version: nothing here writes them.
"""

from contextlib import suppress
from dataclasses import asdict, dataclass
import hashlib
import json
import os
from pathlib import Path
import re
from typing import Any, Dict, List, Mapping, Optional, Set

from filelock import FileLock
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save

from depthanyevent_ros.errors import RecordingError, WeightsError

NAME = re.compile(r'v(\d{6})\.json')
IN_USE, LAST, LOCK = 'in_use.json', 'last.json', '.lock'
#: A version is written in less than a second.
LOCK_S = 60.0
FACTORY = 0


@dataclass(frozen=True)
class Version:
    """One set of learned weights."""

    number: int
    parent: int                         # the version that it was learned from, 0 the factory
    factory_sha256: str                 # of the weights at the root of its lineage
    sha256: str                         # of its file
    created_ns: int                     # of the clock on the wall
    n_steps: int
    teacher: str
    scores: Mapping[str, Any]           # candidate, present and factory, when it was promoted


def checked(version: Version) -> Version:
    """Return a version whose fields are of their types; TypeError otherwise."""
    for name in ('number', 'parent', 'created_ns', 'n_steps'):
        if type(getattr(version, name)) is not int:
            raise TypeError(f'{name} is {getattr(version, name)!r}')
    if not isinstance(version.sha256, str) or not isinstance(version.scores, Mapping):
        raise TypeError('sha256 or scores')
    return version


class WeightsStore:
    """
    The versions of one robot, in one folder.

    :param limit: how many are kept; the oldest that are not in use go first.
    :raises RecordingError: if the folder cannot be made.
    """

    def __init__(self, folder: Path, limit: int = 20):
        self.folder, self.limit = Path(folder), limit
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordingError(f'{self.folder} cannot be made: {error.strerror}') from error

    def versions(self) -> List[Version]:
        """Return the versions whose files are both there, oldest first."""
        found = []
        for path in sorted(self.folder.glob('v*.json')):
            if NAME.fullmatch(path.name) and path.with_suffix('.safetensors').is_file():
                try:
                    found.append(checked(Version(**json.loads(path.read_text()))))
                except (OSError, ValueError, TypeError):
                    continue                    # damaged: verify() tells, when it is asked for
        return found

    def get(self, number: int) -> Version:
        """
        Return a version after a look at its file.

        :raises WeightsError: if it is not there or damaged.
        """
        found = {version.number: version for version in self.versions()}
        if number not in found:
            raise WeightsError(f'{self.folder} has no version {number}; it has '
                               f'{", ".join(map(str, found)) or "none"}')
        content = self.path(number).read_bytes()
        if hashlib.sha256(content).hexdigest() != found[number].sha256:
            raise WeightsError(f'{self.path(number)} is damaged: its sha256 is another than when '
                               'it was written')
        return found[number]

    def path(self, number: int) -> Path:
        """Return the weight file of a version."""
        return self.folder / f'v{number:06d}.safetensors'

    def add(self, tensors: Mapping[str, np.ndarray], config: Mapping[str, Any],
            **facts: Any) -> Version:
        """
        Write a version and return it.

        :param config: what a checkpoint says of itself: ``model``, ``output_kind``, ``licence``.
        :param facts: the fields of Version but number and sha256.
        :raises RecordingError: if it cannot be written; nothing is left then.
        """
        try:                                    # another process may write for the same robot
            with FileLock(self.folder / LOCK, timeout=LOCK_S):
                self._tidy()
                version = self._add(tensors, config, facts)
                self._forget({version.number, version.parent, self.in_use()})
        except OSError as error:
            raise RecordingError(f'{self.folder} cannot be written: {error}') from error
        return version

    def _add(self, tensors, config, facts) -> Version:
        taken = [int(NAME.fullmatch(path.name)[1]) for path in self.folder.glob('v*.json')
                 if NAME.fullmatch(path.name)]
        number = max(self._last(), *taken, FACTORY) + 1
        try:
            content = save({name: np.ascontiguousarray(array)
                            for name, array in tensors.items()},
                           {'config': json.dumps(config)})
            version = Version(number=number, sha256=hashlib.sha256(content).hexdigest(), **facts)
            self._write(self.path(number), content)
            self._write(self.folder / LAST, json.dumps({'number': number}).encode())
            self._write(self.path(number).with_suffix('.json'),
                        json.dumps(asdict(version), indent=1).encode())
        except (OSError, SafetensorError) as error:
            self.path(number).unlink(missing_ok=True)
            raise RecordingError(f'{self.path(number)} cannot be written: {error}') from error
        return version

    def _tidy(self) -> None:
        """Remove what a process left that was killed while it wrote (under the lock)."""
        whole = {path.stem for path in self.folder.glob('v*.json')}
        for path in [*self.folder.glob('.v*'), *self.folder.glob('v*.safetensors')]:
            if path.stem not in whole:
                with suppress(OSError):
                    path.unlink()

    def _last(self) -> int:
        """Return the highest number that was ever given, as far as that is known."""
        try:
            return int(json.loads((self.folder / LAST).read_text())['number'])
        except (OSError, ValueError, TypeError, KeyError):
            return FACTORY

    def use(self, number: int) -> None:
        """Remember which version is in use, FACTORY for none; a restart may go on with it."""
        self._write(self.folder / IN_USE, json.dumps({'number': number}).encode())

    def in_use(self) -> int:
        """Return the version that is in use, FACTORY if none is or it cannot be read."""
        try:
            number = self.marked()
            return self.get(number).number if number != FACTORY else FACTORY
        except (OSError, WeightsError):
            return FACTORY

    def marked(self) -> int:
        """Return the version that was in use last, whether or not it is still there and whole."""
        try:
            return int(json.loads((self.folder / IN_USE).read_text())['number'])
        except (OSError, ValueError, TypeError, KeyError):
            return FACTORY

    def delete(self, number: int) -> None:
        """
        Delete a version.

        :raises WeightsError: if it is not there, or in use.
        """
        if number == self.in_use():
            raise WeightsError(f'version {number} is in use: promote another one first')
        if not self.path(number).with_suffix('.json').is_file():
            raise WeightsError(f'{self.folder} has no version {number}')
        self.path(number).with_suffix('.json').unlink()
        self.path(number).unlink(missing_ok=True)

    def _forget(self, keep: Set[int]) -> None:
        """Delete the oldest versions beyond the limit, but for some."""
        present = [version.number for version in self.versions()]
        others = [number for number in present if number not in keep]
        for number in others[:max(0, len(present) - self.limit)]:
            with suppress(OSError, WeightsError):       # someone else deleted it
                self.delete(number)

    def _write(self, path: Path, content: bytes) -> None:
        growing = path.with_name(f'.{path.name}.{os.getpid()}')
        try:
            with open(growing, 'wb') as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(growing, path)
        finally:
            growing.unlink(missing_ok=True)


def describe(version: Optional[Version]) -> Dict[str, str]:
    """Return what is said of a version in diagnostics; None is the factory."""
    if version is None:
        return {'version': 'factory', 'lineage': 'factory'}
    return {'version': str(version.number),
            'lineage': f'{version.number} from {version.parent or "factory"} '
                       f'({version.factory_sha256[:12]})'}
