# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which state belongs to which window."""

from depthanyevent_ros.pipeline.recurrence import Recurrence


def run(recurrence, windows):
    """Count the windows that each state has seen, and return what every window was given."""
    given = []
    for window in windows:
        state = recurrence.take(window)
        given.append(state)
        recurrence.keep(window, (state or 0) + 1)
    return given


def test_one_chain_sees_every_window(make_window):
    """Without overlap there is one state, and it starts at zero (None)."""
    assert run(Recurrence(), [make_window(k) for k in range(3)]) == [None, 1, 2]


def test_interleaved_chains_see_every_nth_window(make_window):
    """Window k belongs to chain k modulo n: each chain sees adjacent windows."""
    given = run(Recurrence(2), [make_window(k) for k in range(5)])
    assert given == [None, None, 1, 1, 2]


def test_a_new_epoch_starts_every_chain_from_zero(make_window):
    """The input was reset: no state of before may reach a window of after."""
    recurrence = Recurrence(2)
    run(recurrence, [make_window(k) for k in range(4)])
    assert run(recurrence, [make_window(k, epoch=1) for k in range(3)]) == [None, None, 1]


def test_a_state_is_handed_out_once(make_window):
    """A step consumes its state; if it fails, the chain is at zero and not at an old state."""
    recurrence = Recurrence()
    recurrence.keep(make_window(0), 'state')
    recurrence.take(make_window(0))
    assert recurrence.take(make_window(1)) is None


def test_a_reset_is_counted_by_reason(make_window):
    """Resets are published in the diagnostics."""
    recurrence = Recurrence(2)
    run(recurrence, [make_window(k) for k in range(4)])
    recurrence.reset('not_finite')
    assert run(recurrence, [make_window(4), make_window(5)]) == [None, None]
    assert recurrence.resets == {'not_finite': 1}
