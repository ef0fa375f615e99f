# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""New weights for a depth node, again and again: what the building of engines costs it."""

from pathlib import Path

from depthanyevent_ros.distillation.promotion.in_use import WeightsInUse
from depthanyevent_ros.distillation.promotion.store import WeightsStore
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.nodes.teacher.depth_client import DepthClient

#: Of all values, from one version to the next: each is a file, and an engine, of its own.
CHANGE = 1e-4


class NoExchanges:
    """The weights stay."""

    n_taken = 0

    def go_on(self) -> None:
        """Do nothing."""


class Exchanges:
    """
    Hands the next weights over as soon as the depth node runs on the last ones.

    :param node: that asks; :param folder: of the versions; :param weights: the first ones.
    """

    def __init__(self, node, folder: Path, weights: str):
        self.n_taken = 0
        self._client, self._wanted = DepthClient(node, 'depth'), ''
        first = find_weights(weights)
        self._versions = WeightsInUse(first, first.state_dict(), WeightsStore(folder), 'nobody')

    def go_on(self) -> None:
        """Look whether it is time; call this often."""
        if self._wanted and self._client.running != self._wanted:
            return
        self.n_taken += bool(self._wanted)
        versions = self._versions
        versions.promote({name: tensor * (1 + CHANGE) if tensor.is_floating_point() else tensor
                          for name, tensor in versions.tensors.items()}, 0, {})
        self._wanted = versions.entry.sha256
        self._client.load(str(versions.store.path(versions.version)), self._wanted)
