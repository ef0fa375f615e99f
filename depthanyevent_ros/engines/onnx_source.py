# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where engines get a network as ONNX: exported once for its sizes, then filled with weights."""

from pathlib import Path

from depthanyevent_ros.engines.cache import EngineCache, Say
from depthanyevent_ros.engines.graph_weights import GraphTypes, put_weights_in
from depthanyevent_ros.engines.keys import graph_key, onnx_key
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.network.weights import Weights


class OnnxSource:
    """
    Two kinds of entries of the cache: graphs without weights, and with them.

    Exporting takes many times as long as putting weights in, and does not depend on them: other
    weights of the same network cost a file.
    """

    def __init__(self, spec: EngineSpec, weights: Weights, cache: EngineCache, say: Say):
        self.spec, self.weights, self.cache, self.say = spec, weights, cache, say

    def graph(self, types: GraphTypes) -> Path:
        """Return the folder of the graph without weights; exported if it is not there."""
        return self.cache.entry('graph', graph_key(self.spec, self.weights, types),
                                lambda folder: self._export(types, folder), self.say)

    def folder(self, types: GraphTypes) -> Path:
        """
        Return the folder of the graph with its weights.

        :raises EngineUnavailable: if it is not there and torch, onnx or onnxscript is missing.
        """
        return self.cache.entry('onnx', onnx_key(self.spec, self.weights, types),
                                lambda folder: self._fill(types, folder), self.say)

    def discard(self, types: GraphTypes) -> None:
        """Forget both: the next call makes them again."""
        for kind, key in (('onnx', onnx_key), ('graph', graph_key)):
            self.cache.discard(self.cache.path(kind, key(self.spec, self.weights, types)))

    def _fill(self, types: GraphTypes, folder: Path) -> None:
        """Put the weights into the graph."""
        tensors = {name: tensor.numpy() for name, tensor in self._model(types).tensors().items()}
        put_weights_in(self.graph(types), tensors, folder)

    def _export(self, types: GraphTypes, folder: Path) -> None:
        """Export the graph."""
        self.say(f'exporting the network of {self.weights.name} to ONNX')
        model = self._model(types)
        from depthanyevent_ros.engines.export import export_graph
        export_graph(model, folder)

    def _model(self, types: GraphTypes):
        """Return the network as engines hold it, in PyTorch."""
        try:
            from depthanyevent_ros.engines.deployed import DeployedModel
            from depthanyevent_ros.network.preprocess import SensorModel
        except ImportError as error:
            raise EngineUnavailable(f'torch is not installed ({error}), and building an engine '
                                    'needs it: pip install torch') from error
        least = self.spec.least_input(self.weights)
        return DeployedModel(SensorModel(self.weights.network(), *self.spec.sensor, *least), types)
