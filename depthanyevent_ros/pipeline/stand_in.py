# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The processor's engine, while that of the GPU is being built, cannot be had or is lost."""

from dataclasses import replace
from typing import Callable, Optional

from depthanyevent_ros.engines.factory import wants_gpu
from depthanyevent_ros.engines.protocol import Engine, EngineSpec
from depthanyevent_ros.pipeline.engine_loader import EngineLoader

#: What stands in: the fastest engine of the processor, in its own best precision.
ENGINE, PRECISION = 'cpu', 'auto'


class StandIn:
    """
    Prepares an engine of the processor when that of the GPU is not there.

    :param is_wanted: whether there shall be one at all.
    :param on_ready: called with the engine, in a thread of its own.
    :param on_failed: called with the error if there is not even that, likewise.
    :param on_sentence: called with what is being done.
    """

    def __init__(self, is_wanted: bool, on_ready: Callable[[Engine], None],
                 on_failed: Callable[[Exception], None], on_sentence: Callable[[str], None]):
        self.why: Optional[str] = None          # it stands in, or None
        self._is_wanted = is_wanted
        self._prepared: Optional[EngineSpec] = None
        self._on_sentence = on_sentence
        self._loader = EngineLoader(on_ready, on_failed, on_sentence)

    @property
    def doing(self) -> Optional[str]:
        """What is being prepared, in words; None if nothing is."""
        return f'{self._loader.doing} that stands in ({self.why})' if self._loader.busy else None

    def offer(self, spec: EngineSpec, why: str) -> bool:
        """
        Prepare an engine in place of the one that is specified, unless it stands in already.

        :param why: the other one is not there, a sentence without its full stop.
        :returns: whether there will be one.
        """
        return wants_gpu(spec.engine) and self.replace_gpu(spec, why)

    def replace_gpu(self, spec: EngineSpec, why: str) -> bool:
        """As ``offer``, of what is known to have been a GPU's; it may be gone from the machine."""
        if not self._is_wanted:
            return False
        wanted = replace(spec, engine=ENGINE, precision=PRECISION)
        if wanted != self._prepared and not self._loader.busy:
            self._on_sentence(f'{why}: the engine of the processor stands in')
            self._loader.start(wanted)
            self._prepared = wanted
        self.why = why
        return True

    def dismiss(self) -> None:
        """The GPU's engine is there."""
        self.why = self._prepared = None

    def stop(self) -> None:
        """Give up what is being prepared."""
        self._loader.stop()
