# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Photographs as textures, where scikit-image is installed (it ships some)."""

from pathlib import Path
from typing import List

import numpy as np
from PIL import Image

from depthanyevent_ros.simulation.textures import SIZE, spread

#: What its wheel carries, so that nothing is fetched.
SURFACES = ('brick', 'grass', 'gravel')
PICTURES = ('astronaut', 'camera', 'chelsea', 'coffee', 'coins', 'motorcycle_left', 'page',
            'rocket', 'text', 'moon', 'hubble_deep_field', 'retina')


def photographs(names) -> List[np.ndarray]:
    """Return the pictures of these names as float32 [256, 256] in 0..1; those that are there."""
    try:
        from skimage import data
    except ImportError:
        return []
    folder = Path(data.__file__).parent
    found = [path for name in names for path in sorted(folder.glob(f'{name}.*'))
             if path.suffix in ('.png', '.jpg')]
    return [_texture(path) for path in found]


def _texture(path):
    with Image.open(path) as picture:
        return spread(np.asarray(picture.convert('L').resize((SIZE, SIZE), Image.Resampling.BOX)))
