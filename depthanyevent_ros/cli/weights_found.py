# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a store of learned weights holds, with a sentence for each part of it that is damaged."""

from collections.abc import Mapping
import json
from pathlib import Path
import re
from typing import Any, Dict, List, Optional, Sequence

from depthanyevent_ros.distillation.promotion.store import (
    FACTORY, IN_USE, NAME, Version, WeightsStore,
)
from depthanyevent_ros.distillation.promotion.where import DEFAULT_ROBOT, store_folder
from depthanyevent_ros.errors import ConfigError, RecordingError, WeightsError
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.weights import models_folder, OUTPUT_KINDS, read_manifest


def folder_of(args) -> Path:
    """
    Return the folder that --robot or --store stands for, as an absolute path.

    :raises ConfigError: if both are given, or the robot's name is none.
    """
    if args.store is not None and args.robot is not None:
        raise ConfigError(f'give --robot ({args.robot}) or --store ({args.store}), not both')
    if args.store is None:
        return store_folder(DEFAULT_ROBOT if args.robot is None else args.robot).resolve()
    if not args.store.is_dir():
        raise RecordingError(f'there is no folder {args.store}')
    return args.store.resolve()


def open_store(folder: Path) -> WeightsStore:
    """Return the store in a folder, which is not made; WeightsError if there is none."""
    if not folder.is_dir():
        raise WeightsError(f'no weights were learned online yet: there is no folder {folder}')
    return WeightsStore(folder)


def numbers_of(texts: Sequence[str]) -> List[int]:
    """Return what was given as numbers of versions, each once; ConfigError names what is none."""
    for text in texts:
        if not re.fullmatch('[0-9]{1,6}', text):
            raise ConfigError(f'{text!r} is not the number of a version; '
                              '`depthanyevent weights list` shows them')
    return list(dict.fromkeys(map(int, texts)))


def described(store: WeightsStore) -> List[int]:
    """Return the numbers of all versions that have a description, whole or not."""
    return sorted(int(found[1]) for found in map(
        NAME.fullmatch, (path.name for path in store.folder.iterdir())) if found)


def versions(store: WeightsStore) -> Dict[int, Version]:
    """Return the versions whose description is whole, by number."""
    return {version.number: version for version in store.versions() if is_sound(version)}


def is_sound(version: Version) -> bool:
    """Tell whether a description holds what it should; a damaged one can hold anything."""
    whole = (version.number, version.parent, version.created_ns, version.n_steps)
    texts = (version.factory_sha256, version.sha256, version.teacher)
    return (all(type(value) is int and value >= 0 for value in whole)
            and all(isinstance(text, str) for text in texts)
            and version.created_ns < 1 << 63 and version.parent < version.number
            and isinstance(version.scores, Mapping)
            and all(is_score(score) for score in version.scores.values()))


def is_score(score: Any) -> bool:
    """Tell whether this is a table of numbers, as a score is."""
    return isinstance(score, Mapping) and all(
        value is None or type(value) in (int, float) for value in score.values())


def get(store: WeightsStore, number: int) -> Version:
    """
    Return a version after a look at its files.

    :raises WeightsError: if it is not there or damaged; the sentence says which file.
    """
    found, path = versions(store), store.path(number)
    if number not in found:
        if number not in described(store):
            raise WeightsError(f'{store.folder} has no version {number}; it has '
                               f'{", ".join(map(str, found)) or "none"}')
        if not path.is_file():
            raise WeightsError(f'version {number} has no weights: {path} is missing')
        raise WeightsError(f'{path.with_suffix(".json")}, which describes version {number}, is '
                           'damaged')
    try:
        return store.get(number)
    except OSError as error:
        raise WeightsError(f'{path} cannot be read: {error.strerror}') from error
    except TypeError as error:                  # another one's number is no number
        raise WeightsError(f'{store.folder} holds a damaged description: delete those that '
                           '`depthanyevent weights list` names') from error


def damage(store: WeightsStore) -> Dict[int, str]:
    """Return a sentence for each version that cannot be used."""
    found = {}
    for number in described(store):
        try:
            get(store, number)
        except WeightsError as error:
            found[number] = str(error)
    return found


def marked(store: WeightsStore) -> int:
    """Return the version that is marked as the one in use, damaged or not; FACTORY for none."""
    try:
        number = json.loads((store.folder / IN_USE).read_text())['number']
    except (OSError, ValueError, TypeError, KeyError):
        return FACTORY
    return number if type(number) is int else FACTORY


def factory_name(sha256: Optional[str]) -> Optional[str]:
    """Return the name by which the manifest knows weights; None if it does not."""
    try:
        entries = read_manifest(models_folder() / 'manifest.yaml')['weights']
    except WeightsError:
        return None
    return next((name for name, entry in entries.items()
                 if isinstance(entry, dict) and entry.get('sha256') == sha256), None)


def facts_of(path: Path) -> Dict[str, Any]:
    """
    Return what a weight file says of itself, without reading its tensors (and without torch).

    :raises WeightsError: if it says nothing, or nonsense.
    """
    from safetensors import safe_open, SafetensorError
    try:
        with safe_open(path, framework='np') as handle:
            config = json.loads((handle.metadata() or {})['config'])
        facts = {'licence': str(config.get('licence', 'not stated')),
                 'source': str(config.get('source', 'not stated')),
                 'output_kind': config.get('output_kind', 'relative'),
                 'trained': config.get('trained', True) is True,
                 'model': ModelConfig.from_dict(config['model']).as_dict()}
    except (SafetensorError, ValueError, KeyError, AttributeError) as error:
        raise WeightsError(f'{path} does not say which network it is for: {error}') from error
    if facts['output_kind'] not in OUTPUT_KINDS:
        raise WeightsError(f'{path}: output_kind is {facts["output_kind"]!r}, not relative or '
                           'metric')
    return facts
