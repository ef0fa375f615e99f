# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The event pixels of several sensors, as `simulation/pixels.py` has them, without noise draws."""

from typing import Sequence

import torch

from depthanyevent_ros.simulation.pixels import EventPixels

NEVER = 2**62


class TorchPixels:
    """
    Sensors [B, H, W]; instead of events it keeps what Tencode needs of them.

    ``last_us`` (int64, -1: none), ``polarity`` and ``n_events`` [B, H, W] are those since
    ``clear``; ``first_us`` [B, 1, 1] is the time of the first event of all. Shot noise and hot
    pixels are given to ``add_noise``.
    """

    def __init__(self, sensors: Sequence[EventPixels], device='cpu'):
        """Take thresholds, states and parameters of sensors that have not started."""
        self.device = torch.device(device)
        shape = (len(sensors), sensors[0].height, sensors[0].width)

        def of(name):
            return torch.stack([torch.from_numpy(getattr(s, name).reshape(shape[1:]).copy())
                                for s in sensors]).to(self.device)

        def parameter(values):
            return torch.tensor(list(values), device=self.device)[:, None, None]

        parameters = [s.parameters for s in sensors]
        self._on, self._off, self._change = of('on'), of('off'), of('_change')
        self._knee = parameter(p.knee for p in parameters)
        self._rate = parameter(2 * torch.pi * p.cutoff_hz for p in parameters)
        self._least = parameter(2 * torch.pi * p.least_cutoff_hz for p in parameters)
        self._leak = parameter(p.leak_hz * p.threshold_on for p in parameters)
        self._refractory = parameter(float(p.refractory_us) for p in parameters)
        self._free_us = torch.zeros(shape, dtype=torch.int64, device=self.device)
        self._level = None
        self._t_us = torch.zeros((len(sensors), 1, 1), dtype=torch.int64, device=self.device)
        self.last_us = torch.full_like(self._free_us, -1)
        self.polarity = torch.zeros_like(self._free_us, dtype=torch.bool)
        self.n_events = torch.zeros_like(self._free_us)
        self.first_us = torch.full_like(self._t_us, NEVER)

    def clear(self, which):
        """Forget the events so far of some sensors (indices or mask): their window begins."""
        self.last_us[which], self.polarity[which], self.n_events[which] = -1, False, 0
        self.first_us[which] = NEVER

    def start(self, brightness: torch.Tensor):
        """Take the first pictures, float32 [B, H, W], as seen for ever, at time 0."""
        self._level = self._target(brightness)

    def look(self, brightness: torch.Tensor, t_us: torch.Tensor):
        """Take the next pictures; :param t_us: int64 [B], later than the last."""
        t_us = t_us.to(self.device)[:, None, None]
        span = (t_us - self._t_us).float()
        gain = span * 1e-6 * torch.maximum(self._rate * brightness.clamp(max=1), self._least)
        moved = gain / (1 + gain) * (self._target(brightness) - self._level)
        self._level = self._level + moved
        slope = (moved + self._leak * span * 1e-6) / span
        begin = (self._free_us - self._t_us).float().clamp(min=0)
        here = torch.where(begin > 0, 0.0, self._change)
        # A pixel fires at most once per refractory period, which bounds this loop.
        while True:
            end = here + slope * (span - begin).clamp(min=0)
            up = end >= self._on
            fires = (up | (end <= -self._off)) & (begin < span)
            if not bool(fires.any()):
                break
            level = torch.where(up, self._on, -self._off)
            at = torch.maximum(begin + (level - here) / slope, begin)
            at_us = torch.minimum(at.nan_to_num(0).long(), (span - 1).long())
            self._record(fires, self._t_us + at_us, up)
            begin = torch.where(fires, at_us + self._refractory, begin)
            here = torch.where(fires, 0.0, here)
        self._change, self._t_us = end, t_us

    def add_noise(self, noisy: torch.Tensor, at_us: torch.Tensor, up: torch.Tensor):
        """Add noise events, bool [B, H, W], at times (int64) within the last step, where ready."""
        ready = noisy & (self._free_us <= at_us)
        self._record(ready, at_us, up)
        self._change = torch.where(ready, 0.0, self._change)

    def _record(self, fires, t_us, up):
        self._free_us = torch.where(fires, t_us + self._refractory.long(), self._free_us)
        self.n_events += fires
        first_us = torch.where(fires, t_us, NEVER).amin((1, 2), keepdim=True)
        self.first_us = torch.minimum(self.first_us, first_us)
        newer = fires & (t_us >= self.last_us)
        self.last_us = torch.where(newer, t_us, self.last_us)
        self.polarity = torch.where(newer, up, self.polarity)

    def _target(self, brightness):
        bright = torch.log(torch.maximum(brightness, self._knee))
        return torch.where(brightness > self._knee, bright,
                           torch.log(self._knee) + (brightness - self._knee) / self._knee)
