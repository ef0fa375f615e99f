# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The reference engine: PyTorch on the CPU in float32."""

from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import torch

from depthanyevent_ros.engines.protocol import check_arrays, check_image, EngineSpec, State
from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.network.preprocess import SensorModel
from depthanyevent_ros.network.weights import Weights


class TorchEngine:
    """
    Runs the network as it is written; every other engine is measured against it.

    The number of threads is PyTorch's own setting and thus one for the whole process.
    """

    name = 'torch'

    def __init__(self, spec: EngineSpec, weights: Weights):
        if spec.precision not in ('auto', 'f32'):
            raise EngineUnavailable('the torch engine is the reference and computes in f32 only: '
                                    'choose precision f32 or auto, or the openvino engine')
        self.height, self.width = spec.sensor
        self.weights = weights
        self._threads = spec.thread_count()
        self.model = SensorModel(weights.network(), *spec.sensor, *spec.least_input(weights))
        self._zeros = self.model.zero_state()
        torch.set_num_threads(self._threads)

    def describe(self) -> Dict[str, Any]:
        """Return what runs here."""
        return {'engine': self.name, 'version': torch.__version__, 'device': 'CPU',
                'precision': 'f32', 'threads': self._threads,
                'input_size': self.model.input_size, 'sensor_size': (self.height, self.width),
                'weights': self.weights.name, 'trained': self.weights.trained,
                'output_kind': self.weights.output_kind, 'parity': None,
                'notes': list(self.weights.notes)}

    @torch.inference_mode()
    def step(self, image: np.ndarray, state: Optional[State]) -> Tuple[np.ndarray, State]:
        """Return depth and new state."""
        check_image(image, self.height, self.width)
        tensors = self._zeros if state is None else state.take(self)
        depth, *new = self.model(torch.from_numpy(np.ascontiguousarray(image)), *tensors)
        return depth.contiguous().numpy(), State(self, new)

    @torch.inference_mode()
    def is_finite(self, state: State) -> bool:
        """Tell whether no value of the state is NaN or infinite."""
        return all(bool(torch.isfinite(tensor).all()) for tensor in state.look(self))

    def copy_state(self, state: State) -> State:
        """Return a state of its own with the same values."""
        return self.state_from_arrays(self.state_to_arrays(state))

    def state_to_arrays(self, state: State) -> List[np.ndarray]:
        """Return copies of the state's tensors."""
        return [np.array(tensor.numpy()) for tensor in state.look(self)]

    def state_from_arrays(self, arrays: Sequence[np.ndarray]) -> State:
        """Return a state with these values."""
        check_arrays(arrays, [tensor.shape for tensor in self._zeros])
        return State(self, [torch.from_numpy(np.array(array, np.float32)) for array in arrays])

    def close(self) -> None:
        """Let the network go."""
        self.model = None
