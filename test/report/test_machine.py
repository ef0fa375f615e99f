# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The machine is named."""

import os

from depthanyevent_ros.report.machine import describe_machine


def test_the_machine_is_described():
    """Processor, cores and Python are always known; nothing is listed without a value."""
    machine = describe_machine()
    assert {'processor', 'cores', 'system', 'Python'} <= set(machine)
    assert 1 <= machine['cores'] <= os.cpu_count()
    assert all(machine.values())
