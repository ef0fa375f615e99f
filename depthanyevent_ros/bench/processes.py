# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the Linux kernel counts for a process: time on the processor, memory."""

import os
from typing import NamedTuple

from depthanyevent_ros.errors import DepthAnyEventError

NS = 1e-9
TICKS_PER_S = os.sysconf('SC_CLK_TCK')
KIB_PER_MB = 1e6 / 1024


class CpuTime(NamedTuple):
    """Since the start, s."""

    main_s: float           # the first thread: the executor of a node
    main_wait_s: float      # that it was ready to run and had no core
    all_s: float            # every thread, those that have ended too


class Memory(NamedTuple):
    """Resident memory, MB (10^6 bytes)."""

    rss_mb: float           # all
    own_mb: float           # anonymous: heap and buffers, without shared segments and files


def cpu_time(pid: int) -> CpuTime:
    """Return the processor time of a process of ours; DepthAnyEventError if it is gone."""
    try:
        with open(f'/proc/{pid}/task/{pid}/schedstat', encoding='ascii') as stream:
            main_ns, wait_ns, _ = map(int, stream.read().split())
        with open(f'/proc/{pid}/stat', encoding='utf-8') as stream:
            fields = stream.read().rpartition(')')[2].split()
    except (OSError, ValueError) as error:
        raise DepthAnyEventError(f'the kernel says nothing of process {pid}: {error}') from error
    ticks = int(fields[11]) + int(fields[12])
    return CpuTime(main_ns * NS, wait_ns * NS, ticks / TICKS_PER_S)


def memory(pid: int) -> Memory:
    """Return the memory of a process; DepthAnyEventError if it is gone."""
    sizes = {}
    try:
        with open(f'/proc/{pid}/status', encoding='utf-8') as stream:
            for line in stream:
                key, _, value = line.partition(':')
                if key in ('VmRSS', 'RssAnon'):
                    sizes[key] = int(value.split()[0]) / KIB_PER_MB
        return Memory(sizes['VmRSS'], sizes['RssAnon'])
    except (OSError, KeyError, ValueError) as error:
        raise DepthAnyEventError(f'the kernel says nothing of process {pid}: {error}') from error
