# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What differs from sequence to sequence beside the scene: light, sensor, lens, exposure."""

from dataclasses import dataclass

import numpy as np

from depthanyevent_ros.simulation.pixels import PixelParameters


@dataclass(frozen=True)
class Setup:
    """A sensor in a light."""

    pixels: PixelParameters
    illumination: float = 0.5       # 1: bright day for this lens; 0.05: dusk
    zoom: float = 1.0               # of the focal length
    exposure_us: int = 8000         # of the frames
    full_well: float = 8000.0       # electrons of a white frame pixel: its noise


def draw_setup(rng: np.random.Generator) -> Setup:
    """Draw a setup: thresholds 0.12 to 0.45, light over a factor of 20, clean to noisy."""
    threshold = float(np.exp(rng.uniform(np.log(0.12), np.log(0.45))))
    illumination = float(np.exp(rng.uniform(np.log(0.05), 0.0)))
    pixels = PixelParameters(
        threshold_on=threshold, threshold_off=threshold * float(rng.uniform(0.8, 1.25)),
        threshold_spread=float(rng.uniform(0.02, 0.05)),
        refractory_us=int(np.exp(rng.uniform(np.log(100), np.log(1500)))),
        cutoff_hz=float(np.exp(rng.uniform(np.log(80), np.log(800)))),
        leak_hz=float(rng.uniform(0.02, 0.3)),
        shot_hz=float(np.exp(rng.uniform(np.log(0.05), np.log(4.0)))),
        hot_share=float(np.exp(rng.uniform(np.log(1e-5), np.log(6e-4)))),
        hot_hz=float(rng.uniform(5, 60)))
    exposure_us = int(np.clip(1500 / illumination * rng.uniform(0.7, 1.5), 2000, 20000))
    return Setup(pixels, illumination, float(rng.uniform(0.92, 1.08)), exposure_us,
                 float(rng.uniform(1500, 12000)) * min(1.0, illumination * 3))
