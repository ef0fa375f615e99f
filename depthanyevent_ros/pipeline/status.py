# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the parts of the pipeline say of themselves: in diagnostics, bags and reports alike."""

from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional

from depthanyevent_ros.pipeline.depth_step import DepthStep
from depthanyevent_ros.pipeline.front import EventFront
from depthanyevent_ros.pipeline.statistics import Latencies
from depthanyevent_ros.pipeline.view import Crop

#: Levels of diagnostic_msgs/DiagnosticStatus.
OK, WARN, ERROR = 0, 1, 2


@dataclass
class Status:
    """The state of one part: the worst of what was said of it, and its figures."""

    values: Dict[str, Any] = field(default_factory=dict)
    level: int = OK
    message: str = 'ok'

    def warn(self, sentence: str, level: int = WARN) -> None:
        """Raise the level; the first sentence of the highest level is the message."""
        if level > self.level:
            self.level, self.message = level, sentence

    def error(self, sentence: str) -> None:
        """Raise the level to ERROR."""
        self.warn(sentence, ERROR)

    def add_counts(self, prefix: str, counts: Mapping[str, int]) -> None:
        """Add one value for each count, as ``prefix.cause``."""
        for cause in sorted(counts):
            self.values[f'{prefix}.{cause}'] = counts[cause]

    def texts(self) -> Dict[str, str]:
        """Return the values as text."""
        return {key: f'{value:.4g}' if isinstance(value, float) else str(value)
                for key, value in self.values.items()}


def input_status(front: EventFront) -> Status:
    """Return what was decoded and what was wrong with it."""
    status = Status({'encoding': front.input.encoding, 'events_total': front.input.n_events,
                     'messages_total': front.input.n_messages,
                     'bytes_total': front.input.n_bytes})
    status.add_counts('input', front.input.all_counts())
    status.values.update({f'clock.{key}': value
                          for key, value in front.clock.describe().items()})
    return status


def window_status(front: EventFront, policy: str, n_windows: int) -> Status:
    """Return the windows, events that are in none, and resets by reason."""
    status = Status({'windows_total': n_windows, 'policy': policy})
    status.add_counts('events', front.windows.counts)
    status.add_counts('reset', front.windows.resets)
    return status


def engine_status(engine, weights) -> Status:
    """Return engine (None if there is none yet) and weights."""
    status = Status({'weights': weights.name, 'weights_trained': weights.trained,
                     'weights_sha256': weights.sha256, 'weights_licence': weights.licence,
                     'weights_source': weights.source})
    if engine is not None:
        status.values.update(engine.describe())
    if not weights.trained:
        status.warn(f'the weights {weights.name} are untrained: the depth means nothing; set the '
                    'parameter weights to a trained file')
    return status


def inference_status(latencies: Latencies, step: DepthStep) -> Status:
    """Return latencies by stage, failures, resets of the recurrent states."""
    status = Status()
    for stage, figures in latencies.percentiles().items():
        for name, value in zip(('p50', 'p95', 'p99'), figures):
            status.values[f'latency_{stage}_{name}_ms'] = float(value)
    status.add_counts('failed', step.counts)
    status.add_counts('state_reset', step.recurrence.resets)
    return status


def output_status(step: DepthStep, n_depth: int, rectified: bool, crop: Optional[Crop]) -> Status:
    """Return how much depth there was, what it means, and of what view (None: not known yet)."""
    return Status({'depth_total': n_depth, 'depth_mode': step.scale.mode.name,
                   'depth_meaning': step.scale.mode.describe(), 'rectified': rectified,
                   'view': 'not known yet' if crop is None else str(crop)})
