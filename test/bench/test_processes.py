# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the kernel says of a process, against what the process knows of itself."""

import os
import threading
import time

import numpy as np
import pytest

from depthanyevent_ros.bench.processes import cpu_time, memory
from depthanyevent_ros.errors import DepthAnyEventError


def burn(seconds):
    """Use processor time in the calling thread."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        sum(range(1000))


def test_the_time_of_the_first_thread_is_told_apart_from_all():
    """Work in another thread is in the sum alone (which has the kernel's 10 ms steps)."""
    before = cpu_time(os.getpid())
    other = threading.Thread(target=burn, args=(0.2,))
    other.start()
    other.join()
    after = cpu_time(os.getpid())
    assert after.all_s - before.all_s >= 0.18
    assert after.main_s - before.main_s < 0.1
    burn(0.2)
    assert cpu_time(os.getpid()).main_s - after.main_s >= 0.15


def test_memory_that_is_used_is_seen():
    """64 MB, written to."""
    before = memory(os.getpid())
    block = np.ones(64_000_000, np.uint8)
    after = memory(os.getpid())
    assert block.sum() == 64_000_000
    assert 55 < after.own_mb - before.own_mb < 80
    assert after.rss_mb >= after.own_mb


def test_a_process_that_is_gone_is_named():
    """No such number."""
    for ask in (cpu_time, memory):
        with pytest.raises(DepthAnyEventError, match='99999999'):
            ask(99_999_999)
