# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The textures of one scene, and surfaces with random tones made from them."""

import numpy as np

from depthanyevent_ros.simulation.atlas import make_atlas
from depthanyevent_ros.simulation.photographs import photographs, PICTURES, SURFACES
from depthanyevent_ros.simulation.scene import Surface
from depthanyevent_ros.simulation.textures import GROUNDS, noise, THINGS, windows

#: How many textures of each group a scene has.
N_GROUNDS, N_THINGS, N_FACADES, N_PHOTOS = 5, 10, 4, 6


class Palette:
    """Hands out surfaces; 'ground', 'thing', 'facade' and 'photo' are the groups."""

    def __init__(self, rng: np.random.Generator, pictures=photographs):
        """Draw the textures; :param pictures: names -> those that are there, see photographs."""
        self._rng = rng
        grounds = [GROUNDS[i](rng) for i in rng.integers(0, len(GROUNDS), N_GROUNDS)]
        things = [THINGS[i](rng) for i in rng.integers(0, len(THINGS), N_THINGS)]
        facades = [windows(rng) for _ in range(N_FACADES)]
        photos = pictures(rng.choice(PICTURES, N_PHOTOS, replace=False))
        groups = {'ground': grounds + pictures(rng.choice(SURFACES, 1)), 'thing': things,
                  'facade': facades, 'photo': photos or things[:2], 'sky': [noise(rng, 1.6)]}
        self._groups, textures = {}, []
        for name, members in groups.items():
            self._groups[name] = range(len(textures), len(textures) + len(members))
            textures += members
        self.atlas = make_atlas(textures)
        self.sky = self._groups['sky'][0]

    def surface(self, group: str, size_m=(0.4, 2.0), aspect: float = 1.0) -> Surface:
        """
        Return a surface of a group with a texture and tones of its own.

        :param size_m: least and greatest size of one repeat; :param aspect: height by width.
        """
        rng = self._rng
        size = float(np.exp(rng.uniform(*np.log(size_m))))
        low = rng.uniform(0.03, 0.45)
        contrast = rng.uniform(0.12, 0.6) if rng.random() < 0.85 else rng.uniform(0.02, 0.1)
        return Surface(int(rng.choice(self._groups[group])), (size, size * aspect), low,
                       min(low + contrast, 0.98))

    def picture(self, width_m: float, height_m: float) -> Surface:
        """Return a photograph that covers a face of this size once."""
        return self.surface('photo')._replace(size_m=(width_m, height_m))

    def plain(self, low=0.05, high=0.9) -> Surface:
        """Return a nearly plain surface."""
        tone = self._rng.uniform(low, high)
        return self.surface('ground', (0.5, 2.0))._replace(
            low=tone, high=min(tone + self._rng.uniform(0.02, 0.1), 1.0))
