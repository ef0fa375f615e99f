# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The engine in use, its weights, and the one that is being prepared."""

import threading
from typing import Callable, Optional

from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.errors import ConfigError, DepthAnyEventError, EngineLost, EngineRefused
from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.network.weights import check_name, Weights
from depthanyevent_ros.parameters import Settings
from depthanyevent_ros.pipeline.assembly import for_events, make_depth_scale, make_engine_spec
from depthanyevent_ros.pipeline.engine_loader import EngineLoader
from depthanyevent_ros.pipeline.stand_in import StandIn
from depthanyevent_ros.pipeline.worker import InferenceWorker


class EngineSeat:
    """
    Puts engines into a worker's step, together with the depth scale of their weights.

    An engine that cannot be had, or whose weights do not give the depth mode that is set, leaves
    the present one where it is; ``problem`` then says why.

    :param weights: those that the settings name: of the first engine.
    :param on_engine: called with each engine that is put to use, in the loader's thread.
    :param on_problem: called with a sentence when there is none, likewise.
    :param on_sentence: called with what is being done to have one, and why.
    """

    def __init__(self, settings: Settings, weights: Weights, worker: InferenceWorker,
                 on_engine: Callable, on_problem: Callable[[str], None],
                 on_sentence: Callable[[str], None]):
        self.settings = settings
        self.weights = weights
        self.problem: Optional[str] = None
        self._worker = worker
        self._on_engine = on_engine
        self._on_problem = on_problem
        self._taking = threading.Lock()         # the two loaders have a thread each
        self._spec: Optional[EngineSpec] = None             # asked for last
        self._in_use: Optional[EngineSpec] = None
        self._former: Optional[EngineSpec] = None           # with the weights before these
        self._loader = EngineLoader(self._take, self._fail, on_sentence, self._on_build,
                                    lambda: worker.has_engine)
        self._stand_in = StandIn(settings.engine.fallback, self._take_stand_in,
                                 self._fail_stand_in, on_sentence)

    @property
    def doing(self) -> str:
        """What is being prepared, in words."""
        return self._stand_in.doing or self._loader.doing

    @property
    def has_engine(self) -> bool:
        """Tell whether windows can be processed."""
        return self._worker.has_engine

    @property
    def stands_in(self) -> Optional[str]:
        """Why another engine than the one that was asked for is in use; None if it is not."""
        return self._stand_in.why

    def begin(self, width: int, height: int) -> None:
        """
        Prepare the first engine for a view of this size, unless that was done already.

        What has failed is not tried again by itself: it would fail again, and take its time.
        """
        if self._spec is None:
            self._start(make_engine_spec(self.settings, width, height))

    def load(self, name: str, width: int, height: int) -> None:
        """
        Begin to prepare an engine with other weights; the present one runs on meanwhile.

        It is also the way back to the GPU after its engine was lost.

        :raises DepthAnyEventError: if there are no such weights, or one is prepared already.
        """
        check_name(name)
        self.settings.weights = name
        self._start(make_engine_spec(self.settings, width, height))

    def roll_back(self) -> str:
        """
        Go back to the weights before these, at once if their engine is still there.

        Called again, it undoes itself.

        :returns: what their name or path was when they were asked for.
        :raises DepthAnyEventError: if there are none, or an engine is being prepared.
        """
        if self._former is None:
            raise DepthAnyEventError('there is nothing to go back to: no other weights were in '
                                     'use since the node was configured')
        if self._loader.busy:
            raise DepthAnyEventError('an engine is being prepared: wait until it is done')
        self.settings.weights = self._former.weights
        engine = self._worker.take_back()
        if engine is None:
            self._start(self._former)
        else:
            self._spec = self._former
            with self._taking:
                self._use(engine)
        return self.settings.weights

    def lose(self, error: EngineLost) -> None:
        """Do without the engine in use, whose device has failed, from the next window on."""
        self._worker.drop_engine()
        if not self._stand_in.replace_gpu(self._spec, str(error)):
            self._fail(error)

    def close(self) -> None:
        """Give up what is being prepared; the worker frees the engine in use."""
        self._loader.stop()
        self._stand_in.stop()

    def _start(self, spec: EngineSpec) -> None:
        before, self._spec = self._spec, spec   # the loader's thread may need it at once
        try:
            self._loader.start(spec)
        except DepthAnyEventError:
            self._spec = before
            raise

    def _on_build(self) -> None:
        if not self.has_engine:
            self._stand_in.offer(self._spec, 'the engine of the GPU is being built')

    def _take(self, engine) -> None:
        with self._taking:
            if self._use(engine):
                self._stand_in.dismiss()

    def _take_stand_in(self, engine) -> None:
        with self._taking:
            if self.stands_in is None:          # the GPU's came first
                engine.close()
            else:
                self._use(engine)

    def _use(self, engine) -> bool:
        """Put an engine to use; tell whether it could be."""
        step = self._worker.step
        try:
            scale = make_depth_scale(
                self.settings, for_events(engine.weights).output_kind, step.scale.valid_mask)
        except ConfigError as error:
            engine.close()
            self._fail(error)
            return False
        # States of the same network mean the same, whoever computes it and with what weights.
        same = engine.weights.config == self.weights.config
        reset = None if same or not self.has_engine else 'weights_changed'
        keep_old = engine.weights.sha256 != self.weights.sha256
        if keep_old:
            self._former = self._in_use
        self._in_use = self._spec
        self.problem, self.weights = None, engine.weights
        self._worker.use_engine(engine, reset, scale, keep_old)
        self._on_engine(engine)
        return True

    def _fail(self, error: Exception) -> None:
        # What stands in already goes on, for the new reason.
        lacks = not self.has_engine or self.stands_in is not None
        missing = isinstance(error, (EngineUnavailable, EngineRefused, EngineLost))
        if lacks and missing and self._stand_in.offer(self._spec, str(error)):
            return
        self.problem = str(error)
        self._on_problem(self.problem)

    def _fail_stand_in(self, error: Exception) -> None:
        self.problem = f'{self._stand_in.why}; and in its place: {error}'
        if not self.has_engine:
            self._stand_in.why = None
        self._on_problem(self.problem)
