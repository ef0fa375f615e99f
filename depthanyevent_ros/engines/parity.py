# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How far an engine is from PyTorch, over a recorded clip, measured after every build.

The bounds hold for what the network predicts: 1 / depth where its depth is a reciprocal, otherwise
depth. Near the pole of a reciprocal a rounding of the prediction moves one pixel's depth by any
amount, so that the relative error of depth itself is stored beside, without a bound. Means are
taken over the mean magnitude, largest errors over the largest magnitude, of a map or a tensor.
"""

from dataclasses import asdict, dataclass
import json
from pathlib import Path
import time
from typing import Any, Callable, Dict, Iterable, List, Tuple

import numpy as np

from depthanyevent_ros.engines.clip import recorded_clip
from depthanyevent_ros.engines.protocol import Engine
from depthanyevent_ros.errors import EngineRefused
from depthanyevent_ros.network.config import ModelConfig

PARITY_FILE = 'parity.json'

#: Windows from one sentence on the progress to the next.
SAID_EVERY = 8

#: Divisors are at least this.
TINY = 1e-30


@dataclass(frozen=True)
class Bound:
    """The largest errors an engine may have."""

    depth_mean: float
    depth_max: float
    state_mean: float
    state_max: float


#: What is bounded, in words.
WORDS = {'depth_mean': 'mean error of the prediction',
         'depth_max': 'largest error of the prediction',
         'state_mean': 'mean error of a state', 'state_max': 'largest error of a state'}

#: docs/engines.md and docs/gpu.md have the measured figures that these follow from.
BOUNDS = {'f32': Bound(1e-4, 1e-3, 1e-4, 1e-3), 'bf16': Bound(0.05, 0.1, 0.1, 0.15),
          'f16': Bound(0.01, 0.03, 0.03, 0.3)}


@dataclass(frozen=True)
class Parity:
    """The errors of an engine against the reference, the worst over all steps."""

    precision: str
    steps: int
    finite: bool                        # no NaN, no infinity, in the engine or the reference
    depth_mean: float                   # mean error of the prediction
    depth_max: float                    # its largest error
    pixel_mean: float                   # |a - b| / max(|a|, |b|) of depth, mean over the pixels
    pixel_max: float                    # the same, the worst pixel
    state_mean: float                   # mean error of the worst state tensor
    state_max: float                    # largest error of the worst state tensor
    step_ms: float                      # the fastest step, ms
    reference_ms: float                 # the reference's fastest step, ms

    def as_dict(self) -> Dict[str, Any]:
        """Return the fields as a dictionary of plain values."""
        return asdict(self)

    def refuse_if_poor(self, name: str) -> None:
        """Raise EngineRefused if an error is above the bound of the precision."""
        bound = BOUNDS[self.precision]
        if not self.finite:
            raise EngineRefused(f'{name} in {self.precision} is not used: over {self.steps} '
                                'windows it or PyTorch returned values that are not finite')
        for field, largest in asdict(bound).items():
            value = getattr(self, field)
            if not value <= largest:
                raise EngineRefused(
                    f'{name} in {self.precision} is not used: the {WORDS[field]} against PyTorch '
                    f'over {self.steps} windows is {value:.2g}, above the bound of {largest:.2g}')

    def write(self, folder: Path) -> None:
        """Store this beside the engine."""
        (folder / PARITY_FILE).write_text(json.dumps(self.as_dict(), indent=2) + '\n')

    @classmethod
    def read(cls, folder: Path) -> 'Parity':
        """
        Return what was stored beside an engine.

        :raises ValueError: if it cannot be read.
        """
        try:
            return cls(**json.loads((folder / PARITY_FILE).read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise ValueError(f'its comparison with PyTorch ({PARITY_FILE}) cannot be read'
                             ) from error


def measure_parity(engine: Engine, reference: Engine, precision: str,
                   say: Callable[[str], None] = lambda sentence: None) -> Parity:
    """Run both engines over the same clip, each with its own recurrence, and compare."""
    clip = recorded_clip(engine.height, engine.width)
    config, ours, theirs = engine.weights.config, None, None
    errors: List[Dict[str, float]] = []
    for index, image in enumerate(clip):
        if index and index % SAID_EVERY == 0:
            say(f'compared {index} of {len(clip)} windows with PyTorch')
        started = time.perf_counter()
        depth, ours = engine.step(image, ours)
        between = time.perf_counter()
        expected, theirs = reference.step(image, theirs)
        ended = time.perf_counter()
        errors.append({**depth_errors(depth, expected, config),
                       **state_errors(engine.state_to_arrays(ours),
                                      reference.state_to_arrays(theirs)),
                       'step_ms': 1e3 * (between - started),
                       'reference_ms': 1e3 * (ended - between)})
    worst = {key: max(step[key] for step in errors) for key in errors[0] if key[-3:] != '_ms'}
    fastest = {key: min(step[key] for step in errors) for key in ('step_ms', 'reference_ms')}
    finite = all(np.isfinite(list(step.values())).all() for step in errors)
    return Parity(precision, len(errors), finite, **worst, **fastest)


def depth_errors(depth: np.ndarray, expected: np.ndarray, config: ModelConfig) -> Dict[str, float]:
    """Return the errors of one depth map; NaN if either map is not finite."""
    a, b = depth.astype(np.float64), expected.astype(np.float64)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        names = ('depth_mean', 'depth_max', 'pixel_mean', 'pixel_max')
        return dict.fromkeys(names, float('nan'))
    pixel = np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), TINY)
    if config.inv_prediction and config.activation == 'relu':
        a, b = 1 / np.maximum(a, TINY), 1 / np.maximum(b, TINY)
    mean, largest = magnitude_errors(a, b)
    return {'depth_mean': mean, 'depth_max': largest,
            'pixel_mean': float(pixel.mean()), 'pixel_max': float(pixel.max())}


def state_errors(arrays: Iterable[np.ndarray], expected: Iterable[np.ndarray]
                 ) -> Dict[str, float]:
    """Return the errors of one state, the worst over its tensors; 0 where there is none."""
    errors = [magnitude_errors(a, b) for a, b in zip(arrays, expected)] or [(0.0, 0.0)]
    means, largest = zip(*errors)
    return {'state_mean': float(np.max(means)), 'state_max': float(np.max(largest))}


def magnitude_errors(a: np.ndarray, b: np.ndarray) -> Tuple[float, float]:
    """Return the mean error over b's mean magnitude, the largest over its largest."""
    error, size = np.abs(a - b), np.abs(b)
    return (float(error.mean() / max(size.mean(), TINY)),
            float(error.max() / max(size.max(), TINY)))
