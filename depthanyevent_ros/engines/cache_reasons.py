# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Why an engine that was built once is not used: what has changed since, in words."""

from contextlib import suppress
import json
from pathlib import Path
import re
from typing import Any, Dict, Mapping, Optional

from depthanyevent_ros.engines.cache_entry import ENTRY_FILE
from depthanyevent_ros.parameters.trees import flat

#: What makes another engine, not a newer one: entries that differ in these stay as they are.
IDENTITY = ('model', 'sensor', 'input', 'types', 'precision', 'threads')
#: What is not shown as a value: digests of sources of this package.
DIGESTS = {'sources': "this package's sources of the network have changed",
           'settings': "this package's sources of the engine have changed"}
HEX = re.compile(r'[0-9a-f]{16,}')


def why_none_fits(path: Path, key: Mapping[str, Any]) -> Optional[str]:
    """
    Return in what the most alike of the stale entries differs from the wanted one.

    :param path: of the wanted one, which is not there.
    :returns: a part of a sentence; None if the same engine was never built.
    """
    kind, wanted = path.name.rpartition('-')[0], flat(json.loads(json.dumps(key, default=str)))
    nearest: Optional[Dict[str, Any]] = None
    for file in path.parent.glob(f'{kind}-*/{ENTRY_FILE}'):
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            found = flat(json.loads(file.read_text())['key'])
            differing = {name: (found.get(name), wanted.get(name))
                         for name in {**wanted, **found} if found.get(name) != wanted.get(name)}
            if not any(name.partition('.')[0] in IDENTITY for name in differing) and (
                    nearest is None or len(differing) < len(nearest)):
                nearest = differing
    return ', '.join(sentence(name, *values) for name, values in (nearest or {}).items()) or None


def sentence(name: str, old: Any, new: Any) -> str:
    """Return how one thing has changed."""
    return DIGESTS.get(name) or f'{name} was {shown(old)} in the cache and is {shown(new)}'


def shown(value: Any) -> str:
    """Return a value in a sentence: digests cut short."""
    text = str(value)
    return f'{text[:12]}...' if HEX.fullmatch(text) else text
