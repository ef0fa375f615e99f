# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a checkpoint file says of itself, remembered by its sha256.

Reading a checkpoint takes torch and seconds; a node that starts with a cached engine, or takes new
weights over while events arrive, has neither to spare. What is remembered was checked when the
file was read first, and belongs to exactly these bytes.
"""

import json
import os
from pathlib import Path
import tempfile
from typing import Any, Callable, Dict, Optional

from depthanyevent_ros.paths import cache_dir

MAX_FILES = 200


def remembered(sha256: str, read: Callable[[], Dict[str, Any]]) -> Dict[str, Any]:
    """
    Return the facts of a file, from memory or by reading it.

    :param read: reads and checks the file; its result, plain values, is kept. What it raises goes
        to the caller, and nothing is kept.
    """
    folder = cache_dir() / 'weights'
    facts = _recall(folder / f'{sha256}.json')
    if facts is None:
        facts = read()
        _keep(folder, f'{sha256}.json', facts)
    return facts


def _recall(path: Path) -> Optional[Dict[str, Any]]:
    try:
        facts = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return None                             # not known, or damaged: it is read again
    return facts if isinstance(facts, dict) else None


def _keep(folder: Path, name: str, facts: Dict[str, Any]) -> None:
    """Write whole or not at all; a folder that cannot be written only costs time later."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile('w', dir=folder, delete=False) as growing:
            json.dump(facts, growing)
        os.replace(growing.name, folder / name)
        oldest_first = sorted(folder.glob('*.json'), key=lambda path: path.stat().st_mtime)
        for path in oldest_first[:-MAX_FILES]:
            path.unlink(missing_ok=True)
    except OSError:
        return
