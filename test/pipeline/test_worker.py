# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The inference thread."""

import queue

import numpy as np
import pytest

from depthanyevent_ros.depth.modes import make_depth_mode
from depthanyevent_ros.errors import EngineLost, NotFinite
from depthanyevent_ros.pipeline.depth_step import DepthScale, DepthStep
from depthanyevent_ros.pipeline.handover import make_handover
from depthanyevent_ros.pipeline.recurrence import Recurrence
from depthanyevent_ros.pipeline.worker import InferenceWorker

LATE_S = 20


@pytest.fixture
def bench(make_engine):
    """Return a running worker with its hand-over and queues of what came out of it."""
    class Bench:
        frames, errors = queue.Queue(), queue.Queue()
        handover = make_handover('lossless')
        step = DepthStep(None, Recurrence(), DepthScale(make_depth_mode('relative'), 0.1, 80.0))
        worker = InferenceWorker(
            step, handover, lambda frame, _: Bench.frames.put(frame), errors.put)

        def depth(self):
            return float(self.frames.get(timeout=LATE_S).depth[0, 0])
    Bench.worker.start()
    yield Bench()
    Bench.worker.stop()


def test_windows_wait_until_there_is_an_engine(bench, make_engine, make_window):
    """A lossless replay may begin while the engine is built."""
    bench.handover.put(make_window(0))
    assert bench.frames.empty()
    bench.worker.use_engine(make_engine())
    assert bench.depth() == 1.0


def test_the_state_is_carried_from_window_to_window(bench, make_engine, make_window):
    """1, 1 + 1, 1 + 1 + 1."""
    bench.worker.use_engine(make_engine())
    for index in range(3):
        bench.handover.put(make_window(index))
    assert [bench.depth() for _ in range(3)] == [1.0, 2.0, 3.0]


def test_an_engine_is_exchanged_between_two_windows_and_the_old_one_closed(
        bench, make_engine, make_window):
    """No window is lost; the states go over to the new engine, which would refuse the old's."""
    old, new = make_engine(), make_engine(gain=10.0)
    bench.worker.use_engine(old)
    bench.handover.put(make_window(0))
    assert bench.depth() == 1.0
    bench.worker.use_engine(new)
    bench.handover.put(make_window(1))
    bench.handover.put(make_window(2))
    assert [bench.depth(), bench.depth()] == [11.0, 21.0]
    assert old.closed and not new.closed


def test_states_that_do_not_fit_the_new_engine_start_from_zero(bench, make_engine, make_window):
    """A network with another input size keeps states of other sizes."""
    bench.worker.use_engine(make_engine())
    bench.handover.put(make_window(0))
    bench.depth()
    bench.worker.use_engine(make_engine(gain=10.0, size=2))
    bench.handover.put(make_window(1))
    assert bench.depth() == 10.0
    assert bench.step.recurrence.resets == {'engine_changed': 1}


def test_an_engine_that_is_dropped_is_closed_and_windows_wait_for_the_next(
        bench, make_engine, make_window):
    """A lost GPU: the window is gone, the next ones wait as at the beginning."""
    class Lost(type(make_engine())):
        def step(self, image, state):
            raise EngineLost('the GPU is lost')

    lost = Lost()
    bench.worker._on_error = lambda error: (bench.errors.put(error), bench.worker.drop_engine())
    bench.worker.use_engine(lost)
    bench.handover.put(make_window(0))
    assert isinstance(bench.errors.get(timeout=LATE_S), EngineLost)
    bench.handover.put(make_window(1))
    bench.worker.use_engine(make_engine())
    assert bench.depth() == 1.0
    assert lost.closed and bench.worker.counts['engine_lost'] == 1
    assert bench.step.recurrence.resets['engine_lost'] == 1


def test_a_reset_with_the_exchange_starts_from_zero(bench, make_engine, make_window):
    """Other weights do not understand the old state."""
    bench.worker.use_engine(make_engine())
    bench.handover.put(make_window(0))
    bench.depth()
    bench.worker.use_engine(make_engine(gain=10.0), reset='weights_changed')
    bench.handover.put(make_window(1))
    bench.handover.put(make_window(2))
    assert [bench.depth(), bench.depth()] == [10.0, 20.0]
    assert bench.step.recurrence.resets == {'weights_changed': 1}


def test_an_engine_that_raises_costs_one_window_and_the_state(bench, make_engine, make_window):
    """The thread lives on; the error is handed on; the next window starts from zero."""
    engine = make_engine()
    bench.worker.use_engine(engine)
    good, bad = make_window(0), make_window(1)
    object.__setattr__(bad, 'image', None)
    for window in (good, bad, make_window(2)):
        bench.handover.put(window)
    assert [bench.depth(), bench.depth()] == [1.0, 1.0]
    assert isinstance(bench.errors.get(timeout=LATE_S), AttributeError)
    assert bench.worker.counts == {'engine_error': 1}
    assert bench.step.recurrence.resets == {'engine_error': 1}


def test_a_result_that_is_not_finite_is_dropped_with_the_state(bench, make_engine, make_window):
    """NaN in a recurrent state would never go away by itself."""
    bench.worker.use_engine(make_engine())
    for index, value in enumerate((1.0, np.nan, 1.0)):
        bench.handover.put(make_window(index, value=value))
    assert [bench.depth(), bench.depth()] == [1.0, 1.0]
    assert bench.step.counts == {'not_finite': 1}
    assert bench.step.recurrence.resets == {'not_finite': 1}


def test_stopping_without_an_engine_does_not_hang(make_engine):
    """A node may be shut down while its engine is built."""
    step = DepthStep(None, Recurrence(), DepthScale(make_depth_mode('relative'), 0.1, 80.0))
    worker = InferenceWorker(step, make_handover('latest'), print, print)
    worker.start()
    worker.stop()


def test_stopping_closes_the_engine(make_engine):
    """Engines hold memory of a device."""
    engine = make_engine()
    step = DepthStep(engine, Recurrence(), DepthScale(make_depth_mode('relative'), 0.1, 80.0))
    worker = InferenceWorker(step, make_handover('latest'), print, print)
    worker.start()
    worker.stop()
    assert engine.closed and step.engine is None


def test_a_depth_that_is_not_finite_is_told(bench, make_engine, make_window):
    """The window is lost, the state is zero again, and the next window has a depth."""
    bench.worker.use_engine(make_engine())
    bench.handover.put(make_window(0, value=np.inf))
    error = bench.errors.get(timeout=LATE_S)
    assert isinstance(error, NotFinite) and 'back at zero' in str(error)
    bench.handover.put(make_window(1))
    assert bench.depth() == 1.0 and bench.step.recurrence.resets == {'not_finite': 1}
