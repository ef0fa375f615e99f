# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the numbers in a depth picture mean; chosen once, by `make_depth_mode`."""

from typing import Optional, Protocol

import numpy as np

from depthanyevent_ros.depth.rep117 import mark_no_evidence, mark_out_of_range
from depthanyevent_ros.errors import ConfigError

#: What weights may say of their own output (`output_kind` in the manifest).
OUTPUT_KINDS = ('relative', 'metric')


class DepthMode(Protocol):
    """How the network's output becomes the published depth."""

    name: str
    is_metric: bool                 # whether the published numbers are metres

    def to_depth(self, raw: np.ndarray) -> np.ndarray:
        """Turn the network's output, float32 [H, W], into depth of the same shape."""

    def mark(self, depth: np.ndarray, min_m: float, max_m: float,
             valid_mask: Optional[np.ndarray] = None) -> np.ndarray:
        """Return the depth, float32 [H, W], with what is unusable marked by REP-117."""

    def describe(self) -> str:
        """Return one sentence for logs, diagnostics and reports."""


class RelativeDepth:
    """Depth up to an unknown scale and shift: nearer is smaller, the numbers are not metres."""

    name = 'relative'
    is_metric = False

    def to_depth(self, raw):
        """Return the output as it is."""
        return raw

    def mark(self, depth, min_m, max_m, valid_mask=None):
        """Mark what is no depth as NaN; limits in metres mean nothing here and mark nothing."""
        return mark_no_evidence(depth, valid_mask)

    def describe(self):
        """Say that the numbers have no unit."""
        return 'relative depth: up to an unknown scale and shift, no unit, not metres'


class MetricDepth:
    """Metres, as the weights were trained to give them."""

    name = 'metric'
    is_metric = True

    def to_depth(self, raw):
        """Return the output as it is."""
        return raw

    def mark(self, depth, min_m, max_m, valid_mask=None):
        """Mark by the limits."""
        return mark_out_of_range(depth, min_m, max_m, valid_mask)

    def describe(self):
        """Say where the metres come from."""
        return 'metric depth: metres along the optical axis, as the weights were trained'


class AlignedDepth:
    """Metres by a scale and a shift that the user gives: depth = scale * raw + shift_m."""

    name = 'aligned'
    is_metric = True

    def __init__(self, scale: float, shift_m: float):
        """Take a finite scale above 0 (metres per unit of output) and a finite shift in metres."""
        if not (np.isfinite(scale) and scale > 0):
            raise ConfigError(f'depth.scale is {scale}: it must be a finite number above 0')
        if not np.isfinite(shift_m):
            raise ConfigError(f'depth.shift_m is {shift_m}: it must be finite')
        self.scale, self.shift_m = float(scale), float(shift_m)

    def to_depth(self, raw):
        """Return scale * raw + shift_m, float32."""
        depth = raw * np.float32(self.scale)
        depth += np.float32(self.shift_m)
        return depth

    def mark(self, depth, min_m, max_m, valid_mask=None):
        """Mark by the limits."""
        return mark_out_of_range(depth, min_m, max_m, valid_mask)

    def describe(self):
        """Give the formula with its numbers."""
        return (f'aligned depth: {self.scale:g} x output {self.shift_m:+g} m, '
                'metres only as far as the given scale and shift are right')


def make_depth_mode(name: str, output_kind: str = 'relative',
                    scale: float = 1.0, shift_m: float = 0.0) -> DepthMode:
    """
    Choose the depth mode.

    :param name: 'relative', 'metric' or 'aligned'.
    :param output_kind: what the weights give, 'relative' or 'metric'.
    :param scale, shift_m: used by 'aligned' alone.
    :raises ConfigError: for an unknown name, or 'metric' with weights that do not give metres.
    """
    if output_kind not in OUTPUT_KINDS:
        raise ConfigError(f'the weights say output_kind {output_kind!r}: known are '
                          f'{" and ".join(OUTPUT_KINDS)}')
    if name == 'relative':
        return RelativeDepth()
    if name == 'aligned':
        return AlignedDepth(scale, shift_m)
    if name != 'metric':
        raise ConfigError(f'depth_mode is {name!r}: it must be relative, metric or aligned')
    if output_kind != 'metric':
        raise ConfigError(
            f'depth_mode is metric, but these weights give {output_kind} depth (up to scale and '
            'shift): use relative, or aligned with a scale and a shift that you measured')
    return MetricDepth()
