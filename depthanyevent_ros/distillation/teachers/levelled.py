# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Exposure and gain: what a teacher sees of a frame that is dim or flat.

Teachers were trained on well exposed pictures. AbsRel (scale aligned) on 72 simulated frames, as
they are and levelled:

================================ =============== ============
frames                           efflite0-frames FastDepth
================================ =============== ============
as simulated                     .212, .212      .371, .371
a quarter of the light           .214, .211      .389, .370
the same, with noise of 2 counts .219, .221      .397, .399
a tenth of the light             .251, .210      .440, .377
0.3 of the contrast              .210, .210      .402, .370
2.5 times the light, clipped     .372, .373      .399, .399
================================ =============== ============

So it helps where the frame is dim or flat and its noise is not. Good frames gain nothing by it
(.212 -> .210 if all are stretched) and stay as they are, as do bright ones: what is clipped is
lost, and only confidence and the choice of frames can answer for it.
"""

import numpy as np

from depthanyevent_ros.distillation.protocol import Label, Teacher

#: A frame whose 99th percentile is below is dim, whose 1st and 99th are nearer is flat; grey.
DIM, FLAT = 100, 80
#: Where the 1st and the 99th percentile go: those of the frames the networks were trained on.
DARK, LIGHT = 30, 200
#: At most; more shows the noise of a frame that has nothing else.
MOST_GAIN = 8.0


def level(grey: np.ndarray) -> np.ndarray:
    """
    Return a frame as a teacher should see it: uint8 [H, W], the frame itself if it is good.

    A dim or flat one is stretched by one gain and offset for all pixels, clipped at 0 and 255.
    """
    counts = np.bincount(grey.ravel(), minlength=256)
    low, high = np.searchsorted(counts.cumsum(), np.array((0.01, 0.99)) * grey.size)
    if low == high or (high >= DIM and high - low >= FLAT):
        return grey
    gain = min((LIGHT - DARK) / (high - low), MOST_GAIN)
    table = (np.arange(256) - (low + high) / 2) * gain + (LIGHT + DARK) / 2
    return np.clip(np.rint(table), 0, 255).astype(np.uint8)[grey]


class Levelled:
    """A teacher that sees levelled frames; implements Teacher."""

    def __init__(self, teacher: Teacher):
        self.teacher = teacher
        self.name, self.kind, self.licence = teacher.name, teacher.kind, teacher.licence

    def label(self, grey: np.ndarray) -> Label:
        """Return the depth of a frame, uint8 [H, W], as the teacher does."""
        ready = isinstance(grey, np.ndarray) and grey.dtype == np.uint8 and grey.size
        return self.teacher.label(level(grey) if ready else grey)

    def close(self) -> None:
        """Free what the teacher holds."""
        self.teacher.close()
