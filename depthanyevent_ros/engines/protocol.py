# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What an engine is: a Tencode image and a state in, a depth map and a state out."""

from dataclasses import dataclass, replace
import os
from typing import Any, Dict, List, Optional, Protocol, Sequence, Tuple

import numpy as np

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.weights import DEFAULT, Weights

PRECISIONS = ('auto', 'f32', 'bf16', 'f16')


@dataclass(frozen=True)
class EngineSpec:
    """
    Which engine is wanted.

    ``input_height`` and ``input_width`` are the lower bounds of the network's input (0: those of
    the weights); the input covers them with the sensor's aspect ratio, in multiples of the
    network's stride (14, or 32 with a convolutional encoder).
    ``threads`` 0 means as many as this process may use.
    """

    sensor_height: int
    sensor_width: int
    weights: str = DEFAULT                      # a name in the manifest, or a path
    engine: str = 'auto'
    precision: str = 'auto'
    input_height: int = 0
    input_width: int = 0
    threads: int = 0

    def __post_init__(self):
        for name in ('sensor_height', 'sensor_width'):
            if not 1 <= getattr(self, name) <= 8192:
                raise ConfigError(f'{name} is {getattr(self, name)}; it must be from 1 to 8192')
        for name in ('input_height', 'input_width'):
            value = getattr(self, name)
            if value and not 14 <= value <= 4096:
                raise ConfigError(f'{name} is {value}; it must be 0 or from 14 to 4096')
        if self.precision not in PRECISIONS:
            raise ConfigError(f'precision is {self.precision!r}; it must be one of '
                              f'{", ".join(PRECISIONS)}')
        if not 0 <= self.threads <= 1024:
            raise ConfigError(f'threads is {self.threads}; it must be from 0 to 1024')

    @property
    def sensor(self) -> Tuple[int, int]:
        """Return height and width of the image and of the depth."""
        return self.sensor_height, self.sensor_width

    def least_input(self, weights: Weights) -> Tuple[int, int]:
        """Return the lower bounds of the network's input, height and width."""
        return (self.input_height or weights.config.input_size_height,
                self.input_width or weights.config.input_size_width)

    def with_precision(self, precision: str) -> 'EngineSpec':
        """Return the same specification with another precision."""
        return replace(self, precision=precision)

    def thread_count(self) -> int:
        """Return the number of threads to use."""
        return self.threads or len(os.sched_getaffinity(0))


class State:
    """
    The recurrent state between two steps; opaque, and consumed by the step it is given to.

    It belongs to the engine that returned it. ``None`` stands for the zero state. A caller that
    needs a state twice asks the engine for a copy first.
    """

    __slots__ = ('_owner', '_tensors')

    def __init__(self, owner: Any, tensors: Sequence[Any]):
        self._owner, self._tensors = owner, tensors

    def look(self, owner: Any) -> Sequence[Any]:
        """Return the tensors and leave them where they are."""
        if owner is not self._owner:
            raise ValueError('this state belongs to another engine: carry it over with '
                             'state_to_arrays and state_from_arrays')
        if self._tensors is None:
            raise ValueError('this state was consumed by an earlier step: keep the state that '
                             'the step returned, or a copy_state made before it')
        return self._tensors

    def take(self, owner: Any) -> Sequence[Any]:
        """Return the tensors and leave this state consumed."""
        tensors = self.look(owner)
        self._tensors = None
        return tensors


class Engine(Protocol):
    """
    Runs one network at one sensor size; not for two threads at a time.

    ``step`` takes float32 [3, height, width], a Tencode image in 0..1, and returns float32
    [height, width] of its own and the new state. It releases the GIL while it computes.
    """

    name: str                                   # openvino, tensorrt, torch, torch_cuda
    height: int                                 # of the image and of the depth
    width: int
    weights: Weights

    def describe(self) -> Dict[str, Any]:
        """Return engine, version, device, precision, threads, sizes, weights, parity, notes."""

    def step(self, image: np.ndarray, state: Optional[State]) -> Tuple[np.ndarray, State]:
        """Return depth and new state; ``state`` is consumed."""

    def is_finite(self, state: State) -> bool:
        """Tell whether no value of the state is NaN or infinite."""

    def copy_state(self, state: State) -> State:
        """Return a state of its own with the same values."""

    def state_to_arrays(self, state: State) -> List[np.ndarray]:
        """Return copies of hidden and cell of the levels 4, 3, 2, 1; empty without memory."""

    def state_from_arrays(self, arrays: Sequence[np.ndarray]) -> State:
        """Return a state with these values; the way from one engine to another."""

    def close(self) -> None:
        """Free what the engine holds."""


def check_image(image: np.ndarray, height: int, width: int) -> None:
    """Refuse anything but float32 [3, height, width]."""
    if image.shape != (3, height, width) or image.dtype != np.float32:
        raise ValueError(f'the engine takes float32 (3, {height}, {width}), not {image.dtype} '
                         f'{image.shape}')


def check_arrays(arrays: Sequence[np.ndarray], shapes: Sequence[Sequence[int]]) -> None:
    """Refuse arrays that are not those of a state."""
    found = [tuple(array.shape) for array in arrays]
    if found != [tuple(shape) for shape in shapes]:
        raise ValueError(f'a state of this engine has the shapes {list(map(tuple, shapes))}, '
                         f'not {found}')
