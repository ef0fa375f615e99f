# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From weights to a checked OpenVINO engine: export, compile, compare with PyTorch, keep."""

from functools import cached_property
import json
from pathlib import Path
from typing import List, Tuple

from depthanyevent_ros.engines.cache import EngineCache, Say
from depthanyevent_ros.engines.clip import moving_edges
from depthanyevent_ros.engines.graph_weights import GRAPH_FILE, GraphTypes
from depthanyevent_ros.engines.keys import engine_key, onnx_key
from depthanyevent_ros.engines.onnx_source import OnnxSource
from depthanyevent_ros.engines.parity import measure_parity, Parity
from depthanyevent_ros.engines.protocol import Engine, EngineSpec
from depthanyevent_ros.engines.timing import fastest_steps_ms
from depthanyevent_ros.errors import EngineRefused, EngineUnavailable
from depthanyevent_ros.network.weights import Weights

CHOICE_FILE = 'choice.json'
COMPILED = 'compiled'

#: bf16 must be this much faster than f32 to be worth its error.
WORTHWHILE = 0.9


class OpenVinoBuilder:
    """The steps from one specification to one engine; each result is kept in the cache."""

    def __init__(self, spec: EngineSpec, weights: Weights, cache: EngineCache, say: Say):
        self.spec, self.weights, self.cache, self.say = spec, weights, cache, say
        self.onnx = OnnxSource(spec, weights, cache, say)

    def engine(self) -> Engine:
        """
        Return the engine of the wanted precision, built and checked if it is not in the cache.

        :raises EngineUnavailable: if openvino or torch is missing, or bf16 is.
        :raises EngineRefused: if the engine differs too much from PyTorch.
        """
        if self.spec.precision == 'auto':
            precision, why = self.choose_precision()
            return self.open(precision, [why])
        if self.spec.precision == 'f16':
            raise EngineUnavailable('the openvino engine has no precision f16 on a CPU: choose '
                                    'f32, bf16 or auto')
        if self.spec.precision == 'bf16' and not self.openvino.has_bf16():
            raise EngineUnavailable('this processor has no bf16 arithmetic that OpenVINO uses: '
                                    'choose precision f32 or auto')
        return self.open(self.spec.precision, [])

    @cached_property
    def openvino(self):
        """Return the module that imports openvino."""
        try:
            from depthanyevent_ros.engines import openvino_engine
        except ImportError as error:
            raise EngineUnavailable(f'openvino is not installed ({error}): pip install openvino, '
                                    'or choose the torch engine') from error
        return openvino_engine

    @cached_property
    def reference(self):
        """Return the PyTorch engine that the export and the comparison start from."""
        try:
            from depthanyevent_ros.engines.torch_engine import TorchEngine
        except ImportError as error:
            raise EngineUnavailable(f'torch is not installed ({error}), and building an engine '
                                    'needs it: pip install torch') from error
        return TorchEngine(self.spec.with_precision('f32'), self.weights)

    def open(self, precision: str, notes: List[str]) -> Engine:
        """Return the engine in one precision; a cached one that cannot be read is built again."""
        folder = self._engine_entry(precision)
        try:
            return self._load(precision, notes, folder)
        except (EngineUnavailable, ValueError, TypeError, KeyError) as error:
            self.say(f'the cached engine cannot be read and is built again: {error}')
        self.cache.discard(folder)
        self.onnx.discard(GraphTypes())
        return self._load(precision, notes, self._engine_entry(precision))

    def choose_precision(self) -> Tuple[str, str]:
        """Return the precision that auto stands for here, and a sentence that says why."""
        if not self.openvino.has_bf16():
            return 'f32', 'precision auto is f32: OpenVINO finds no bf16 in this processor'
        key = engine_key(self.spec, self.weights, 'auto', 'openvino')
        path = self.cache.entry('precision', key, self._build_choice, self.say)
        choice = json.loads((path / CHOICE_FILE).read_text())
        return choice['precision'], choice['why']

    def _load(self, precision: str, notes: List[str], folder: Path) -> Engine:
        """Return the engine from its cache entry; the stored comparison decides once more."""
        parity = Parity.read(folder)
        parity.refuse_if_poor('the openvino engine')
        engine = self._compile(precision, folder)
        engine.facts = {'input_size': onnx_key(self.spec, self.weights)['input'],
                        'parity': parity.as_dict(), 'cache': str(folder),
                        'notes': [*self.weights.notes, *notes]}
        return engine

    def _compile(self, precision: str, folder: Path) -> Engine:
        """Return the engine with its compiled form in ``folder``."""
        return self.openvino.OpenVinoEngine(
            self.spec, self.weights, precision, self.onnx.folder(GraphTypes()) / GRAPH_FILE,
            folder / COMPILED)

    def _engine_entry(self, precision: str) -> Path:
        """Return the folder of the engine in one precision."""
        key = engine_key(self.spec, self.weights, precision, 'openvino')
        return self.cache.entry('openvino', key, lambda folder: self._build(precision, folder),
                                self.say)

    def _build(self, precision: str, folder: Path) -> None:
        """
        Compile, compare with PyTorch and store the comparison.

        A poor one is stored as well, so that a start does not repeat a build that is refused.
        """
        self.onnx.folder(GraphTypes())
        self.say(f'compiling for OpenVINO in {precision} and comparing with PyTorch')
        engine = self._compile(precision, folder)
        parity = measure_parity(engine, self.reference, precision, self.say)
        engine.close()
        parity.write(folder)

    def _build_choice(self, folder: Path) -> None:
        """Time both precisions side by side; bf16 must be in bounds and clearly faster."""
        f32 = self.open('f32', [])
        try:
            bf16 = self.open('bf16', [])
        except EngineRefused as error:
            choice = {'precision': 'f32', 'why': f'precision auto is f32: {error}'}
        else:
            clip = list(moving_edges(*self.spec.sensor, 4))
            ms = fastest_steps_ms({'f32': f32, 'bf16': bf16}, clip)
            name = 'bf16' if ms['bf16'] < WORTHWHILE * ms['f32'] else 'f32'
            choice = {'precision': name, **ms, 'why': (
                f'precision auto is {name}: measured here, the fastest step took '
                f'{ms["f32"]:.0f} ms in f32 and {ms["bf16"]:.0f} ms in bf16')}
        (folder / CHOICE_FILE).write_text(json.dumps(choice, indent=2) + '\n')
