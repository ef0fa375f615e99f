# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the depth node as the verbs are given them: files, words, ROS arguments."""

from pathlib import Path
from typing import Dict, Mapping, Sequence

import yaml

from depthanyevent_ros.errors import ConfigError


def parameters_of_file(path: Path) -> dict:
    """Return the parameters of a ROS parameter file by dotted name, whatever node they are for."""
    try:
        tree = yaml.safe_load(path.read_text(encoding='utf-8'))
        sections = [section['ros__parameters'] for section in tree.values()]
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise ConfigError(f'{path} is not a ROS parameter file: {error!r}') from error
    return {name: value for section in sections for name, value in dotted(section)}


def parameters_of_ros_args(ros_args: Sequence[str], spec: Mapping) -> Dict[str, object]:
    """
    Return the parameters that ROS arguments set, the later ones last.

    :param spec: of the node; names that are not in it are left to ROS.
    :raises ConfigError: on a value that its parameter does not take, or an unreadable file.
    """
    values: Dict[str, object] = {}
    for flag, word in zip(ros_args, ros_args[1:]):
        if flag in ('-p', '--param'):
            name, _, text = word.partition(':=')
            if name in spec:
                values[name] = spec[name].parse(text)
        elif flag == '--params-file':
            values.update((name, value) for name, value in parameters_of_file(Path(word)).items()
                          if name in spec)
    return values


def dotted(tree: dict, prefix: str = ''):
    """Yield the leaves of a nested mapping with their dotted names."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from dotted(value, f'{prefix}{key}.')
        else:
            yield f'{prefix}{key}', value


def window_rule(window) -> str:
    """Return in words which windows the settings ``window.*`` cut."""
    time, count = f'{window.duration_ms:g} ms', f'{window.event_count} events'
    if window.policy == 'time' and window.stride_ms:
        return f'{time} every {window.stride_ms:g} ms'
    if window.policy == 'count' and window.stride_events:
        return f'{count} every {window.stride_events} events'
    return {'time': time, 'count': count, 'time_or_count': f'{time} or {count}'}[window.policy]
