# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The inference thread: takes windows, steps, hands the frames on; exchanges engines."""

from collections import Counter
import threading
from typing import Callable, Optional

from depthanyevent_ros.errors import DepthAnyEventError, NotFinite
from depthanyevent_ros.events.windows import ClosedWindow
from depthanyevent_ros.pipeline.depth_step import DepthFrame, DepthScale, DepthStep
from depthanyevent_ros.pipeline.handover import Handover

#: How long one wait for a window lasts, so that new engines and the end are noticed.
POLL_S = 0.2


class InferenceWorker:
    """
    Runs a DepthStep in one thread of its own.

    :param step: what to apply; its ``engine`` may be None until the first ``use_engine``.
    :param on_frame: called in the worker's thread with each DepthFrame and the steady-clock time
        at which its window was handed over.
    :param on_error: called in the worker's thread with an exception that a step or ``on_frame``
        raised, or NotFinite; the thread goes on with the next window.
    """

    def __init__(self, step: DepthStep, handover: Handover,
                 on_frame: Callable[[DepthFrame, int], None],
                 on_error: Callable[[Exception], None]):
        self.counts = Counter()
        self.step = step
        self.n_exchanged = 0                    # engines taken over so far, the first included
        self._handover = handover
        self._on_frame = on_frame
        self._on_error = on_error
        self._next_engine = None
        self._kept = None                       # the engine before, for a way back
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._engine_came = threading.Event()
        self._thread: Optional[threading.Thread] = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name='inference')
        self._thread.start()

    def use_engine(self, engine, reset: Optional[str] = None,
                   scale: Optional[DepthScale] = None, keep_old: bool = False) -> None:
        """
        Exchange the engine between two windows; may be called from any thread.

        :param reset: reason for which the states go back to zero; None carries them over, or
            counts ``engine_changed`` if the new engine's are of other sizes.
        :param scale: what the new engine's output means, None if that stays as it is.
        :param keep_old: keep the old engine for ``take_back`` instead of closing it.
        """
        with self._lock:
            superseded, self._next_engine = self._next_engine, (engine, reset, scale, keep_old)
        self._engine_came.set()
        if superseded:
            superseded[0].close()

    def take_back(self):
        """Return the engine that was kept, None if there is none; the caller owns it then."""
        with self._lock:
            kept, self._kept = self._kept, None
        return kept

    def drop_engine(self) -> None:
        """Do without an engine whose device has failed; to be called in the worker's thread."""
        lost, self.step.engine = self.step.engine, None
        self._engine_came.clear()
        self.step.recurrence.reset('engine_lost')
        self.counts['engine_lost'] += 1
        lost.close()
        self._keep(None)                        # it was on the same device

    @property
    def has_engine(self) -> bool:
        """Tell whether windows can be processed."""
        return self.step.engine is not None or self._next_engine is not None

    def stop(self) -> None:
        """End the thread, wait for it, and free the engine."""
        self._stopping.set()
        self._engine_came.set()
        self._handover.close()
        if self._thread is not None:
            self._thread.join()
        self._exchange_engine()
        if self.step.engine is not None:
            self.step.engine.close()
            self.step.engine = None
        self._keep(None)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self.has_engine:
                self._engine_came.wait(POLL_S)
            handed = self._handover.take(POLL_S) if self.has_engine else None
            self._exchange_engine()
            if handed is not None:
                self._process(*handed)

    def _process(self, window: ClosedWindow, put_ns: int) -> None:
        frame = None
        try:
            frame = self.step.process(window)
            if frame is None:
                self._on_error(NotFinite('depth or state was not finite; the recurrent state is '
                                         'back at zero'))
        except Exception as error:  # whatever an engine may raise: the node lives on and says so
            self.counts['engine_error'] += 1
            self.step.recurrence.reset('engine_error')
            self._on_error(error)
        try:
            if frame is not None:
                self._on_frame(frame, put_ns)
        except Exception as error:  # likewise; the depth is lost, the state is not
            self.counts['output_error'] += 1
            self._on_error(error)

    def _exchange_engine(self) -> None:
        with self._lock:
            waiting, self._next_engine = self._next_engine, None
        if waiting is None:
            return
        old, (self.step.engine, reset, scale, keep_old) = self.step.engine, waiting
        self.step.scale = scale or self.step.scale
        if reset:
            self.step.recurrence.reset(reset)
        elif old is not None:
            self._carry_over(old)
        self.n_exchanged += 1
        if old is not None and keep_old:
            self._keep(old)
        elif old is not None:
            old.close()

    def _keep(self, engine) -> None:
        """Keep an engine in place of the one that was kept."""
        with self._lock:
            forgotten, self._kept = self._kept, engine
        if forgotten is not None:
            forgotten.close()

    def _carry_over(self, old) -> None:
        """Give the states of the old engine to the new one."""
        new, recurrence = self.step.engine, self.step.recurrence
        try:
            recurrence.convert(lambda state: new.state_from_arrays(old.state_to_arrays(state)))
        except (ValueError, DepthAnyEventError):        # of other sizes, or the device is lost
            recurrence.reset('engine_changed')
