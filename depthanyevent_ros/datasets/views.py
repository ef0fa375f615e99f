# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events, frames and calibration of a sequence in the view that its depth is in."""

from typing import Callable, Optional, Tuple

import cv2
import numpy as np

from depthanyevent_ros.datasets.sequence import EventSequence
from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.rectify import rectification_lut, rectification_maps

Size = Tuple[int, int]                  # height and width
Place = Callable[[np.ndarray], Tuple[np.ndarray, np.ndarray]]
#: A frame farther than this from a window's end shows another scene.
FRAME_NS = 50_000_000
#: Blue, green, red to grey, as OpenCV does it.
GREY = (0.114, 0.587, 0.299)


def middle_of(size: Size, crop: Size) -> Tuple[slice, slice]:
    """
    Return rows and columns of the middle of a picture, as the official CenterCrop of DSEC.

    :raises ConfigError: if it is larger than the picture.
    """
    if crop[0] > size[0] or crop[1] > size[1]:
        raise ConfigError(f'--crop {crop[0]}x{crop[1]} is larger than {size[0]}x{size[1]}')
    top, left = (size[0] - crop[0]) // 2, (size[1] - crop[1]) // 2
    return slice(top, top + crop[0]), slice(left, left + crop[1])


def placing(sequence: EventSequence, view: str) -> Place:
    """Return where events go in the view of the depth, raw or rect."""
    if view == 'raw' or (sequence.camera is None and sequence.rectify_map is None):
        return lambda events: (events['x'], events['y'])
    width, height, lut = sequence.width, sequence.height, rectified_pixels(sequence)

    def rectified(events: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        x, y = events['x'].astype(np.int64), events['y'].astype(np.int64)
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        pixel = np.where(inside, lut[np.where(inside, y * width + x, 0)], -1)
        return np.where(pixel < 0, -1, pixel % width), pixel // width
    return rectified


def rectified_pixels(sequence: EventSequence) -> np.ndarray:
    """
    Return the pixel y * W + x of the rectified view for each of the sensor, int (H * W,).

    By the map of the recording where it has one, truncated as upstream does, else by its
    calibration. -1 lies outside the view.
    """
    width, height, camera = sequence.width, sequence.height, sequence.camera
    if sequence.rectify_map is None:
        return rectification_lut(camera.k, camera.d, camera.distortion_model, camera.r, camera.p,
                                 width, height, width, height)[0]
    x, y = sequence.rectify_map.reshape(-1, 2).T
    with np.errstate(invalid='ignore'):
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)       # false for NaN
    x, y = (np.where(inside, position, 0).astype(np.int64) for position in (x, y))
    return np.where(inside, y * width + x, -1)


def intrinsics(camera: Optional[CameraModel], view: str) -> Tuple[float, float, float, float]:
    """Return fx, fy, cx, cy of the view; NaN where there is no calibration."""
    if camera is None:
        return (float('nan'),) * 4
    matrix = camera.p if view == 'rect' else camera.k
    return (float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 2]), float(matrix[1, 2]))


def frame_reader(sequence: EventSequence, view: str) -> Callable[[int], np.ndarray]:
    """
    Return what reads the grey frame nearest to a time, uint8 [H, W], in the view of the depth.

    It is black where no frame is near, or none of the sensor's size: nothing is known of it.
    """
    frames, size = sequence.frames, (sequence.height, sequence.width)
    move = moving(sequence.camera, sequence.width, sequence.height) if view == 'rect' else None

    def read(stamp_ns: int) -> np.ndarray:
        if frames is None or not len(frames):
            return np.zeros(size, np.uint8)
        index = int(np.abs(frames.stamps_ns - stamp_ns).argmin())
        if abs(int(frames.stamps_ns[index]) - stamp_ns) > FRAME_NS:
            return np.zeros(size, np.uint8)
        frame = frames.read(index)
        grey = frame if frame.ndim == 2 else (frame @ GREY).round().astype(np.uint8)
        if grey.shape != size:
            return np.zeros(size, np.uint8)
        return grey if move is None else move(grey)
    return read


def moving(camera: Optional[CameraModel], width: int, height: int) -> Optional[Callable]:
    """Return what takes a picture into the rectified view, None without a calibration."""
    if camera is None:
        return None
    maps = rectification_maps(camera.k, camera.d, camera.distortion_model, camera.r, camera.p,
                              width, height)
    return lambda picture: cv2.remap(picture, *maps, cv2.INTER_LINEAR)
