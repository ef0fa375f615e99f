# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Tencode: a window of events as a picture whose colours are polarity and time.

Source: arXiv 2109.00210, section 3.1, as DepthAnyEvent (arXiv 2509.15224) uses it. Red is a
brighter pixel, blue a darker one, green how long ago: 1 for the window's first event, 0 for its
last. Black is no event. This module is the definition; `last_event_map.py` gives the same
picture bit for bit while events arrive.
"""

import numpy as np


def encode_tencode(x, y, t_ns, p, height: int, width: int) -> np.ndarray:
    """
    Encode one window, the newest (last given) event of a pixel winning.

    :param x: pixel columns, (N,), integer or fractional: tested against the bounds as they are,
        then truncated; :param y: pixel rows, (N,), likewise.
    :param t_ns: times, (N,), of any unit and origin; the smallest and the largest, pixels outside
        included, are the ends of the time scale. If they are equal, green is 1.
    :param p: polarities, (N,): above 0 is brighter, so {0, 1} and {-1, +1} are both right.
    :returns: float32 [3, H, W] in [0, 1], channels red, green, blue; zeros for no events.
    """
    image = np.zeros((3, height * width), np.float32)
    x, y, p = np.asarray(x), np.asarray(y), np.asarray(p)
    t = np.asarray(t_ns)
    if t.dtype.kind != 'f':
        t = t.astype(np.int64)
    if t.size:
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        pixel = y[inside].astype(np.int64) * width + x[inside].astype(np.int64)
        # The index of the last event of each pixel; fancy assignment promises no order.
        last = np.full(height * width, -1)
        np.maximum.at(last, pixel, np.flatnonzero(inside))
        pixel = np.flatnonzero(last >= 0)
        last = last[pixel]
        brighter = p[last] > 0
        image[0, pixel] = brighter
        image[1, pixel] = recency(t[last], t.min(), t.max())
        image[2, pixel] = ~brighter
    return image.reshape(3, height, width)


def recency(t, first, last) -> np.ndarray:
    """
    Return green: 1 - (t - first) / (last - first), and 1 where all times are equal.

    The one place where the arithmetic is decided, with `last_event_map.render_cells`: difference
    in the type of ``t``, division and subtraction in float64, rounded once to float32.
    """
    span = last - first
    return (1.0 - (t - first) / (span if span > 0 else 1)).astype(np.float32)


def to_rgb8(image: np.ndarray) -> np.ndarray:
    """Return a Tencode image, float32 [3, H, W] in 0..1, as uint8 [H, W, 3] to look at."""
    return np.rint(image * 255).astype(np.uint8).transpose(1, 2, 0)


def encode_tencode_voxel(voxel: np.ndarray) -> np.ndarray:
    """
    Encode a voxel grid (the paper's way for MVSEC).

    A bin's sign gives the polarity, its index the time; later bins overwrite earlier ones.

    :param voxel: [B, H, W], B >= 2, signed sums as :func:`voxel_grid` gives them.
    :returns: float32 [3, H, W] in [0, 1]; green has B levels.
    """
    n_bins, height, width = voxel.shape
    image = np.zeros((3, height, width), np.float32)
    for i, grid in enumerate(voxel):
        green = np.float32(1.0 - i / (n_bins - 1))
        image[:, grid > 0] = np.array([[1], [green], [0]], np.float32)
        image[:, grid < 0] = np.array([[0], [green], [1]], np.float32)
    return image


def voxel_grid(events: np.ndarray, bins: int, height: int, width: int) -> np.ndarray:
    """
    Sum events into a voxel grid as E2Depth does: polarity +-1 shared by the two nearest bins.

    :param events: (N,) of EVENT_DTYPE; the smallest and largest time are bins 0 and B - 1.
    :returns: float32 [B, H, W], not normalised; events outside the picture are left out.
    """
    grid = np.zeros(bins * height * width)
    if len(events):
        t = events['t_ns'] - events['t_ns'].min()
        place = t * ((bins - 1) / max(t.max(), 1))
        low = place.astype(np.int64)
        right = place - low
        sign = np.where(events['p'] > 0, 1.0, -1.0)
        x, y = events['x'].astype(np.int64), events['y'].astype(np.int64)
        inside = (x < width) & (y < height)
        for b, weight in ((low, 1 - right), (low + 1, right)):
            use = inside & (b < bins)
            index = (b[use] * height + y[use]) * width + x[use]
            grid += np.bincount(index, (sign * weight)[use], len(grid))
    return grid.reshape(bins, height, width).astype(np.float32)
