# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The weights in use, those before them, and those of the factory."""

import time
from typing import Any, Mapping

from depthanyevent_ros.distillation.promotion.store import FACTORY, Version, WeightsStore
from depthanyevent_ros.network.weights import Weights


class WeightsInUse:
    """
    Which tensors the depth node runs on, as far as the learner knows, and the way back.

    :param weights: of the factory; :param tensors: theirs, by name.
    """

    def __init__(self, weights: Weights, tensors: Mapping[str, Any], store: WeightsStore,
                 teacher: str):
        self.weights, self.factory, self.store = weights, tensors, store
        self.tensors = self.former = tensors
        self.version = self.former_version = FACTORY
        self._teacher = teacher

    def promote(self, tensors: Mapping[str, Any], n_steps: int, scores: Mapping[str, Any]
                ) -> Version:
        """
        Make a version of tensors and use it.

        :raises RecordingError: if it cannot be written; the weights in use stay.
        """
        weights = self.weights
        config = {'model': weights.config.as_dict(), 'output_kind': weights.output_kind,
                  'licence': weights.licence, 'trained': True,
                  'source': f'{weights.name}, adapted online to {self._teacher}'}
        version = self.store.add(
            {name: tensor.numpy() for name, tensor in tensors.items()}, config,
            parent=self.version, factory_sha256=weights.sha256, created_ns=time.time_ns(),
            n_steps=n_steps, teacher=self._teacher, scores=scores)
        self.former, self.former_version = self.tensors, self.version
        self.tensors, self.version = tensors, version.number
        return version

    def roll_back(self) -> None:
        """Use the weights before these; what is before those are the factory's."""
        self.tensors, self.version = self.former, self.former_version
        self.former, self.former_version = self.factory, FACTORY

    def resume(self, tensors: Mapping[str, Any], version: int) -> None:
        """Use a version that was learned before."""
        self.tensors, self.version = dict(tensors), version

    def remember(self) -> None:
        """Write down which version is in use; OSError if it cannot be."""
        self.store.use(self.version)
