# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks as predictors, in PyTorch: all lanes and several windows at a time."""

import numpy as np
import torch

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.evaluation.comparison import FORGETFUL
from depthanyevent_ros.evaluation.predictors import Lanes
from depthanyevent_ros.network.weights import Weights
from depthanyevent_ros.training.unrolled import UnrolledNetwork


class NetworkPredictor:
    """A network that carries its state from window to window, if it has one."""

    def __init__(self, weights: Weights, height: int, width: int, device: str = 'cpu'):
        """Take weights and the size of the pictures."""
        self.name, self.is_metric = weights.name, weights.output_kind == 'metric'
        self._takes_frames = weights.config.input_type != 'events'
        self._unrolled = UnrolledNetwork(weights.network(), height, width).eval().to(device)
        self._device, self._state = device, None

    def begin(self, n_lanes: int) -> None:
        """Start from the zero state."""
        self._state = self._unrolled.zero_state(n_lanes)

    @torch.inference_mode()
    def predict(self, lanes: Lanes) -> np.ndarray:
        """Return depth, float32 [T, B, H, W]."""
        depth, self._state = self._unrolled(self.images(lanes), self._state)
        return depth.cpu().numpy()

    def images(self, lanes: Lanes) -> torch.Tensor:
        """Return what the network looks at, float32 [T, B, 3, H, W]."""
        if not self._takes_frames:
            return torch.from_numpy(lanes.tencode).to(self._device)
        if lanes.frame is None:
            raise ConfigError(f'{self.name} looks at frames, and some of the files have none')
        frame = torch.from_numpy(lanes.frame).to(self._device).float() / 255
        return frame.unsqueeze(2).expand(-1, -1, 3, -1, -1)


class ForgetfulPredictor(NetworkPredictor):
    """The same network, its state reset before every window."""

    def __init__(self, weights: Weights, height: int, width: int, device: str = 'cpu'):
        super().__init__(weights, height, width, device)
        self.name += FORGETFUL

    @torch.inference_mode()
    def predict(self, lanes: Lanes) -> np.ndarray:
        """Return depth; all windows go side by side, as lanes of their own."""
        images = self.images(lanes)
        state = self._unrolled.zero_state(images.shape[0] * images.shape[1])
        depth, _ = self._unrolled(images.flatten(0, 1).unsqueeze(0), state)
        return depth[0].unflatten(0, images.shape[:2]).cpu().numpy()


def predictors_of(weights: Weights, height: int, width: int, device: str = 'cpu') -> list:
    """Return the predictors of one set of weights: with memory also the one without."""
    kinds = [NetworkPredictor]
    if weights.config.recurrent:
        kinds.append(ForgetfulPredictor)
    return [kind(weights, height, width, device) for kind in kinds]
