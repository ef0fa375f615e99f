# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which threads give way to all others: the one that asks, and those that it starts."""

import os
import threading

import pytest

from depthanyevent_ros.distillation import spare_time
from depthanyevent_ros.distillation.spare_time import be_nice, use_spare_time_only

needs_linux = pytest.mark.skipif(not hasattr(os, 'SCHED_IDLE'), reason='only Linux has SCHED_IDLE')


def in_a_thread(do):
    """Return what comes of doing it in a thread of its own."""
    found = []
    thread = threading.Thread(target=lambda: found.append(do()))
    thread.start()
    thread.join()
    return found[0]


@needs_linux
def test_the_thread_and_those_it_starts_give_way_and_no_others():
    """The node's own thread, which takes the events, stays as it was."""
    def ask():
        return use_spare_time_only(), os.sched_getscheduler(0), \
            in_a_thread(lambda: os.sched_getscheduler(0))

    before = os.sched_getscheduler(0)
    assert in_a_thread(ask) == (True, os.SCHED_IDLE, os.SCHED_IDLE)
    assert os.sched_getscheduler(0) == before != os.SCHED_IDLE


def test_a_system_that_forbids_it_is_told_and_changes_nothing(monkeypatch):
    """As in a sandbox without the call."""
    def forbid(*_):
        raise PermissionError('not here')

    monkeypatch.setattr(spare_time.os, 'sched_setscheduler', forbid, raising=False)
    assert use_spare_time_only() is False


def test_a_system_without_such_a_class_is_told(monkeypatch):
    """As on macOS."""
    monkeypatch.delattr(spare_time.os, 'SCHED_IDLE', raising=False)
    assert use_spare_time_only() is False


@needs_linux
def test_a_thread_is_nice_and_those_it_starts_and_no_others():
    """And no less nice than it was."""
    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def ask():
        be_nice(7)
        be_nice(3)
        return niceness(), in_a_thread(niceness)

    before = niceness()
    assert in_a_thread(ask) == (max(7, before), max(7, before)) and niceness() == before
