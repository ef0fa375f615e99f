# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Training windows of many sequences at a time, for a GPU: the twin of `simulation/windows.py`."""

from dataclasses import dataclass
from typing import Iterator, Sequence

import numpy as np
import torch

from depthanyevent_ros.simulation.optics import pixel_rays, view_of
from depthanyevent_ros.simulation.pacing import sample
from depthanyevent_ros.simulation.simulator import Simulation
from depthanyevent_ros.simulation.torch_twin.noise import Noise
from depthanyevent_ros.simulation.torch_twin.pace import Paces
from depthanyevent_ros.simulation.torch_twin.pixels import TorchPixels
from depthanyevent_ros.simulation.torch_twin.ray_caster import TorchRayCaster
from depthanyevent_ros.simulation.torch_twin.stage import Stage


@dataclass(frozen=True)
class TwinWindow:
    """A window of one of the sequences; tensors on the device."""

    sequence: int               # its index
    stamp_ns: int               # its end
    n_events: int
    image: torch.Tensor         # float32 [3, H, W], Tencode
    depth_m: torch.Tensor       # float32 [H, W], at its end, +inf for sky


class TwinWindows:
    """
    Runs simulations side by side, each at its own pace, and yields their windows as they close.

    Worlds, setups, paths and pace are those of the simulations, and so are the states of their
    pixels; the noise is drawn anew. There are no frames.
    """

    def __init__(self, simulations: Sequence[Simulation], device='cpu', window_us: int = 50_000):
        """Take simulations that have not begun."""
        self.simulations, self.window_us = simulations, window_us
        self._stage = Stage([s.world for s in simulations])
        self._caster = TorchRayCaster(self._stage, [s.camera for s in simulations], device)
        self._pixels = TorchPixels([s.pixels for s in simulations], device)
        self._device = torch.device(device)
        views = [view_of(rays[..., 0], rays[..., 1]) for rays in (
            pixel_rays(s.camera) for s in simulations)]
        self._paces = Paces(self._stage, [s.pace for s in simulations], np.stack(views))
        self._light, self._shot_hz = (
            torch.tensor(values, device=self._device)[:, None, None] for values in (
                [s.setup.illumination for s in simulations],
                [s.setup.pixels.shot_hz for s in simulations]))
        self._hot_hz = torch.from_numpy(
            np.stack([s.pixels.hot_rates_hz() for s in simulations])).to(self._device)
        self._noise = Noise([s.seed for s in simulations], simulations[0].camera.height,
                            simulations[0].camera.width, self._device)

    @torch.inference_mode()
    def windows(self, n_windows: int) -> Iterator[TwinWindow]:
        """Yield the first windows of each sequence, in the order of their ends in each."""
        t_us = np.zeros(len(self.simulations), np.int64)
        placement = self._stage.at(t_us * 1e-6)
        picture, depth_m = self._caster.look(placement)
        self._pixels.start(picture * self._light)
        end_us = n_windows * self.window_us
        while t_us.min() < end_us:
            before_us, t_us = t_us, self._next(t_us, placement, depth_m)
            placement = self._stage.at(t_us * 1e-6)
            picture, depth_m = self._caster.look(placement)
            self._step(picture * self._light, before_us, t_us)
            closed = np.flatnonzero(t_us % self.window_us == 0)
            for i in closed.tolist():
                if t_us[i] <= end_us:
                    yield self._window(i, int(t_us[i]), depth_m[i])
            if len(closed):
                self._pixels.clear(torch.from_numpy(closed).to(self._device))

    def _next(self, t_us, placement, depth_m):
        step_us = self._paces.step_us(t_us * 1e-6, placement, sample(depth_m).cpu().numpy())
        return np.minimum(t_us + step_us, (t_us // self.window_us + 1) * self.window_us)

    def _step(self, brightness, before_us, t_us):
        self._pixels.look(brightness, torch.from_numpy(t_us))
        before, span = (torch.from_numpy(a).to(self._device)[:, None, None]
                        for a in (before_us, t_us - before_us))
        shot = self._shot_hz * (1 - 0.75 * brightness.clamp(max=1))
        chance, when, sign = self._noise.draw()
        noisy = chance < (shot + self._hot_hz) * (span * 1e-6)
        self._pixels.add_noise(noisy, before + (when * span).long(),
                               (sign < 0.5) | (self._hot_hz > 0))

    def _window(self, i, t_us, depth_m):
        pixels = self._pixels
        last_us, up = pixels.last_us[i], pixels.polarity[i]
        shown = last_us >= 0
        first_us, span_us = pixels.first_us[i, 0, 0], (last_us.max() - pixels.first_us[i, 0, 0])
        green = (1 - (last_us - first_us).double() / span_us.clamp(min=1)).float()
        image = torch.stack([(shown & up).float(), torch.where(shown, green, 0.0),
                             (shown & ~up).float()])
        return TwinWindow(i, self.simulations[i].start_ns + t_us * 1000,
                          int(pixels.n_events[i].sum()), image, depth_m)
