# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters: declared once, in YAML, for the nodes and for the command line alike."""

from depthanyevent_ros.parameters.spec import load_spec, make_settings, Parameter
from depthanyevent_ros.parameters.spec import parse_changes, Settings

__all__ = ['load_spec', 'make_settings', 'Parameter', 'parse_changes', 'Settings']
