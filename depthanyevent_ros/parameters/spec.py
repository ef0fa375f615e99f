# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Reading and checking the parameter files.

The files are in the format of generate_parameter_library (``type``, ``default_value``,
``description``, ``read_only``, ``validation``), which has no wheel; this module reads the part of
it that we use, so that one file serves the nodes, the command line and the documentation.
"""

from dataclasses import dataclass
from importlib import resources
from types import SimpleNamespace
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

import yaml

from depthanyevent_ros.errors import ConfigError

TYPES = {'string': str, 'double': float, 'int': int, 'bool': bool}
Settings = SimpleNamespace


@dataclass(frozen=True)
class Parameter:
    """One parameter: what it means and which values it takes."""

    name: str                                   # dotted, for example 'window.duration_ms'
    type: type
    default: Any
    description: str
    read_only: bool = False                     # cannot change while the node is configured
    bounds: Optional[Tuple[float, float]] = None        # inclusive
    one_of: Tuple[str, ...] = ()

    def check(self, value: Any) -> Any:
        """
        Return the value in the parameter's own type.

        :raises ConfigError: naming the parameter, the value and what would be accepted.
        """
        if self.type is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)                # '50' is a fine way to write 50.0 in a file
        if type(value) is not self.type:
            raise ConfigError(f'{self.name}: {value!r} is not of type {self.type.__name__}')
        if self.one_of and value not in self.one_of:
            raise ConfigError(f'{self.name}: {value!r} is not one of {", ".join(self.one_of)}')
        if self.bounds and not self.bounds[0] <= value <= self.bounds[1]:
            low, high = self.bounds
            raise ConfigError(f'{self.name}: {value} is not between {low} and {high}')
        return value

    def parse(self, text: str) -> Any:
        """Return the value written in ``text`` (command line), checked."""
        return self.check(text if self.type is str else yaml.safe_load(text))


def parse_changes(spec: Mapping[str, Parameter], changes: Sequence[str]) -> Dict[str, Any]:
    """
    Return the values that words NAME=VALUE give parameters, the later ones last.

    :raises ConfigError: naming what is no parameter, or a value that one does not take.
    """
    values = {}
    for change in changes:
        name, _, text = change.partition('=')
        if name not in spec:
            raise ConfigError(f'{change}: there is no parameter {name}')
        values[name] = spec[name].parse(text)
    return values


def load_spec(name: str) -> Dict[str, Parameter]:
    """
    Return the parameters of a node, by dotted name.

    :param name: the file in this folder without its ending, for example ``depth``.
    """
    text = (resources.files(__package__) / f'{name}.yaml').read_text(encoding='utf-8')
    (tree,) = yaml.safe_load(text).values()
    return {parameter.name: parameter for parameter in _walk(tree, '')}


def _walk(tree: Mapping, prefix: str):
    for key, entry in tree.items():
        if 'type' in entry and not isinstance(entry['type'], Mapping):
            yield _parameter(prefix + key, entry)
        else:
            yield from _walk(entry, f'{prefix}{key}.')


def _parameter(name: str, entry: Mapping) -> Parameter:
    validation = entry.get('validation', {})
    bounds = validation.get('bounds<>')
    return Parameter(
        name=name, type=TYPES[entry['type']], default=entry['default_value'],
        description=' '.join(entry['description'].split()),
        read_only=entry.get('read_only', False),
        bounds=tuple(bounds) if bounds else None,
        one_of=tuple(validation.get('one_of<>', [[]])[0]))


def make_settings(spec: Mapping[str, Parameter], values: Mapping[str, Any] = ()) -> Settings:
    """
    Return the settings as a tree: ``settings.window.duration_ms``.

    :param values: by dotted name; what is missing takes its default.
    :raises ConfigError: on an unknown name or a value that its parameter does not take.
    """
    values = dict(values)
    settings = Settings()
    for name, parameter in spec.items():
        value = parameter.check(values.pop(name, parameter.default))
        *groups, leaf = name.split('.')
        node = settings
        for group in groups:
            node = node.__dict__.setdefault(group, Settings())
        setattr(node, leaf, value)
    if values:
        raise ConfigError(f'no parameter is called {sorted(values)[0]!r}')
    return settings
