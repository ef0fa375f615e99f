# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The engine in use, its weights, and the one that is being prepared."""

from typing import Callable, Optional

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.weights import check_name, Weights
from depthanyevent_ros.parameters import Settings
from depthanyevent_ros.pipeline.assembly import for_events, make_depth_scale, make_engine_spec
from depthanyevent_ros.pipeline.engine_loader import EngineLoader
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
        self._loader = EngineLoader(self._take, self._fail, on_sentence)

    @property
    def doing(self) -> str:
        """What is being prepared, in words."""
        return self._loader.doing

    @property
    def has_engine(self) -> bool:
        """Tell whether windows can be processed."""
        return self._worker.has_engine

    def begin(self, width: int, height: int) -> None:
        """
        Prepare the first engine for a view of this size, unless that was done already.

        What has failed is not tried again by itself: it would fail again, and take its time.
        """
        if not (self.has_engine or self._loader.busy or self.problem):
            self._loader.start(make_engine_spec(self.settings, width, height))

    def load(self, name: str, width: int, height: int) -> None:
        """
        Begin to prepare an engine with other weights; the present one runs on meanwhile.

        :raises DepthAnyEventError: if there are no such weights, or one is prepared already.
        """
        check_name(name)
        self.settings.weights = name
        self._loader.start(make_engine_spec(self.settings, width, height))

    def close(self) -> None:
        """Give up what is being prepared; the worker frees the engine in use."""
        self._loader.stop()

    def _take(self, engine) -> None:
        step = self._worker.step
        try:
            scale = make_depth_scale(
                self.settings, for_events(engine.weights).output_kind, step.scale.valid_mask)
        except ConfigError as error:
            engine.close()
            self._fail(error)
            return
        reset = 'weights_changed' if self.has_engine else None
        self.problem, self.weights = None, engine.weights
        self._worker.use_engine(engine, reset, scale)
        self._on_engine(engine)

    def _fail(self, error: Exception) -> None:
        self.problem = str(error)
        self._on_problem(self.problem)
