# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The bounded hand-over between input and inference."""

import threading

import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.pipeline.handover import LOSSLESS_DEPTH, make_handover, MAX_MERGED

SOON_S = 0.01
LATE_S = 20


def taken(handover):
    """Return the indices of all windows that wait."""
    indices = []
    while (handed := handover.take(SOON_S)) is not None:
        indices.append(handed.window.index)
    return indices


def test_latest_keeps_the_newest_and_counts_the_others(make_window):
    """A live user wants now."""
    handover = make_handover('latest')
    for index in range(5):
        handover.put(make_window(index))
    assert taken(handover) == [4]
    assert handover.counts == {'dropped': 4}


def test_latest_drops_nothing_while_the_worker_keeps_up(make_window):
    """Only an unread window is replaced."""
    handover = make_handover('latest')
    for index in range(3):
        handover.put(make_window(index))
        assert taken(handover) == [index]
    assert not handover.counts


def test_merge_makes_one_longer_window_of_all_that_wait(make_window):
    """No event is lost: the merged window starts with the oldest and ends with the newest."""
    handover = make_handover('merge')
    for index in range(3):
        handover.put(make_window(index))
    window = handover.take(SOON_S).window
    assert (window.start_ns, window.end_ns) == (0, 30_000_000)
    assert window.n_events == 3
    assert handover.counts == {'merged': 2}


def test_merge_does_not_join_windows_across_a_reset(make_window):
    """Events of before and after a jump in time do not belong in one picture."""
    handover = make_handover('merge')
    handover.put(make_window(0, epoch=0))
    handover.put(make_window(0, epoch=1))
    window = handover.take(SOON_S).window
    assert window.epoch == 1 and window.n_events == 1
    assert handover.counts == {'dropped': 1}


def test_merge_is_bounded(make_window):
    """A picture of minutes would be no picture: after MAX_MERGED the old is dropped."""
    handover = make_handover('merge')
    for index in range(MAX_MERGED + 2):
        handover.put(make_window(index))
    assert handover.take(SOON_S).window.n_events == 1
    assert handover.counts == {'merged': MAX_MERGED, 'dropped': 1}


def test_lossless_hands_over_every_window_in_order(make_window):
    """The input waits for the worker."""
    handover = make_handover('lossless')
    n_windows = 4 * LOSSLESS_DEPTH
    feeder = threading.Thread(
        target=lambda: [handover.put(make_window(index)) for index in range(n_windows)])
    feeder.start()
    indices = [handover.take(LATE_S).window.index for _ in range(n_windows)]
    feeder.join(LATE_S)
    assert indices == list(range(n_windows))
    assert not handover.counts


def test_lossless_waits_when_it_is_full_and_ends_when_closed(make_window):
    """Shutting down must free an input that waits, and count what it could not hand over."""
    handover = make_handover('lossless')
    feeder = threading.Thread(
        target=lambda: [handover.put(make_window(k)) for k in range(LOSSLESS_DEPTH + 1)])
    feeder.start()
    feeder.join(0.2)
    assert feeder.is_alive() and len(handover) == LOSSLESS_DEPTH
    handover.close()
    feeder.join(LATE_S)
    assert not feeder.is_alive()
    assert handover.counts == {'dropped': 1}


@pytest.mark.parametrize('overload', ['latest', 'merge', 'lossless'])
def test_closing_ends_a_take_that_waits(overload):
    """The worker must not hang at the end."""
    handover = make_handover(overload)
    threading.Timer(0.05, handover.close).start()
    assert handover.take(LATE_S) is None


def test_clearing_counts_what_waited(make_window):
    """A reset drops windows of before."""
    handover = make_handover('latest')
    handover.put(make_window(0))
    handover.clear('reset')
    assert handover.take(SOON_S) is None and handover.counts == {'reset': 1}


@pytest.mark.parametrize('overload, n_kept', [('latest', 0), ('merge', 0), ('lossless', 1)])
def test_a_reset_drops_what_waits_unless_nothing_may_be_lost(make_window, overload, n_kept):
    """A replay that loops with /clock resets at each round; its last windows still get depth."""
    handover = make_handover(overload)
    handover.put(make_window(0))
    handover.reset()
    assert len(handover) == n_kept
    assert handover.counts['reset'] == 1 - n_kept


def test_an_unknown_policy_is_refused_by_name():
    """The parameter is named."""
    with pytest.raises(ConfigError, match='overload'):
        make_handover('hope')
