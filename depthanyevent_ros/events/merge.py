# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Two closed windows made one, from their pictures alone."""

import numpy as np

from depthanyevent_ros.events.windows import ClosedWindow


def merge_windows(older: ClosedWindow, newer: ClosedWindow) -> ClosedWindow:
    """
    Return the union of two windows that follow each other, as if it had been one window.

    The newer picture wins where it shows an event. Green is put on the time scale of the union:
    a pixel's time is first + (1 - green) (last - first), so the result is within 1e-6 of the
    picture made from the events. Shared events of overlapping windows are counted twice in
    ``n_events``; index and epoch are those of the newer window.

    :raises ValueError: if a reset lies between the two, or they are not in this order.
    """
    if older.epoch != newer.epoch or older.end_ns > newer.end_ns:
        raise ValueError(f'window {older.index} of epoch {older.epoch} does not come right before '
                         f'window {newer.index} of epoch {newer.epoch}')
    firsts = [w.first_ns for w in (older, newer) if w.n_events]
    lasts = [w.last_ns for w in (older, newer) if w.n_events]
    first_ns, last_ns = min(firsts, default=None), max(lasts, default=None)
    image = _rescaled(newer, first_ns, last_ns)
    behind = image[0] + image[2] == 0                       # no event in the newer picture
    image[:, behind] = _rescaled(older, first_ns, last_ns)[:, behind]
    return ClosedWindow(newer.index, newer.epoch, min(older.start_ns, newer.start_ns),
                        newer.end_ns, older.n_events + newer.n_events, image, first_ns, last_ns)


def _rescaled(window: ClosedWindow, first_ns, last_ns) -> np.ndarray:
    """Return a copy of the picture with green on the scale from ``first_ns`` to ``last_ns``."""
    image = window.image.copy()
    if window.n_events:
        span = max(last_ns - first_ns, 1)
        newest = (window.last_ns - first_ns) / span         # tau of green 0
        scale = (window.last_ns - window.first_ns) / span
        shown = image[0] + image[2] > 0
        # A window of equal stamps has green 1 at tau = newest; its scale is 0.
        green = 1.0 - newest + image[1].astype(np.float64) * scale
        image[1] = np.where(shown, green, 0.0)
    return image
