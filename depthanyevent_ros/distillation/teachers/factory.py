# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a name to a teacher; network libraries are imported when a teacher of theirs is made."""

from pathlib import Path
from typing import Optional

from depthanyevent_ros.distillation.protocol import Teacher
from depthanyevent_ros.distillation.teachers.confidence import SelfConsistent
from depthanyevent_ros.distillation.teachers.depth_anything import depth_anything_weights
from depthanyevent_ros.distillation.teachers.description import read_description
from depthanyevent_ros.distillation.teachers.levelled import Levelled
from depthanyevent_ros.distillation.teachers.network_teacher import NetworkTeacher
from depthanyevent_ros.engines.cache import Say
from depthanyevent_ros.errors import ConfigError, EngineUnavailable
from depthanyevent_ros.network.weights import find_weights, is_path, Weights

#: Runs out of the box: a network for frames, trained on simulated ones.
DEFAULT = 'efflite0-frames'
#: The engine that needs no building.
TORCH = 'torch'


def make_teacher(name: str, height: int, width: int, *, threads: int = 0, engine: str = TORCH,
                 least_side: Optional[int] = None, say: Say = lambda sentence: None
                 ) -> SelfConsistent:
    """
    Return a teacher that levels frames and knows how sure it is.

    :param name: a name in models/manifest.yaml (empty: efflite0-frames), the path of a .pth or
        .safetensors (our networks for frames, or Depth Anything V2 as its authors publish it), or
        the path of a .yaml that describes an ONNX model.
    :param height, width: of the frames, pixels.
    :param threads: of what runs on the CPU; 0 for all cores.
    :param engine: what our networks and Depth Anything V2 run on, see engines.factory; ONNX models
        run on OpenVINO on the CPU.
    :param least_side: pixels that each side of the input of such a network has at least.
    :param say: told of each long step, and of a licence that asks for care.
    :raises WeightsError, ConfigError, EngineUnavailable, EngineRefused: in one sentence, if there
        is none.
    """
    return SelfConsistent(Levelled(bare_teacher(
        name, height, width, threads=threads, engine=engine, least_side=least_side, say=say)))


def bare_teacher(name: str, height: int, width: int, *, threads: int = 0, engine: str = TORCH,
                 least_side: Optional[int] = None, say: Say = lambda sentence: None) -> Teacher:
    """Return a teacher that takes frames as they are and is sure of all; see make_teacher."""
    name = name or DEFAULT
    if Path(name).suffix in ('.yaml', '.yml'):
        if engine != TORCH or least_side is not None:
            raise ConfigError(f'the teacher {name} is an ONNX model: it runs on OpenVINO on the '
                              'CPU, at the size in its description; engine and least_side are '
                              'not for it')
        description = read_description(Path(name).expanduser())
        return onnx_teacher_class()(description, height, width, threads=threads)
    return NetworkTeacher(weights_of(name), height, width, threads=threads, engine=engine,
                          least_side=least_side, say=say)


def weights_of(name: str) -> Weights:
    """Return the weights of a name in the manifest or of a file."""
    if is_path(name):
        stock = depth_anything_weights(Path(name).expanduser())
        if stock is not None:
            return stock
    return find_weights(name)


def onnx_teacher_class() -> type:
    """Return the class that imports openvino."""
    try:
        from depthanyevent_ros.distillation.teachers.onnx_teacher import OnnxTeacher
    except ImportError as error:
        raise EngineUnavailable(f'openvino is not installed ({error}), and an ONNX teacher needs '
                                'it: pip install openvino') from error
    return OnnxTeacher
