# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The frames of a DAVIS (APS): brightness collected over an exposure, with noise, in 8 bits."""

import numpy as np

READ_NOISE = 25.0                   # electrons; Brandli et al., JSSC 2014, tens of them
MEAN_GREY = 0.42                    # what the automatic exposure aims at


class FrameSensor:
    """Collects the pictures of an exposure and reads them out."""

    def __init__(self, exposure_us: int, full_well: float, rng: np.random.Generator):
        """Take the exposure and the electrons of a white pixel, which set the noise."""
        self.exposure_us, self._full_well, self._rng = exposure_us, full_well, rng
        self._gain = self._sum = self._last = None
        self._collected_us = 0

    def adjust(self, brightness: np.ndarray):
        """Set the gain by a picture, as an automatic exposure would have done before."""
        self._gain = MEAN_GREY / max(float(brightness.mean()), 1e-6)

    def open(self, brightness: np.ndarray):
        """Begin an exposure with the picture of this moment, float32 [H, W]."""
        self._sum, self._last, self._collected_us = np.zeros_like(brightness), brightness, 0

    @property
    def is_open(self) -> bool:
        """Whether an exposure is going on."""
        return self._last is not None

    def collect(self, brightness: np.ndarray, span_us: int):
        """Add the time since the last picture, in which brightness went on a straight line."""
        self._sum += (self._last + brightness) * np.float32(span_us / 2)
        self._last, self._collected_us = brightness, self._collected_us + span_us

    def close(self) -> np.ndarray:
        """Return the frame, uint8 [H, W]."""
        level = self._sum * np.float32(self._gain / max(self._collected_us, 1))
        electrons = np.clip(level, 0, 1.2) * self._full_well
        sigma = np.sqrt(electrons + READ_NOISE ** 2)
        noisy = electrons + sigma * self._rng.standard_normal(level.shape, np.float32)
        self._last = None
        return np.clip(np.rint(noisy * (255 / self._full_well)), 0, 255).astype(np.uint8)
