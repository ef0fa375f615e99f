# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
OpenVINO on the CPU.

The states are plain inputs and outputs. A step writes into buffers of its own, which become the
new state, and takes the buffers of the consumed state for a later step: nothing is copied.
"""

from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import openvino

from depthanyevent_ros.engines.openvino_core import openvino_core
from depthanyevent_ros.engines.protocol import check_arrays, check_image, EngineSpec, State
from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.network.weights import Weights

#: Buffers that wait for the next step; more are freed.
MAX_SPARE = 2


def has_bf16() -> bool:
    """Tell whether OpenVINO finds bf16 arithmetic in this processor."""
    return 'BF16' in openvino_core().get_property('CPU', 'OPTIMIZATION_CAPABILITIES')


class OpenVinoEngine:
    """Runs an exported network (see engines/export.py) on the CPU."""

    name = 'openvino'

    def __init__(self, spec: EngineSpec, weights: Weights, precision: str, onnx: Path,
                 compiled: Path):
        """
        Compile the network, or read what an earlier compilation left.

        :param onnx: the exported network; :param compiled: folder for OpenVINO's own cache.
        :raises EngineUnavailable: if OpenVINO cannot compile it.
        """
        self.height, self.width = spec.sensor
        self.weights = weights
        self.facts: Dict[str, Any] = {}         # what the builder adds to describe()
        # Pinned threads wait for their core: no faster alone, slower beside other work.
        self._settings = {
            'PERFORMANCE_HINT': 'LATENCY', 'NUM_STREAMS': 1, 'INFERENCE_PRECISION_HINT': precision,
            'INFERENCE_NUM_THREADS': spec.thread_count(), 'ENABLE_CPU_PINNING': False,
            'CACHE_DIR': str(compiled)}
        self._precision = precision
        core = openvino_core()
        # Asked for once: a node describes its engine with every message of diagnostics.
        self._device = core.get_property('CPU', 'FULL_DEVICE_NAME')
        try:
            model = core.compile_model(str(onnx), 'CPU', self._settings)
            self._request = model.create_infer_request()
        except RuntimeError as error:
            raise EngineUnavailable(f'OpenVINO could not compile the network: {error}') from error
        names = [port.any_name for port in model.inputs if port.any_name != 'image']
        self._names = [name[len('state_in_'):] for name in names]
        self._shapes = [tuple(model.input(name).shape) for name in names]
        self._zeros = self._buffers()
        for tensor in self._zeros:
            tensor.data[...] = 0
        self._spare: List[List[openvino.Tensor]] = []
        self._image = openvino.Tensor(openvino.Type.f32, [3, self.height, self.width])
        self._depth = openvino.Tensor(openvino.Type.f32, [self.height, self.width])
        self._request.set_tensor('image', self._image)
        self._request.set_tensor('depth', self._depth)

    def describe(self) -> Dict[str, Any]:
        """Return what runs here."""
        return {'engine': self.name, 'version': openvino.get_version(),
                'device': self._device, 'precision': self._precision,
                'threads': self._settings['INFERENCE_NUM_THREADS'],
                'sensor_size': (self.height, self.width),
                'weights': self.weights.name, 'trained': self.weights.trained,
                'output_kind': self.weights.output_kind, **self.facts}

    def step(self, image: np.ndarray, state: Optional[State]) -> Tuple[np.ndarray, State]:
        """Return depth and new state."""
        check_image(image, self.height, self.width)
        used = self._zeros if state is None else state.take(self)
        new = self._spare.pop() if self._spare else self._buffers()
        self._image.data[...] = image
        for name, source, target in zip(self._names, used, new):
            self._request.set_tensor(f'state_in_{name}', source)
            self._request.set_tensor(f'state_out_{name}', target)
        self._request.infer()
        if used is not self._zeros and len(self._spare) < MAX_SPARE:
            self._spare.append(used)
        return self._depth.data.copy(), State(self, new)

    def is_finite(self, state: State) -> bool:
        """
        Tell whether no value of the state is NaN or infinite.

        A sum carries a NaN or an infinity and costs half of a test of each value; finite states
        cannot overflow it: a hidden value is below 1, a cell value below the number of steps.
        """
        with np.errstate(invalid='ignore'):
            return all(np.isfinite(tensor.data.sum()) for tensor in state.look(self))

    def copy_state(self, state: State) -> State:
        """Return a state of its own with the same values."""
        return self.state_from_arrays([tensor.data for tensor in state.look(self)])

    def state_to_arrays(self, state: State) -> List[np.ndarray]:
        """Return copies of the state's tensors."""
        return [tensor.data.copy() for tensor in state.look(self)]

    def state_from_arrays(self, arrays: Sequence[np.ndarray]) -> State:
        """Return a state with these values."""
        check_arrays(arrays, self._shapes)
        tensors = self._buffers()
        for tensor, array in zip(tensors, arrays):
            tensor.data[...] = array
        return State(self, tensors)

    def close(self) -> None:
        """Free the compiled network and the buffers."""
        self._request = None
        self._spare.clear()

    def _buffers(self) -> List[openvino.Tensor]:
        """Return uninitialised tensors for one state."""
        return [openvino.Tensor(openvino.Type.f32, shape) for shape in self._shapes]
