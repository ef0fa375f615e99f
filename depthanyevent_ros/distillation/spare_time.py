# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Working behind others, or only while the processor has nothing else to do."""

import os
import threading


def use_spare_time_only() -> bool:
    """
    Give way to all other work at once: this thread, and those that it starts from now on.

    A thread that is merely nice keeps its processor for some milliseconds when another becomes
    ready; one of the class of idle threads loses it immediately (sched(7), SCHED_IDLE), and gets
    next to nothing where others use all there is. No rights are needed.

    :returns: False where the system has no such class, or forbids it; nothing is changed then.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except (AttributeError, OSError):
        return False
    return True


def be_nice(niceness: int) -> None:
    """Give this thread, and those that it starts from now on, at least this niceness."""
    thread = threading.get_native_id()          # on Linux every thread has its own
    if niceness > os.getpriority(os.PRIO_PROCESS, thread):
        os.setpriority(os.PRIO_PROCESS, thread, niceness)
