# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The part of ``tensorrt`` that runs plans, on a FakeGpu.

A plan has ``ports`` (name: shape, dtype, is_input) and ``run(inputs)``.
"""

from types import SimpleNamespace

import numpy as np

from depthanyevent_ros.engines.openvino_core import openvino_core

INPUT, OUTPUT = 'input', 'output'
PLANS = {}                      # by what they are serialised to


class Plan:
    """The base: what goes through bytes and comes back as the same object."""

    is_too_large = False        # for the memory of the GPU
    fails = False               # when it is run

    def serialize(self):
        """Return bytes that stand for this plan."""
        name = f'plan {id(self)}'.encode()
        PLANS[name] = self
        return name


class GraphPlan(Plan):
    """A real graph, computed by OpenVINO in float32."""

    def __init__(self, onnx):
        settings = {'INFERENCE_PRECISION_HINT': 'f32', 'INFERENCE_NUM_THREADS': 1}
        self.model = openvino_core().compile_model(str(onnx), 'CPU', settings)
        self.ports = {port.any_name: (tuple(port.shape), port.element_type.to_dtype(), is_input)
                      for ports, is_input in ((self.model.inputs, True),
                                              (self.model.outputs, False)) for port in ports}

    def run(self, inputs):
        """Return the outputs."""
        outputs = self.model(inputs)
        return {port.any_name: outputs[port] for port in self.model.outputs}


class DecayPlan(Plan):
    """
    A recurrence that can be followed by hand, in float16.

    state' = state / 2 + mean of the image's bytes; depth = state' everywhere.
    """

    def __init__(self, height=4, width=6):
        state = ((1, 1, 2, 3), np.float16)
        self.ports = {'image': ((3, height, width), np.uint8, True),
                      'state_in_1_cell': (*state, True),
                      'depth': ((height, width), np.float32, False),
                      'state_out_1_cell': (*state, False), 'check': ((1,), np.float32, False)}

    def run(self, inputs):
        """Return the outputs."""
        state = inputs['state_in_1_cell'] / np.float16(2) + np.float16(inputs['image'].mean())
        depth = np.full(self.ports['depth'][0], state[0, 0, 0, 0], np.float32)
        return {'depth': depth, 'state_out_1_cell': state,
                'check': np.float32([state.astype(np.float32).mean()])}


def fake_tensorrt(gpu):
    """Return a module whose engines compute on the memory of a FakeGpu."""
    module = SimpleNamespace(
        __version__='11.4.0.106', TensorIOMode=SimpleNamespace(INPUT=INPUT, OUTPUT=OUTPUT),
        nptype=lambda dtype: dtype)
    module.Runtime = lambda logger: Runtime(gpu)
    return module


class Runtime:
    """Gives out engines; an unknown plan is one of another version."""

    def __init__(self, gpu):
        gpu.did('Runtime')
        self.gpu = gpu

    def deserialize_cuda_engine(self, plan):
        """Return an engine, None for a foreign plan."""
        return FakeEngine(self.gpu, PLANS[plan]) if plan in PLANS else None


class FakeEngine:
    """Names, shapes and types."""

    def __init__(self, gpu, plan):
        self.gpu, self.plan, self.names = gpu, plan, list(plan.ports)
        self.num_io_tensors = len(self.names)

    def get_tensor_name(self, index):
        """Return a name."""
        return self.names[index]

    def get_tensor_shape(self, name):
        """Return a shape."""
        return self.plan.ports[name][0]

    def get_tensor_dtype(self, name):
        """Return a type."""
        return np.dtype(self.plan.ports[name][1])

    def get_tensor_mode(self, name):
        """Return which way it goes."""
        return INPUT if self.plan.ports[name][2] else OUTPUT

    def create_execution_context(self):
        """Return what runs; None if the plan asks for more memory than there is."""
        return None if self.plan.is_too_large else Context(self)


class Context:
    """Runs the plan between addresses."""

    def __init__(self, engine):
        self.engine, self.addresses = engine, {}

    def set_tensor_address(self, name, address):
        """Bind an input or output."""
        assert name in self.engine.names and address % 256 == 0
        self.addresses[name] = address
        return True

    def execute_async_v3(self, handle):
        """Put a run into the stream; every tensor needs memory, no two the same."""
        gpu, plan, addresses = self.engine.gpu, self.engine.plan, dict(self.addresses)
        gpu.did('execute')
        stream = self.stream_of(handle)
        assert set(addresses) == set(plan.ports), 'a tensor has no address'
        assert len(set(addresses.values())) == len(addresses), 'two tensors share memory'

        def work():
            inputs = {name: gpu.memories[addresses[name]].read(dtype, shape).copy()
                      for name, (shape, dtype, is_input) in plan.ports.items() if is_input}
            for name, array in plan.run(inputs).items():
                assert array.dtype == plan.ports[name][1], name
                gpu.memories[addresses[name]].write(array)
        stream.put(work)
        return not plan.fails

    def stream_of(self, handle):
        """Return the stream of a handle."""
        stream, = (stream for stream in self.engine.gpu.streams if stream.handle == handle)
        return stream
