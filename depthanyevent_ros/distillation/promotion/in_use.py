# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The weights in use, those before them, and those of the factory."""

import time
from typing import Any, Mapping, Optional

from depthanyevent_ros.distillation.promotion.store import FACTORY, Version, WeightsStore
from depthanyevent_ros.network.weights import Weights


class WeightsInUse:
    """
    Which tensors the depth node runs on, as far as the learner knows, and the way back.

    :param weights: of the factory; :param tensors: theirs, by name.
    """

    def __init__(self, weights: Weights, tensors: Mapping[str, Any], store: WeightsStore,
                 teacher: str, teacher_licence: str = ''):
        self.weights, self.factory, self.store = weights, tensors, store
        self.tensors = self.former = tensors
        self.entry: Optional[Version] = None            # of the tensors; None: of the factory
        self.former_entry: Optional[Version] = None
        self._teacher = teacher
        #: Of what is learned: whoever passes it on needs both.
        self.licence = weights.licence if teacher_licence in ('', weights.licence) else \
            f'{weights.licence}, and {teacher_licence} for the labels of {teacher}'

    @property
    def version(self) -> int:
        """The number of the version in use, FACTORY for the first weights."""
        return self.entry.number if self.entry else FACTORY

    @property
    def former_version(self) -> int:
        """The number of the version before."""
        return self.former_entry.number if self.former_entry else FACTORY

    def promote(self, tensors: Mapping[str, Any], n_steps: int, scores: Mapping[str, Any]
                ) -> Version:
        """
        Make a version of tensors and use it.

        :raises RecordingError: if it cannot be written; the weights in use stay.
        """
        weights = self.weights
        config = {'model': weights.config.as_dict(), 'output_kind': weights.output_kind,
                  'licence': self.licence, 'trained': True,
                  'source': f'{weights.name}, adapted online to {self._teacher}'}
        version = self.store.add(
            {name: tensor.numpy() for name, tensor in tensors.items()}, config,
            parent=self.version, factory_sha256=weights.sha256, created_ns=time.time_ns(),
            n_steps=n_steps, teacher=self._teacher, scores=scores)
        self.former, self.former_entry = self.tensors, self.entry
        self.tensors, self.entry = tensors, version
        return version

    def roll_back(self) -> None:
        """Use the weights before these; what is before those are the factory's."""
        self.tensors, self.entry = self.former, self.former_entry
        self.former, self.former_entry = self.factory, None

    def resume(self, version: Version, tensors: Mapping[str, Any], parent: Optional[Version],
               former: Mapping[str, Any]) -> None:
        """Use a version that was learned before; the way back is to its parent."""
        self.tensors, self.entry = dict(tensors), version
        self.former, self.former_entry = dict(former), parent

    def remember(self) -> None:
        """Write down which version is in use; OSError if it cannot be."""
        self.store.use(self.version)
