# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One moment of a run as a picture: events, depth and APS frame side by side."""

from dataclasses import dataclass
from typing import List, Optional

import cv2
import numpy as np

from depthanyevent_ros.report.text import put_text, text_mask

BACKGROUND = (23, 17, 13)
SURFACE = (38, 29, 23)
TEXT = (243, 237, 230)
MUTED = (168, 152, 139)
AMBER = (60, 176, 255)
#: A cell is about this wide, whatever the size of the sensor.
CELL_WIDTH = 640


@dataclass(frozen=True)
class Moment:
    """
    What is shown of one window; what is None was not there.

    ``events`` and ``depth`` are bgr8 [H, W, 3], ``frame`` is mono8 [H, W] or bgr8; they may have
    different sizes. ``stamp_s`` is the end of the window, from the start of the recording.
    """

    stamp_s: float
    events: Optional[np.ndarray] = None
    depth: Optional[np.ndarray] = None
    frame: Optional[np.ndarray] = None
    n_events: Optional[int] = None
    rate_mev_s: Optional[float] = None
    frame_age_s: Optional[float] = None


class PanelMaker:
    """
    Draws moments of one run; all its panels have one size, with even sides (video needs that).

    :param width, height: of the sensor. :param untrained: burn the mark into each depth.
    :param depth_label: what the depth means, in a few words, for example 'relative'.
    :param legend: bgr8 [N, 3] from near to far, None for no legend.
    :param no_frame: what stands in place of a frame that is not there.
    """

    def __init__(self, width: int, height: int, untrained: bool, depth_label: str,
                 legend: Optional[np.ndarray] = None, no_frame: str = 'no frame at this time'):
        scale = CELL_WIDTH / max(width, 1)
        scale = round(scale) if scale >= 1.5 else min(scale, 1)
        self._width = max(64, int(width * scale)) // 2 * 2
        self._height = max(48, int(height * scale)) // 2 * 2
        self._unit = self._width / CELL_WIDTH          # text keeps its share of the cell
        self._untrained, self._depth_label, self._legend = untrained, depth_label, legend
        self._no_frame = no_frame
        self._strip = self._scaled(44) // 2 * 2
        self._gap = self._scaled(14) // 2 * 2

    def cells(self, moment: Moment) -> List[np.ndarray]:
        """Return the three parts, bgr8 of one size each: events, depth, frame."""
        rate = '' if moment.rate_mev_s is None else f'{moment.rate_mev_s:.2f} Mev/s'
        count = '' if moment.n_events is None else f'{moment.n_events:,} events'
        has_age = moment.frame is not None and moment.frame_age_s is not None
        age = f'{moment.frame_age_s * 1e3:.0f} ms old' if has_age else ''
        events = self._cell('Events', '   '.join(filter(None, (count, rate))),
                            moment.events, 'no picture of the events', cv2.INTER_NEAREST)
        depth = self._cell('Depth', self._depth_label, moment.depth,
                           'no depth for this window', cv2.INTER_LINEAR)
        if moment.depth is not None:
            self._draw_legend(depth)
        if self._untrained:
            self._draw_badge(depth, 'UNTRAINED WEIGHTS')
        frame = self._cell('APS frame', age, moment.frame, self._no_frame, cv2.INTER_LINEAR)
        return [events, depth, frame]

    def panel(self, moment: Moment) -> np.ndarray:
        """Return the three parts side by side with the time, a new bgr8 picture."""
        cells = self.cells(moment)
        height = cells[0].shape[0] + 2 * self._gap + self._strip
        out = np.empty((height, 3 * self._width + 4 * self._gap, 3), np.uint8)
        out[:] = BACKGROUND
        for k, cell in enumerate(cells):
            left = self._gap + k * (self._width + self._gap)
            out[self._gap:self._gap + cell.shape[0], left:left + self._width] = cell
        middle = height - self._gap / 2 - self._strip / 2
        put_text(out, f't = {moment.stamp_s:.3f} s', self._gap * 2, middle, self._scaled(24), TEXT)
        put_text(out, 'depthanyevent_ros', out.shape[1] - self._gap * 2, middle, self._scaled(20),
                 MUTED, 'right')
        return out

    def _cell(self, label, detail, picture, absent, interpolation):
        cell = np.empty((self._strip + self._height, self._width, 3), np.uint8)
        cell[:] = SURFACE
        middle = self._strip / 2
        margin = self._scaled(16)
        put_text(cell, label, margin, middle, self._scaled(24), TEXT)
        put_text(cell, detail, self._width - margin, middle, self._scaled(20), MUTED, 'right')
        view = cell[self._strip:]
        if picture is None:
            put_text(view, absent, self._width / 2, self._height / 2, self._scaled(24), MUTED,
                     'middle')
        else:
            _fit(picture, view, interpolation)
        return cell

    def _draw_legend(self, cell):
        if self._legend is None:
            return
        size, pad = self._scaled(18), self._scaled(12)
        near, far = (text_mask(word, size).shape for word in ('near', 'far'))
        bar_width, bar_height = self._scaled(130), self._scaled(10)
        height = near[0] + pad
        width = near[1] + far[1] + bar_width + 4 * pad
        box = cell[-height - pad:-pad, pad:pad + width]
        box[:] = box // 4
        middle = height / 2
        put_text(box, 'near', pad, middle, size, TEXT)
        put_text(box, 'far', width - pad, middle, size, TEXT, 'right')
        top, left = int(middle - bar_height / 2), 2 * pad + near[1]
        bar = cv2.resize(self._legend[None], (bar_width, bar_height),
                         interpolation=cv2.INTER_LINEAR)
        box[top:top + bar_height, left:left + bar_width] = bar

    def _draw_badge(self, cell, text):
        size, pad = self._scaled(18), self._scaled(12)
        height, width = text_mask(text, size).shape
        box = cell[self._strip + pad:self._strip + 2 * pad + height,
                   -width - 3 * pad:-pad]
        box[:] = AMBER
        put_text(box, text, box.shape[1] / 2, box.shape[0] / 2, size, BACKGROUND, 'middle')

    def _scaled(self, length):
        return max(4, int(round(length * self._unit)))


def _fit(picture, view, interpolation):
    """Draw a picture into a view as large as it fits, in the middle, its shape kept."""
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    scale = min(view.shape[0] / picture.shape[0], view.shape[1] / picture.shape[1])
    height = min(view.shape[0], max(1, round(picture.shape[0] * scale)))
    width = min(view.shape[1], max(1, round(picture.shape[1] * scale)))
    if scale < 1:
        interpolation = cv2.INTER_AREA
    top, left = (view.shape[0] - height) // 2, (view.shape[1] - width) // 2
    view[top:top + height, left:left + width] = cv2.resize(
        picture, (width, height), interpolation=interpolation)
