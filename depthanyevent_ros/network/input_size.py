# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The size of the network's input for a sensor's size."""

from typing import Tuple

from depthanyevent_ros.errors import ConfigError


def network_size(height: int, width: int, least_height: int, least_width: int,
                 stride: int) -> Tuple[int, int]:
    """
    Return height and width of the network's input for a sensor of height x width pixels.

    Depth Anything's lower-bound resize: the smallest scaled picture that covers ``least_height``
    by ``least_width`` with the aspect ratio kept, each side then rounded to the nearest multiple
    of ``stride`` (halves to the even one), or up where that falls below the bound.

    :param stride: of the network, ``ModelConfig.stride``: 14 or 32 pixels.
    :raises ConfigError: if a size is not from 1 to 8192 pixels.
    """
    for name, value in (('height', height), ('width', width), ('input height', least_height),
                        ('input width', least_width)):
        if not 1 <= value <= 8192:
            raise ConfigError(f'{name} is {value}; it must be from 1 to 8192 pixels')
    scale = max(least_width / width, least_height / height)

    def multiple(side: float, least: int) -> int:
        nearest = stride * round(side / stride)
        return nearest if nearest >= least else stride * -(-least // stride)

    return multiple(scale * height, least_height), multiple(scale * width, least_width)
