# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures and depths of several scenes at several moments in one go."""

from typing import Sequence

import numpy as np
import torch
from torch.nn.functional import conv2d, pad

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.simulation.optics import pixel_rays
from depthanyevent_ros.simulation.torch_twin.batch import Batches
from depthanyevent_ros.simulation.torch_twin.intersection import nearest
from depthanyevent_ros.simulation.torch_twin.shading import shade
from depthanyevent_ros.simulation.torch_twin.stage import Placement, Stage


class TorchRayCaster:
    """Takes pictures of the worlds of a stage; nothing of it is differentiable."""

    def __init__(self, stage: Stage, cameras: Sequence[CameraModel], device='cpu'):
        """Put the rays and all textures on the device; cameras are one per world, of one size."""
        device = torch.device(device)
        self._batches = Batches(stage, device)
        self._size = cameras[0].height, cameras[0].width
        rays = np.stack([pixel_rays(camera).reshape(-1, 2) for camera in cameras])
        rays = np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=2).astype(np.float32)
        self._rays = torch.from_numpy(rays).to(device)
        self._angle = torch.tensor([1 / float(camera.k[0, 0]) for camera in cameras],
                                   device=device)[:, None]
        kernel = torch.tensor([0.25, 0.5, 0.25], device=device)
        self._blur = (kernel[:, None] * kernel)[None, None]

    @torch.inference_mode()
    def look(self, placement: Placement):
        """Return brightness and depth, float32 [B, H, W] each, as `RayCaster.look` for one."""
        batch = self._batches.of(placement)
        depth, who = nearest(batch, self._rays)
        picture = shade(batch, self._rays, depth, who, self._batches.atlas, self._angle)
        picture = picture.unflatten(1, self._size)[:, None]
        picture = conv2d(pad(picture, (1, 1, 1, 1), 'replicate'), self._blur)[:, 0]
        return picture, depth.unflatten(1, self._size)
