# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One entry of the cache: a folder with ENTRY_FILE, which holds its key and its files' digests."""

import hashlib
import json
import os
from pathlib import Path
import time
from typing import Any, Dict, Mapping, Optional

ENTRY_FILE = 'entry.json'


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
        stored = entry['key']
        files = [(name, (size, digest)) for name, (size, digest) in entry['files'].items()]
    except FileNotFoundError:
        return f'it has no {ENTRY_FILE}'
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        return f'its {ENTRY_FILE} cannot be read'
    if stored != json.loads(json.dumps(key, default=str)):
        return 'it was built for another key'
    for name, (size, digest) in files:
        file = path / name
        if not file.is_file():
            return f'its file {name} is missing'
        if file.stat().st_size != size:
            return f'its file {name} has {file.stat().st_size} bytes instead of {size}'
        if digest_of(file) != digest:
            return f'its file {name} is damaged: its bytes are others than when it was written'
    return None


def describe_files(folder: Path) -> Dict[str, Any]:
    """Return size and digest of each file in a folder, by its name there."""
    return {str(file.relative_to(folder)): [file.stat().st_size, digest_of(file)]
            for file in sorted(folder.rglob('*')) if file.is_file()}


def digest_of(path: Path) -> str:
    """Return the sha256 of a file; 100 MB take 60 ms with a processor that has instructions."""
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def open_to_all(folder: Path) -> None:
    """Give the folder the usual permissions: others may use what root built into an image."""
    mask = os.umask(0)
    os.umask(mask)
    for path in [*folder.rglob('*'), folder]:
        path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)


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
