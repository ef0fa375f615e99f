# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Nested tables, as in YAML and JSON."""

from typing import Any, Dict, Mapping


def flat(tree: Mapping[str, Any], prefix: str = '') -> Dict[str, Any]:
    """Return nested tables as one, with dotted names."""
    result: Dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            result.update(flat(value, f'{prefix}{name}.'))
        else:
            result[f'{prefix}{name}'] = value
    return result
