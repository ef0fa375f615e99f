# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The network as an ONNX graph, opset 18, for fixed sizes and types, without its weights.

Inputs ``image`` [3, H, W] and ``state_in_4_hidden``, ``state_in_4_cell``, ... ``state_in_1_cell``;
outputs ``depth`` [H, W] and ``state_out_*`` in the same order, and ``check`` if it is asked for.
Which initializer is which tensor of the network is found by exporting it with *probe* values, all
different: those of real weights are not (zero biases, scales of one), and the exporter transposes
and renames at will. The weights come in afterwards (engines/graph_weights.py), without a further
export.
"""

from contextlib import contextmanager
import logging
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple
import warnings

import numpy as np
import torch

from depthanyevent_ros.engines.deployed import DeployedModel
from depthanyevent_ros.engines.graph_weights import GRAPH_FILE, Place, WEIGHTS_FILE, write_places
from depthanyevent_ros.errors import EngineUnavailable

OPSET = 18

#: Initializers of more values than this depend on the weights, or are one of FIXED.
LARGEST_CONSTANT = 1
FIXED = ('model.preprocessing.',)


def export_graph(model: DeployedModel, folder: Path) -> None:
    """
    Write GRAPH_FILE and MAP_FILE; the model's tensors are overwritten by probes.

    :raises EngineUnavailable: if onnx or onnxscript is missing, or a tensor of the network is not
        found in the graph.
    """
    names = model.state_names
    probes = fill_with_probes(model)
    try:
        with quiet_exporter():
            program = torch.onnx.export(
                model, model.example(), dynamo=True, opset_version=OPSET,
                input_names=['image', *(f'state_in_{name}' for name in names)],
                output_names=model.output_names, verbose=False)
    except ImportError as error:
        raise EngineUnavailable(f'exporting the network needs onnx and onnxscript ({error}): '
                                'install both, or choose the torch engine') from error
    graph = program.model.graph
    arrays = {name: value.const_value.numpy() for name, value in graph.initializers.items()}
    places: List[Place] = []
    for name, (tensor, transposed) in find_probes(arrays, probes).items():
        value, offset = graph.initializers[name], places[-1].end if places else 0
        value.name = tensor + ('::T' if transposed else '')
        array = arrays[name]
        places.append(Place(value.name, tensor, transposed, array.dtype.name, array.shape, offset,
                            model.sources[tensor]))
    write_places(places, folder)
    (folder / GRAPH_FILE).write_bytes(without_weights(program.model_proto, places))


def fill_with_probes(model: DeployedModel) -> Dict[str, np.ndarray]:
    """Give each tensor of the model values that no other has, and return them."""
    random = torch.Generator().manual_seed(2509)
    probes = {}
    with torch.no_grad():
        for name, tensor in model.tensors().items():
            tensor.copy_(torch.rand(tensor.shape, generator=random) + 1)
            probes[name] = tensor.numpy()
    return probes


def find_probes(initializers: Dict[str, np.ndarray], probes: Dict[str, np.ndarray]
                ) -> Dict[str, Tuple[str, bool]]:
    """
    Return for the initializers that are probes which one, and whether it is transposed.

    :raises EngineUnavailable: if a probe is not there exactly once, or something that is not a
        probe seems to be computed from one.
    """
    known = {}
    for name, array in probes.items():
        known[fingerprint(array)] = name, False
        if array.ndim == 2:
            known[fingerprint(array.T)] = name, True
    found = {}
    for name, array in initializers.items():
        hit = known.get(fingerprint(array))
        if hit:
            found[name] = hit
        elif array.size > LARGEST_CONSTANT and array.dtype.kind == 'f' \
                and not name.startswith(FIXED):
            raise EngineUnavailable(f'the exported graph holds {name} {array.shape}, which is no '
                                    'tensor of the network: it could not be updated')
    counts = {name: sum(tensor == name for tensor, _ in found.values()) for name in probes}
    for name, count in counts.items():
        if count != 1:
            raise EngineUnavailable(f'the exported graph holds {name} {count} times instead of '
                                    'once: it could not be updated')
    return found


def fingerprint(array: np.ndarray):
    """Return type, shape and bytes."""
    return array.dtype.name, array.shape, array.tobytes()


def without_weights(proto: Any, places: Sequence[Place]) -> bytes:
    """Return the serialised graph; it expects its weights in WEIGHTS_FILE."""
    by_name = {place.name: place for place in places}
    for tensor in proto.graph.initializer:
        place = by_name.get(tensor.name)
        if place is None:
            continue
        tensor.ClearField('raw_data')
        tensor.data_location = tensor.EXTERNAL
        for key, value in (('location', WEIGHTS_FILE), ('offset', place.offset),
                           ('length', place.nbytes)):
            tensor.external_data.add(key=key, value=str(value))
    return proto.SerializeToString()


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
