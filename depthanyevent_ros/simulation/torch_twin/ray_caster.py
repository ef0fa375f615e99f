# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures and depths of several scenes at several moments in one go."""

from typing import Sequence

import numpy as np
import torch
from torch.nn.functional import conv2d, pad

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.simulation.optics import pixel_rays
from depthanyevent_ros.simulation.placing import place
from depthanyevent_ros.simulation.torch_twin.batch import make_batch
from depthanyevent_ros.simulation.torch_twin.intersection import nearest
from depthanyevent_ros.simulation.torch_twin.shading import shade
from depthanyevent_ros.simulation.worlds import World


class TorchRayCaster:
    """Takes pictures of some worlds; nothing of it is differentiable."""

    def __init__(self, worlds: Sequence[World], cameras: Sequence[CameraModel], device='cpu'):
        """Put the rays and all textures on the device; cameras are one per world, of one size."""
        self.worlds, self.device = worlds, torch.device(device)
        self._size = cameras[0].height, cameras[0].width
        rays = np.stack([pixel_rays(camera).reshape(-1, 2) for camera in cameras])
        rays = np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=2).astype(np.float32)
        self._rays = torch.from_numpy(rays).to(self.device)
        self._angle = torch.tensor([1 / float(camera.k[0, 0]) for camera in cameras],
                                   device=self.device)[:, None]
        atlases = [world.scene.atlas for world in worlds]
        self._first = np.cumsum([0, *(len(atlas) for atlas in atlases[:-1])])
        self._atlas = torch.from_numpy(np.concatenate(atlases)).to(self.device)
        kernel = torch.tensor([0.25, 0.5, 0.25], device=self.device)
        self._blur = (kernel[:, None] * kernel)[None, None]

    @torch.inference_mode()
    def look(self, which: Sequence[int], times_s: Sequence[float]):
        """
        Return brightness and depth, float32 [B, H, W] each, as `RayCaster.look` does for one.

        :param which: index of the world of each picture; :param times_s: its time.
        """
        placed = [place(self.worlds[w].scene, t_s, *self.worlds[w].path.pose(t_s))
                  for w, t_s in zip(which, times_s)]
        batch = make_batch(placed, [int(self._first[w]) for w in which], self.device)
        rays, angle = self._rays[list(which)], self._angle[list(which)]
        depth, who = nearest(batch, rays)
        picture = shade(batch, rays, depth, who, self._atlas, angle)
        picture = picture.unflatten(1, self._size)[:, None]
        picture = conv2d(pad(picture, (1, 1, 1, 1), 'replicate'), self._blur)[:, 0]
        return picture, depth.unflatten(1, self._size)
