# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From the name of a message type to its class."""

from importlib import import_module

from depthanyevent_ros.errors import ConfigError


def message_class(msgtype: str):
    """
    Return the class of a type such as 'sensor_msgs/msg/Image'.

    :raises ConfigError: if its package is not installed.
    """
    package, _, name = msgtype.split('/')
    try:
        return getattr(import_module(f'{package}.msg'), name)
    except (ImportError, AttributeError):
        raise ConfigError(f'the message type {msgtype} is not installed here: build the package '
                          f'{package}') from None
