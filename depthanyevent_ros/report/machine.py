# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The machine that a report was made on."""

import os
import platform
from typing import Dict


def describe_machine() -> Dict[str, object]:
    """Return processor, cores that may be used, memory, system, Python and ROS distribution."""
    facts = {
        'processor': _field('/proc/cpuinfo', 'model name') or platform.processor()
        or platform.machine(),
        'cores': len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity')
        else os.cpu_count(),
        'memory': _memory(),
        'system': _system(),
        'Python': platform.python_version(),
        'ROS': os.environ.get('ROS_DISTRO', ''),
    }
    return {name: value for name, value in facts.items() if value}


def _memory() -> str:
    kib = _field('/proc/meminfo', 'MemTotal').split(' ')[0]
    return f'{int(kib) / 2**20:.0f} GiB' if kib.isdigit() else ''


def _system() -> str:
    try:
        name = platform.freedesktop_os_release().get('PRETTY_NAME', '')
    except OSError:
        name = ''
    return name or f'{platform.system()} {platform.release()}'


def _field(path: str, name: str) -> str:
    """Return the first value of a 'name : value' file of the kernel, '' if there is none."""
    try:
        with open(path, encoding='utf-8') as stream:
            for line in stream:
                key, _, value = line.partition(':')
                if key.strip() == name:
                    return value.strip()
    except OSError:
        pass
    return ''
