# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Waiting in one thread, with turns for the node's callbacks; checked on a clock of our own."""

import signal
import time

import pytest

from depthanyevent_ros.nodes.serving_stop import ServingStop, TURN_S


class World:
    """A clock that only sleeping moves, and an executor that counts its turns."""

    def __init__(self):
        """Begin at zero."""
        self.now_s, self.turns_s, self.at_turn = 0.0, [], None

    def spin_once(self, timeout_sec):
        """Take a turn without waiting."""
        assert timeout_sec == 0
        self.turns_s.append(self.now_s)
        if self.at_turn:
            self.at_turn()

    def sleep(self, seconds):
        """Let time pass."""
        assert seconds > 0
        self.now_s += seconds


@pytest.fixture
def world():
    """Return a clock with an executor."""
    return World()


@pytest.fixture
def stop(world):
    """Return a stop that lives in it."""
    return ServingStop(world, lambda: world.now_s, world.sleep)


def test_a_wait_takes_its_time_and_gives_a_turn_every_twentieth_of_a_second(world, stop):
    """0.12 s: at its start, after 50 ms and after 100 ms."""
    assert not stop.wait(0.12)
    assert world.now_s == pytest.approx(0.12)
    assert world.turns_s == pytest.approx([0, TURN_S, 2 * TURN_S])


def test_short_waits_share_a_turn(world, stop):
    """A thousand packets a second must not cost a thousand looks at the executor."""
    for _ in range(90):
        stop.wait(0.001)
    assert world.now_s == pytest.approx(0.09) and len(world.turns_s) == 2


def test_a_wait_of_nothing_ends_at_once(world, stop):
    """Neither does one that is already over sleep."""
    assert not stop.wait(0) and not stop.wait(-1)
    assert world.now_s == 0


def test_who_is_told_to_stop_in_a_turn_ends_within_the_next(world, stop):
    """An hour's wait, given up."""
    world.at_turn = stop.set
    assert stop.wait(3600) and stop.is_set()
    assert world.now_s <= TURN_S


def test_once_stopped_it_does_not_wait_again(world, stop):
    """Nor run callbacks."""
    stop.set()
    assert stop.wait(3600) and world.now_s == 0 and not world.turns_s


def test_a_signal_in_the_middle_of_a_wait_ends_it(world):
    """With the real clock; the handler runs in the thread that waits."""
    stop = ServingStop(world)
    before = signal.signal(signal.SIGALRM, lambda *_: stop.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        started_s = time.monotonic()
        assert stop.wait(60)
        assert time.monotonic() - started_s < 30
    finally:
        signal.signal(signal.SIGALRM, before)
