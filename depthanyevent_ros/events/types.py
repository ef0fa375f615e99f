# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The one event type that is used inside, and the message that carries events."""

from dataclasses import dataclass
from typing import Optional

import numpy as np

#: One event: sensor time in ns, pixel, polarity 0 (darker) or 1 (brighter). 16 bytes.
#: Laid out as a C struct, since NumPy keeps such a dtype when arrays are concatenated.
EVENT_DTYPE = np.dtype({
    'names': ['t_ns', 'x', 'y', 'p'],
    'formats': ['<i8', '<u2', '<u2', 'u1'],
}, align=True)


#: A pixel of no sensor: where a data set has a column or row that cannot be.
NO_PIXEL = 0xFFFF


def make_events(x, y, t_ns, p) -> np.ndarray:
    """
    Pack columns into an event array.

    :param x: pixel column, (N,); :param y: pixel row, (N,); what is negative, too large or not
        a number becomes NO_PIXEL, which lies outside every sensor;
    :param t_ns: sensor time, (N,), ns;
    :param p: polarity, (N,): a value above 0 means brighter, so {0, 1} and {-1, +1} both work.
    :returns: (N,) array of EVENT_DTYPE.
    """
    events = np.zeros(len(x), EVENT_DTYPE)
    events['x'], events['y'], events['t_ns'] = _pixels(x), _pixels(y), t_ns
    events['p'] = np.asarray(p) > 0
    return events


def _pixels(values):
    values = np.asarray(values)
    if values.dtype in (np.uint16, np.uint8):
        return values
    return np.where((values >= 0) & (values < NO_PIXEL), values, NO_PIXEL)


@dataclass(frozen=True)
class EventMessage:
    """One message of events as it arrived: what its header says, and undecoded bytes."""

    stamp_ns: int                   # header.stamp; arrival time for packets, not sensor time
    frame_id: str
    width: int                      # pixels; 0 where the message does not say
    height: int
    encoding: str                   # 'dvs' (EventArray) or EventPacket's encoding
    payload: np.ndarray             # uint8, (nbytes,), a view into the message where possible
    time_base_ns: int = 0           # EventPacket.time_base
    seq: Optional[int] = None       # EventPacket.seq, None where there is none
