# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One entry of the cache: a folder with ENTRY_FILE, which holds its key and its files' sizes."""

from contextlib import suppress
import json
import os
from pathlib import Path
import time
from typing import Any, Mapping, Optional

ENTRY_FILE = 'entry.json'
MOST_DIFFERING = 2              # things in which a stale entry differs from the one that is wanted
SHOWN = 48                      # characters of a value in a sentence


def age_s(path: Path) -> float:
    """Return the time since a file or folder was changed; 0 if it is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def find_defect(path: Path, key: Mapping[str, Any]) -> Optional[str]:
    """Return why an entry cannot be used, or None if it is whole."""
    try:
        entry = json.loads((path / ENTRY_FILE).read_text())
        stored, files = entry['key'], entry['files'].items()
    except FileNotFoundError:
        return f'it has no {ENTRY_FILE}'
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        return f'its {ENTRY_FILE} cannot be read'
    if stored != json.loads(json.dumps(key, default=str)):
        return 'it was built for another key'
    for name, size in files:
        file = path / name
        if not file.is_file():
            return f'its file {name} is missing'
        if file.stat().st_size != size:
            return f'its file {name} has {file.stat().st_size} bytes instead of {size}'
    return None


def write_through(folder: Path) -> None:
    """Wait until the files are on the disk: a power cut must not leave a whole entry of zeros."""
    for path in [*folder.rglob('*'), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def folder_bytes(folder: Path) -> int:
    """Return the size of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob('*') if file.is_file())


def why_none_fits(path: Path, key: Mapping[str, Any]) -> Optional[str]:
    """
    Return in what an entry of the same kind that is almost the wanted one differs.

    :param path: of the wanted one, which is not there.
    :returns: a part of a sentence; None if there is nothing alike.
    """
    kind, wanted = path.name.rpartition('-')[0], json.loads(json.dumps(key, default=str))
    nearest = None
    for file in path.parent.glob(f'{kind}-*/{ENTRY_FILE}'):
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            found = json.loads(file.read_text())['key']
            differing = {name: (found.get(name), value) for name, value in wanted.items()
                         if found.get(name) != value}
            if len(differing) <= MOST_DIFFERING and (
                    nearest is None or len(differing) < len(nearest)):
                nearest = differing
    return ', '.join(f'{name} was {str(old)[:SHOWN]} in the cache and is {str(new)[:SHOWN]}'
                     for name, (old, new) in (nearest or {}).items()) or None
