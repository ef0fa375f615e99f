# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How far an engine is from PyTorch, measured over a recurrent clip after every build.

Depth is compared by its relative error |a - b| / max(|a|, |b|), averaged, and by the largest error
of what the network predicts (1 / depth where the depth is a reciprocal) over that quantity's
largest value: a reciprocal near its pole makes a single pixel's relative error meaningless. States
are compared by the largest error over the largest value of each tensor.
"""

from dataclasses import asdict, dataclass
import json
from pathlib import Path
import time
from typing import Any, Dict, Iterable, List

import numpy as np

from depthanyevent_ros.engines.clip import moving_edges
from depthanyevent_ros.engines.protocol import Engine
from depthanyevent_ros.errors import EngineRefused
from depthanyevent_ros.network.config import ModelConfig

#: Windows of the clip; the recurrence is followed over all of them.
STEPS = 12
PARITY_FILE = 'parity.json'


@dataclass(frozen=True)
class Bound:
    """The largest errors an engine may have."""

    depth_mean: float
    depth_max: float
    state_max: float


#: docs/engines.md has the measured figures that these follow from.
BOUNDS = {'f32': Bound(1e-4, 1e-3, 1e-3), 'bf16': Bound(0.05, 0.1, 0.15)}


@dataclass(frozen=True)
class Parity:
    """The errors of an engine against the reference, the worst over all steps."""

    precision: str
    steps: int
    finite: bool                        # no NaN, no infinity, in the engine or the reference
    depth_mean: float                   # mean relative error of depth
    depth_max: float                    # largest error of the prediction over its largest value
    depth_pixel_max: float              # largest relative error of one pixel's depth: not bounded
    state_mean: float                   # mean error of a state tensor over its mean magnitude
    state_max: float                    # largest error of a state tensor over its largest value
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
                    f'{name} in {self.precision} is not used: its {field} against PyTorch over '
                    f'{self.steps} windows is {value:.2g}, above the bound of {largest:.2g}')

    def write(self, folder: Path) -> None:
        """Store this beside the engine."""
        (folder / PARITY_FILE).write_text(json.dumps(self.as_dict(), indent=2) + '\n')

    @classmethod
    def read(cls, folder: Path) -> 'Parity':
        """Return what was stored beside an engine."""
        return cls(**json.loads((folder / PARITY_FILE).read_text()))


def measure_parity(engine: Engine, reference: Engine, precision: str) -> Parity:
    """Run both engines over the same clip, each with its own recurrence, and compare."""
    clip = moving_edges(engine.height, engine.width, STEPS)
    config, ours, theirs = engine.weights.config, None, None
    errors: List[Dict[str, float]] = []
    for image in clip:
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
        return dict.fromkeys(('depth_mean', 'depth_max', 'depth_pixel_max'), float('nan'))
    relative = np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-30)
    if config.inv_prediction and config.activation == 'relu':
        with np.errstate(divide='ignore'):
            a, b = 1 / a, 1 / b
    return {'depth_mean': float(relative.mean()), 'depth_pixel_max': float(relative.max()),
            'depth_max': float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-30))}


def state_errors(arrays: Iterable[np.ndarray], expected: Iterable[np.ndarray]
                 ) -> Dict[str, float]:
    """Return the errors of one state, the worst over its tensors; 0 where there is none."""
    mean, largest = [0.0], [0.0]
    for a, b in zip(arrays, expected):
        error = np.abs(a - b)
        mean.append(float(error.mean() / max(np.abs(b).mean(), 1e-30)))
        largest.append(float(error.max() / max(np.abs(b).max(), 1e-30)))
    return {'state_mean': float(np.max(mean)), 'state_max': float(np.max(largest))}
