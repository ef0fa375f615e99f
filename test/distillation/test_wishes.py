# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A thread that rests hears what is wanted of it."""

import threading
import time

from depthanyevent_ros.distillation.wishes import Wishes


def test_wishes_are_granted_in_their_order():
    """By whoever asks for them to be."""
    wishes, granted = Wishes(), []
    for k in range(3):
        wishes.put(lambda k=k: granted.append(k))
    assert not granted
    wishes.grant()
    assert granted == [0, 1, 2]


def test_a_wish_is_granted_in_the_middle_of_a_rest_which_goes_on():
    """An hour's rest would else be an hour's wait for a rollback."""
    wishes, granted = Wishes(), threading.Event()
    thread = threading.Thread(target=lambda: wishes.rest(3600))
    thread.start()
    wishes.put(granted.set)
    assert granted.wait(60)
    assert thread.is_alive()
    wishes.close()
    thread.join(60)
    assert not thread.is_alive()


def test_a_rest_without_wishes_takes_its_time():
    """And none after the end."""
    wishes = Wishes()
    began_s = time.monotonic()
    wishes.rest(0.05)
    assert time.monotonic() - began_s >= 0.05
    wishes.close()
    wishes.rest(3600)
    assert wishes.closed
