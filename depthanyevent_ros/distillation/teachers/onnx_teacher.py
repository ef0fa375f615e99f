# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Any ONNX depth model as a teacher, run by OpenVINO on the CPU."""

from typing import Tuple

import cv2
import numpy as np
import openvino

from depthanyevent_ros.distillation.protocol import Label
from depthanyevent_ros.distillation.teachers.description import Description
from depthanyevent_ros.distillation.teachers.frames import check_frame, check_size, label_of
from depthanyevent_ros.engines.openvino_core import openvino_core
from depthanyevent_ros.errors import ConfigError, WeightsError


class OnnxTeacher:
    """A model with its description; implements Teacher."""

    def __init__(self, description: Description, height: int, width: int, *, threads: int = 0):
        """
        Compile the model and run it once, so that what does not fit is found here.

        :param height, width: of the frames, pixels.
        :param threads: of the CPU; 0: as many as OpenVINO likes.
        :raises WeightsError: if the file is no model that OpenVINO can run.
        :raises ConfigError: if the description does not fit the model.
        """
        check_size(height, width)
        if threads < 0:
            raise ConfigError(f'the threads of the teacher are {threads}; they must not be '
                              'negative')
        self.description, self.size = description, (height, width)
        self.name, self.kind = description.name, description.kind
        self.licence = description.licence
        self.input_size = description.input_size(height, width)
        self._scale, self._offset = description.line()
        try:
            model = openvino_core().read_model(str(description.model))
        except RuntimeError as error:
            raise WeightsError(f'{description.model} cannot be read as an ONNX model: '
                               f'{first_line(error)}') from error
        self._input = port_name(model.inputs, description.input, 'input', self.name)
        self._output = port_name(model.outputs, description.output, 'output', self.name)
        self._request = self._compile(model, threads)
        self._run(np.zeros(self.size, np.uint8))

    def label(self, grey: np.ndarray) -> Label:
        """
        Return the depth of a frame, uint8 [H, W], at the frame's size.

        :raises MalformedInput: for a frame of another type or shape.
        """
        check_frame(grey, *self.size)
        depth = cv2.resize(self._run(grey), self.size[::-1], interpolation=cv2.INTER_LINEAR)
        return label_of(depth, self.kind)

    def close(self) -> None:
        """Free the compiled model."""
        self._request = None

    def _compile(self, model: openvino.Model, threads: int) -> openvino.InferRequest:
        """Return what runs the model at the one size of its input."""
        shape = self._shape()
        settings = {'PERFORMANCE_HINT': 'LATENCY', 'NUM_STREAMS': 1,
                    'INFERENCE_PRECISION_HINT': 'f32', 'ENABLE_CPU_PINNING': False}
        if threads:
            settings['INFERENCE_NUM_THREADS'] = threads
        try:
            model.reshape({self._input: openvino.PartialShape(shape)})
            compiled = openvino_core().compile_model(model, 'CPU', settings)
        except RuntimeError as error:
            raise ConfigError(f'the model of the teacher {self.name} does not take an input '
                              f'{shape}: check size, multiple, layout and colour in its '
                              f'description ({first_line(error)})') from error
        return compiled.create_infer_request()

    def _shape(self) -> list:
        """Return the shape of the model's input."""
        channels = self.description.channels
        return [1, channels, *self.input_size] if self.description.layout == 'NCHW' \
            else [1, *self.input_size, channels]

    def _run(self, grey: np.ndarray) -> np.ndarray:
        """Return the model's map, float32 [h, w], of a frame uint8 [H, W]."""
        small = resized(grey, self.input_size)
        image = small[:, :, None] * self._scale + self._offset
        if self.description.layout == 'NCHW':
            image = image.transpose(2, 0, 1)
        try:
            self._request.infer({self._input: np.ascontiguousarray(image[None])})
        except RuntimeError as error:
            raise ConfigError(f'the model of the teacher {self.name} cannot run on its input: '
                              f'{first_line(error)}') from error
        found = self._request.get_tensor(self._output).data
        depth = np.squeeze(found)
        if depth.ndim != 2:
            raise ConfigError(f'the output {self._output} of the teacher {self.name} has the '
                              f'shape {found.shape}, which is not one map')
        return depth.astype(np.float32)


def resized(grey: np.ndarray, size: Tuple[int, int]) -> np.ndarray:
    """Return a frame, uint8 [H, W], at another size, float32: means of areas when it shrinks."""
    shrinks = size[0] <= grey.shape[0] and size[1] <= grey.shape[1]
    return cv2.resize(grey.astype(np.float32), size[::-1],
                      interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def port_name(ports, wanted: str, side: str, teacher: str) -> str:
    """Return the name of the model's input or output that the description means."""
    names = [port.any_name for port in ports]
    if wanted and not any(wanted in port.names for port in ports):
        raise ConfigError(f'the model of the teacher {teacher} has no {side} {wanted!r}; it has '
                          f'{", ".join(names)}')
    if not wanted and len(names) != 1:
        raise ConfigError(f'the model of the teacher {teacher} has {len(names)} {side}s '
                          f'({", ".join(names)}): name one by the key {side}')
    return wanted or names[0]


def first_line(error: Exception) -> str:
    """Return what an error of OpenVINO says, without its places in OpenVINO's source."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = [line for line in lines if not line.startswith(('Exception from', 'Check '))]
    return (said or lines or ['no reason given'])[-1][:200]
