# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Where in a graph each tensor of the network goes; and a graph with the weights put in.

The graph lies in GRAPH_FILE and reads its weights from WEIGHTS_FILE beside it. MAP_FILE lists the
places: name in the graph, tensor of the network, the tensors of the checkpoint that it is made of
(several where a normalisation is folded into a convolution), whether it is transposed there, type,
shape, and the offset in WEIGHTS_FILE. Neither torch nor onnx is needed to give a graph other
weights.
"""

from dataclasses import asdict, dataclass
import json
import math
from pathlib import Path
import shutil
from typing import Dict, List, Mapping, Sequence, Tuple

import numpy as np

GRAPH_FILE = 'model.onnx'
MAP_FILE = 'weights.json'
WEIGHTS_FILE = 'weights.data'

#: In WEIGHTS_FILE each tensor begins at a multiple of this, so that it can be mapped into memory.
ALIGNMENT = 4096


@dataclass(frozen=True)
class GraphTypes:
    """
    The types in a graph.

    :param image: float32 (0..1) or uint8 (0..255).
    :param inside: of weights, activations and states: float32 or float16.
    :param check: whether there is a further output ``check`` [1], float32: a sum that is finite
        if and only if depth and states are, so that states need not leave a device to be looked
        at.
    """

    image: str = 'float32'
    inside: str = 'float32'
    check: bool = False


@dataclass(frozen=True)
class Place:
    """The place of one tensor in a graph."""

    name: str                           # of the initializer: the tensor's, with ::T if transposed
    tensor: str
    transposed: bool
    dtype: str                          # float32 or float16
    shape: Tuple[int, ...]              # as in the graph
    offset: int                         # in WEIGHTS_FILE, bytes
    sources: Tuple[str, ...] = ()       # the checkpoint's tensors that it is made of

    @property
    def nbytes(self) -> int:
        """Return the size in bytes."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize

    @property
    def end(self) -> int:
        """Return the offset at which the next tensor may begin."""
        return self.offset + -(-self.nbytes // ALIGNMENT) * ALIGNMENT

    def array(self, tensors: Mapping[str, np.ndarray]) -> np.ndarray:
        """
        Return the values as the graph wants them, contiguous.

        :param tensors: of the network, by name.
        :raises ValueError: if the tensor is missing or has another shape.
        """
        if self.tensor not in tensors:
            raise ValueError(f'the network has no tensor {self.tensor}')
        array = tensors[self.tensor].T if self.transposed else tensors[self.tensor]
        if tuple(array.shape) != self.shape:
            raise ValueError(f'{self.tensor} has the shape {tuple(tensors[self.tensor].shape)}; '
                             f'the graph takes {self.shape} for {self.name}')
        return np.ascontiguousarray(array, np.dtype(self.dtype))


def write_places(places: Sequence[Place], folder: Path) -> None:
    """Write MAP_FILE."""
    text = json.dumps([asdict(place) for place in places], indent=1)
    (folder / MAP_FILE).write_text(text + '\n')


def read_places(folder: Path) -> List[Place]:
    """Return what MAP_FILE holds."""
    entries = json.loads((folder / MAP_FILE).read_text())
    return [Place(**{**entry, 'shape': tuple(entry['shape']), 'sources': tuple(entry['sources'])})
            for entry in entries]


def graph_arrays(places: Sequence[Place], tensors: Mapping[str, np.ndarray]
                 ) -> Dict[str, np.ndarray]:
    """Return the values of all initializers by their names in the graph."""
    return {place.name: place.array(tensors) for place in places}


def put_weights_in(graph: Path, tensors: Mapping[str, np.ndarray], folder: Path) -> None:
    """
    Write into ``folder`` the graph of the folder ``graph`` together with these weights.

    :param tensors: of the network, by name, numpy arrays.
    """
    places = read_places(graph)
    for name in (GRAPH_FILE, MAP_FILE):
        shutil.copyfile(graph / name, folder / name)
    with open(folder / WEIGHTS_FILE, 'wb') as file:
        for place in places:
            file.seek(place.offset)
            file.write(place.array(tensors).tobytes())
