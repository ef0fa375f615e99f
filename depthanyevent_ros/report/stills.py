# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Single pictures of a run."""

from pathlib import Path

import cv2
import numpy as np

from depthanyevent_ros.errors import DepthAnyEventError


def write_png(path: Path, picture: np.ndarray) -> Path:
    """Write a bgr8 picture as PNG; DepthAnyEventError if it cannot be written."""
    if not cv2.imwrite(str(path), picture):
        raise DepthAnyEventError(f'the picture {path} cannot be written')
    return Path(path)


def jpeg_bytes(picture: np.ndarray, quality: int = 88) -> bytes:
    """Return a bgr8 picture as the bytes of a JPEG file, small enough to put into a page."""
    return cv2.imencode('.jpg', picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def spread(n_items: int, n_wanted: int):
    """Return the indices of n_wanted items spread evenly over n_items, without the very first."""
    n_wanted = min(n_wanted, n_items)
    return [int((k + 1) * n_items / (n_wanted + 1)) if n_items > n_wanted else k
            for k in range(n_wanted)]
