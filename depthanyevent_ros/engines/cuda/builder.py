# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What it takes to have an engine of a GPU, whatever library computes it."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Dict

from depthanyevent_ros.engines.cache import EngineCache, Say
from depthanyevent_ros.engines.cuda.engine import CudaEngine
from depthanyevent_ros.engines.cuda.protocol import Gpu, Session
from depthanyevent_ros.engines.graph_weights import GraphTypes
from depthanyevent_ros.engines.keys import gpu_key
from depthanyevent_ros.engines.parity import measure_parity, Parity
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.errors import EngineUnavailable, NoDeviceMemory
from depthanyevent_ros.network.weights import Weights

#: Arithmetic by the name of a precision. Half precision is what GPUs are built for.
INSIDE = {'f16': 'float16', 'f32': 'float32', 'auto': 'float16'}


class CudaBuilder(ABC):
    """
    The steps from one specification to one engine, compared with PyTorch and kept in the cache.

    A subclass says how the engine is called, which sources decide how it is built, which GPU and
    which version it is, and makes its files and its session.

    :raises EngineUnavailable: for a precision that engines of a GPU do not have.
    """

    name: str
    sources: tuple
    gpu: Gpu
    version: str

    def __init__(self, spec: EngineSpec, weights: Weights, cache: EngineCache, say: Say):
        if spec.precision not in INSIDE:
            raise EngineUnavailable(f'the {self.name} engine has no precision {spec.precision}: '
                                    'choose f16, f32 or auto')
        self.spec, self.weights, self.cache, self.say = spec, weights, cache, say
        self.types = GraphTypes('uint8', INSIDE[spec.precision], check=True)
        self.precision = 'f32' if self.types.inside == 'float32' else 'f16'

    def make_files(self, folder: Path) -> None:
        """Write what the session is made from into a folder of the cache."""

    @abstractmethod
    def make_session(self, folder: Path) -> Session:
        """Return a session from these files; the GPU's context is current."""

    def engine(self) -> CudaEngine:
        """
        Return the engine, built and compared if it is not in the cache.

        :raises EngineUnavailable: if something is missing, or it cannot be built or loaded.
        :raises EngineRefused: if it differs too much from PyTorch.
        """
        folder = self._entry()
        try:
            return self._load(folder)
        except NoDeviceMemory:                  # the files are all right
            raise
        except (EngineUnavailable, OSError, ValueError, TypeError, KeyError) as error:
            self.say(f'the cached engine cannot be used and is built again: {error}')
        self.cache.discard(folder)
        return self._load(self._entry())

    @property
    def key(self) -> Dict[str, Any]:
        """Return what the engine depends on."""
        return gpu_key(self.spec, self.weights, self.types, self.gpu, self.version, self.sources)

    def _entry(self) -> Path:
        """Return the folder of the engine."""
        return self.cache.entry(self.name, self.key, self._build, self.say)

    def _load(self, folder: Path) -> CudaEngine:
        """Return the engine of a folder; the stored comparison decides once more."""
        parity = Parity.read(folder)
        parity.refuse_if_poor(f'the {self.name} engine')
        engine = self._open(folder)
        engine.facts = {'input_size': self.key['input'], 'parity': parity.as_dict(),
                        'cache': str(folder), 'notes': list(self.weights.notes)}
        return engine

    def _open(self, folder: Path) -> CudaEngine:
        """Return the engine of a folder."""
        return CudaEngine(self.name, self.spec, self.weights, self.precision, self.gpu,
                          lambda: self.make_session(folder))

    def _build(self, folder: Path) -> None:
        """
        Make the files, compare with PyTorch, and keep both.

        A poor comparison is kept as well, so that a start does not repeat a refused build.
        """
        self.make_files(folder)
        self.say(f'comparing {self.name} in {self.precision} with PyTorch on the processor')
        try:
            from depthanyevent_ros.engines.torch_engine import TorchEngine
        except ImportError as error:
            raise EngineUnavailable(f'torch is not installed ({error}), and building an engine '
                                    'needs it: pip install torch') from error
        engine = self._open(folder)
        try:
            reference = TorchEngine(self.spec.with_precision('f32'), self.weights)
            measure_parity(engine, reference, self.precision, self.say).write(folder)
        finally:
            engine.close()
