# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A version of learned weights out of its store, to a file of a user's choice."""

import hashlib
import os
from pathlib import Path
import tempfile
import textwrap
from typing import Any, Dict, Mapping

import yaml

from depthanyevent_ros.cli.weights_found import facts_of, get, versions
from depthanyevent_ros.cli.weights_shown import lineage, local_time, score
from depthanyevent_ros.distillation.promotion.store import (
    FACTORY, NAME, Version, WeightsStore,
)
from depthanyevent_ros.errors import ConfigError, RecordingError, WeightsError
from depthanyevent_ros.network.weights import DEFAULT, models_folder, read_manifest

SUFFIX = '.safetensors'


def export(store: WeightsStore, number: int, out: Path, force: bool) -> str:
    """
    Copy a version to a file and return what to do with it; the file is whole or not there.

    :raises ConfigError: if it may not be written there; RecordingError if it cannot.
    """
    if number == FACTORY:
        raise ConfigError('0 is the factory: its weights are no version, and are in models/')
    version = get(store, number)
    facts = facts_of(store.path(number))
    content = store.path(number).read_bytes()
    if hashlib.sha256(content).hexdigest() != version.sha256:
        raise WeightsError(f'{store.path(number)} was changed while it was read')
    check_place(out, force)
    write(out, content)
    entry = manifest_entry(version, facts, out, versions(store))
    return (f'version {number}: {out}\nsha256: {version.sha256}\n'
            'To give it a name, copy it to models/ and add to `weights` in models/manifest.yaml:\n'
            + textwrap.indent(entry.rstrip('\n'), '  '))


def check_place(out: Path, force: bool) -> None:
    """Refuse a place for a file that has to stay as it is, or that nobody would read."""
    if out.suffix != SUFFIX or out.is_dir():
        raise ConfigError(f'{out} must be the name of a file that ends in {SUFFIX}')
    if not out.parent.is_dir():
        raise ConfigError(f'there is no folder {out.parent}')
    if any(NAME.fullmatch(path.name) for path in out.parent.iterdir()):
        raise ConfigError(f'{out.parent} is a store of versions: choose another folder')
    if out.stem in taken_names():
        raise ConfigError(f'{out.stem} is the name of weights in the manifest: choose another '
                          'name for the file')
    if os.path.lexists(out) and not force:
        raise ConfigError(f'{out} exists already: choose another name, or give --force')


def taken_names() -> set:
    """Return the names, and names of files, that the manifest has."""
    entries: Mapping[str, Any] = read_manifest(models_folder() / 'manifest.yaml')['weights']
    files = (entry.get('file') for entry in entries.values() if isinstance(entry, dict))
    return {DEFAULT, *entries, *(Path(file).stem for file in files if file)}


def write(out: Path, content: bytes) -> None:
    """Write a file that is whole or not there; RecordingError says why it cannot be."""
    growing = None
    try:
        handle, growing = tempfile.mkstemp(prefix=f'.{out.name}.', dir=out.parent)
        with open(handle, 'wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(growing, 0o644)
        os.replace(growing, out)
    except OSError as error:
        raise RecordingError(f'{out} cannot be written: {error.strerror}') from error
    finally:
        if growing is not None:
            Path(growing).unlink(missing_ok=True)


def manifest_entry(version: Version, facts: Mapping[str, Any], out: Path,
                   found: Mapping[int, Version]) -> str:
    """Return the YAML of an entry for ``models/manifest.yaml``."""
    entry: Dict[str, Any] = {
        'file': out.name, 'sha256': version.sha256, **facts,
        'lineage': lineage(version, found), 'created': local_time(version.created_ns),
        'figures': {name: round(value, 4) for name, value in (
            ('steps', version.n_steps),
            ('AbsRel aligned', score(version, 'candidate').get('aligned')),
            ('AbsRel in metres', score(version, 'candidate').get('metres')))
            if value is not None}}
    entry['model'] = entry.pop('model')         # last, as in the others
    return yaml.safe_dump({out.stem: entry}, sort_keys=False, default_flow_style=None, width=76,
                          allow_unicode=True)
