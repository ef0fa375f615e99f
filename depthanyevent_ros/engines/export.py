# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The network as an ONNX file, opset 18, for a fixed sensor size and input size.

Inputs ``image`` [3, H, W] and ``state_in_4_hidden``, ``state_in_4_cell``, ... ``state_in_1_cell``;
outputs ``depth`` [H, W] and ``state_out_*`` in the same order. The weights lie beside the file in
``<file>.data`` under their names in the checkpoint where the exporter keeps them (it
transposes the matrices of linear layers and merges equal tensors).
"""

from contextlib import contextmanager
import logging
from pathlib import Path
from typing import Iterator
import warnings

import torch

from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.network.preprocess import SensorModel

OPSET = 18
WRAPPER_PREFIX = 'network.'


def export_onnx(model: SensorModel, path: Path) -> None:
    """
    Write the network to ``path`` and its weights beside it (``<file>.data``).

    :raises EngineUnavailable: if onnx or onnxscript is missing.
    """
    image = torch.zeros(3, model.height, model.width)
    names = model.state_names
    try:
        with quiet_exporter():
            program = torch.onnx.export(
                model.eval(), (image, *model.zero_state()), dynamo=True, opset_version=OPSET,
                input_names=['image', *(f'state_in_{name}' for name in names)],
                output_names=['depth', *(f'state_out_{name}' for name in names)], verbose=False)
    except ImportError as error:
        raise EngineUnavailable(f'exporting the network needs onnx and onnxscript ({error}): '
                                'install both, or choose the torch engine') from error
    use_checkpoint_names(program)
    program.save(path, external_data=True)


def use_checkpoint_names(program: torch.onnx.ONNXProgram) -> None:
    """Take the wrapper's prefix off the names of the weights."""
    for value in list(program.model.graph.initializers.values()):
        if value.name.startswith(WRAPPER_PREFIX):
            value.name = value.name[len(WRAPPER_PREFIX):]


@contextmanager
def quiet_exporter() -> Iterator[None]:
    """Keep the exporter's remarks on packages that this network does not use out of the log."""
    logger = logging.getLogger('torch.onnx')
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            yield
        finally:
            logger.setLevel(level)
