# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameter table of the docs: `python -m depthanyevent_ros.parameters.markdown [NODE]`."""

import sys
from typing import Mapping

from depthanyevent_ros.parameters.spec import load_spec, Parameter

NAMES = {str: 'string', float: 'double', int: 'int', bool: 'bool'}


def markdown_table(spec: Mapping[str, Parameter]) -> str:
    """Return one row per parameter: name, type, default, values it takes, meaning."""
    rows = ['| parameter | type | default | takes | meaning |', '|---|---|---|---|---|']
    for parameter in spec.values():
        name = f'`{parameter.name}`' + (' (fixed)' if parameter.read_only else '')
        default = str(parameter.default).lower() if parameter.type is bool else parameter.default
        rows.append(f'| {name} | {NAMES[parameter.type]} | `{default}` | {_takes(parameter)} | '
                    f'{parameter.description} |'.replace('``', '`""`'))
    return '\n'.join(rows) + '\n'


def _takes(parameter: Parameter) -> str:
    if parameter.one_of:
        return ', '.join(parameter.one_of)
    if parameter.bounds:
        return f'{parameter.bounds[0]:g} to {parameter.bounds[1]:g}'
    return ''


if __name__ == '__main__':
    print(markdown_table(load_spec(sys.argv[1] if len(sys.argv) > 1 else 'depth')), end='')
